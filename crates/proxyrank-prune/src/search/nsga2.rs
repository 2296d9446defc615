//! NSGA-II (Deb et al. 2002) on integers and bits.
//!
//! Operators and constants are those that pymoo has for mixed variables: simulated binary crossover and polynomial mutation with
//! rounding for integers, uniform crossover and bit flips for bits. Both ends of every gene can be reached.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::run::Search;
use crate::pareto::{Point, crowding, layers};
use crate::random::{Purpose, stream};
use crate::space::{Genes, Sampler, SpaceKind};

/// Members of a generation.
const POPULATION: usize = 10;
/// Distribution index of the crossover.
const CROSSOVER: f64 = 15.0;
/// Distribution index of the mutation.
const MUTATION: f64 = 20.0;
/// Attempts at a child that is not there yet, before a random one is taken.
const ATTEMPTS: usize = 100;

/// The next child. The generations are replayed from the history; children of a generation share one random stream, so that each is
/// the same however often it is asked for.
pub(super) fn next(search: &Search) -> Genes {
    let told = search.genes().len();
    let (generation, place) = (told / POPULATION, told % POPULATION);
    let mut rng = stream(search.seed, Purpose::Search, generation as u64);
    let mut children: Vec<Genes> = Vec::new();
    let parents = survivors(search, generation);
    let points: Vec<Point> = parents.iter().map(|&member| search.points()[member]).collect();
    let tournament = Tournament::new(&points);
    while children.len() <= place {
        let is_new = |genes: &Genes, children: &[Genes]| {
            !children.contains(genes) && parents.iter().all(|&member| search.genes()[member] != *genes)
        };
        let mut attempt = || {
            if parents.is_empty() {
                return search.space.sample(Sampler::Config, &mut rng);
            }
            let [one, other] = [0, 1].map(|_| &search.genes()[parents[tournament.winner(&mut rng)]]);
            child(search, one, other, &mut rng)
        };
        let found = (0..ATTEMPTS).map(|_| attempt()).find(|genes| is_new(genes, &children));
        children.push(found.unwrap_or_else(|| search.space.sample(Sampler::Config, &mut rng)));
    }
    children.swap_remove(place)
}

/// Places in the history of the members after some generations.
fn survivors(search: &Search, generations: usize) -> Vec<usize> {
    let mut members: Vec<usize> = Vec::new();
    for generation in 0..generations {
        members.extend(generation * POPULATION..(generation + 1) * POPULATION);
        let points: Vec<Point> = members.iter().map(|&member| search.points()[member]).collect();
        let order = Tournament::new(&points).order();
        members = order.into_iter().take(POPULATION).map(|place| members[place]).collect();
    }
    members
}

/// Members by layer and crowding.
struct Tournament {
    layers: Vec<usize>,
    crowding: Vec<f64>,
}

impl Tournament {
    fn new(points: &[Point]) -> Self {
        let layers = layers(points);
        Self { crowding: crowding(points, &layers), layers }
    }

    fn compare(&self, a: usize, b: usize) -> std::cmp::Ordering {
        self.layers[a].cmp(&self.layers[b]).then(self.crowding[b].total_cmp(&self.crowding[a]))
    }

    /// Best first.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.layers.len()).collect();
        order.sort_by(|&a, &b| self.compare(a, b));
        order
    }

    /// The better of two random members.
    fn winner(&self, rng: &mut ChaCha8Rng) -> usize {
        let [a, b] = [0, 1].map(|_| rng.random_range(0..self.layers.len()));
        if self.compare(b, a).is_lt() { b } else { a }
    }
}

fn child(search: &Search, one: &Genes, other: &Genes, rng: &mut ChaCha8Rng) -> Genes {
    let bounds = search.space.bounds();
    let rate = 1.0 / bounds.len() as f64;
    let bits = matches!(search.space.kind, SpaceKind::Layer | SpaceKind::Large);
    let gene = |(place, (low, high)): (usize, (u32, u32))| {
        let (a, b) = (one.0[place], other.0[place]);
        if bits {
            let crossed = if rng.random::<bool>() { a } else { b };
            return if rng.random::<f64>() < rate { 1 - crossed } else { crossed };
        }
        let range = (f64::from(low), f64::from(high));
        let mut value = f64::from(a);
        if rng.random::<f64>() < 0.5 && a != b {
            value = simulated_binary(value, f64::from(b), range, rng);
        }
        if rng.random::<f64>() < rate.min(0.5) {
            value = polynomial(value, range, rng);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within bounds that are u32"
        )]
        let rounded = value.round().clamp(range.0, range.1) as u32;
        rounded
    };
    Genes(bounds.into_iter().enumerate().map(gene).collect())
}

/// One child of two parents whose spread around their mean is distributed as that of a one-point crossover of bits.
fn simulated_binary(a: f64, b: f64, (low, high): (f64, f64), rng: &mut ChaCha8Rng) -> f64 {
    let (least, most) = (a.min(b), a.max(b));
    // The distribution is cut so that the child stays within bounds.
    let beta = 1.0 + 2.0 * (least - low).min(high - most) / (most - least);
    let alpha = 2.0 - beta.powf(-(CROSSOVER + 1.0));
    let u: f64 = rng.random();
    let spread = if u <= 1.0 / alpha { u * alpha } else { 1.0 / (2.0 - u * alpha) };
    let spread = spread.powf(1.0 / (CROSSOVER + 1.0));
    let sign = if rng.random::<bool>() { 1.0 } else { -1.0 };
    0.5 * (least + most + sign * spread * (most - least))
}

/// A value near another.
fn polynomial(x: f64, (low, high): (f64, f64), rng: &mut ChaCha8Rng) -> f64 {
    let extent = high - low;
    let u: f64 = rng.random();
    let power = 1.0 / (MUTATION + 1.0);
    let delta = if u < 0.5 {
        let left = 1.0 - (x - low) / extent;
        (2.0 * u + (1.0 - 2.0 * u) * left.powf(MUTATION + 1.0)).powf(power) - 1.0
    } else {
        let left = 1.0 - (high - x) / extent;
        1.0 - (2.0 * (1.0 - u) + 2.0 * (u - 0.5) * left.powf(MUTATION + 1.0)).powf(power)
    };
    x + delta * extent
}
