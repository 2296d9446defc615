//! Expected hypervolume improvement, in closed form for two objectives.
//!
//! A Gaussian process for each objective predicts candidates; the one by which the hypervolume is expected to grow most is asked. Objectives are
//! scaled to [0, 1], both minimised, and the reference is (2, 2). The released code negates no objective and puts the reference
//! above every point, so that its improvement is about 0 everywhere; this one does not copy that.

use proxyrank_predict::{Feature, Features, Group, Method as Predictor, Prediction};
use rand::seq::IndexedRandom;
use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use super::run::{Search, SearchError};
use crate::pareto::{Point, front};
use crate::space::Genes;

/// The reference in scaled objectives.
const REFERENCE: Point = [2.0, 2.0];
/// Most evaluations that the processes learn from; the last ones are taken.
const MEMORY: usize = 200;
/// Evenly drawn candidates.
const RANDOM: usize = 200;
/// Candidates that are members of the front with a few genes changed.
const NEAR: usize = 200;
/// A standard deviation below this stands for none.
const LEAST_DEVIATION: f64 = 1e-9;

/// The candidate that is expected to improve most.
pub(super) fn next(search: &Search) -> Result<Option<Genes>, SearchError> {
    let candidates = candidates(search);
    if candidates.is_empty() {
        return Ok(None);
    }
    let first = search.genes().len().saturating_sub(MEMORY);
    let (genes, points) = (&search.genes()[first..], scaled(&search.points()[first..]));
    let all: Vec<&Genes> = genes.iter().chain(&candidates).collect();
    let features = features(search, &all)?;
    let known = features.select(&(0..genes.len()).collect::<Vec<_>>());
    let asked = features.select(&(genes.len()..all.len()).collect::<Vec<_>>());
    let predict = |objective: usize| -> Result<Vec<Prediction>, SearchError> {
        let labels: Vec<f64> = points.iter().map(|point| point[objective]).collect();
        Ok(Predictor::GaussianProcess.predictor().fit(&known, &labels, 0)?.predict(&asked)?)
    };
    let [errors, sizes] = [predict(0)?, predict(1)?];
    let front: Vec<Point> = front(&points).into_iter().map(|place| points[place]).collect();
    let gain = |(error, size): (&Prediction, &Prediction)| {
        let deviation = |prediction: &Prediction| prediction.sd.unwrap_or(0.0);
        expected_improvement(&front, REFERENCE, [error.mean, size.mean], [deviation(error), deviation(size)])
    };
    let gains: Vec<f64> = errors.iter().zip(&sizes).map(gain).collect();
    let best = (0..gains.len()).max_by(|&a, &b| gains[a].total_cmp(&gains[b]).then(b.cmp(&a)));
    Ok(best.map(|best| candidates[best].clone()))
}

/// Candidates that were not evaluated, each once.
fn candidates(search: &Search) -> Vec<Genes> {
    let mut rng = search.rng();
    let mut found: Vec<Genes> = Vec::new();
    let mut add = |genes: Genes| {
        if !search.has_seen(&genes) && !found.contains(&genes) {
            found.push(genes);
        }
    };
    for _ in 0..RANDOM {
        if let Some(genes) = search.fresh(&mut rng) {
            add(genes);
        }
    }
    let members = front(search.points());
    for number in 0..NEAR {
        let Some(&member) = members.choose(&mut rng) else { break };
        let mut genes = search.genes()[member].clone();
        // One, two, three or four steps away.
        for _ in 0..=number % 4 {
            genes = search.space.mutate(&genes, &mut rng);
        }
        add(genes);
    }
    found
}

/// Objectives scaled to [0, 1].
fn scaled(points: &[Point]) -> Vec<Point> {
    let scale = |objective: usize| {
        let values = || points.iter().map(|point| point[objective]);
        let (low, high) =
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        let extent = if high > low { high - low } else { 1.0 };
        move |value: f64| (value - low) / extent
    };
    let (error, size) = (scale(0), scale(1));
    points.iter().map(|&[a, b]| [error(a), size(b)]).collect()
}

/// Genes in the unit cube.
fn features(search: &Search, all: &[&Genes]) -> Result<Features, SearchError> {
    let column = |(gene, (low, high)): (usize, (u32, u32))| {
        let extent = f64::from(high - low);
        let values = all.iter().map(|genes| f64::from(genes.0[gene] - low) / extent).collect();
        Feature { name: format!("gene {gene}"), group: Group::Detail, values }
    };
    let columns: Vec<Feature> = search.space.bounds().into_iter().enumerate().map(column).collect();
    Ok(Features::new(all.len(), &columns)?)
}

/// By how much the hypervolume of a front is expected to grow with a point whose objectives are independent and normal.
///
/// Beyond the front, strip i lies between the first objectives of its members i and i + 1 and below the second objective of
/// member i. With u and v the new point's objectives the growth is the sum over strips of
/// ((x₊ - u)⁺ - (x - u)⁺) (y - v)⁺, and expectations of the factors are those of one-dimensional improvements. `front` must be sorted by its first objective, as
/// [`front`] gives it.
pub fn expected_improvement(front: &[Point], reference: Point, means: [f64; 2], deviations: [f64; 2]) -> f64 {
    let within: Vec<Point> =
        front.iter().copied().filter(|point| point[0] < reference[0] && point[1] < reference[1]).collect();
    let below = |limit: f64, objective: usize| improvement(limit, means[objective], deviations[objective]);
    let (mut total, mut before, mut ceiling) = (0.0, 0.0, reference[1]);
    for point in within.iter().copied().chain([reference]) {
        let here = below(point[0], 0);
        total += (here - before) * below(ceiling, 1);
        (before, ceiling) = (here, point[1]);
    }
    total
}

/// E (limit - z)⁺ for a normal z.
fn improvement(limit: f64, mean: f64, deviation: f64) -> f64 {
    let gap = limit - mean;
    if deviation < LEAST_DEVIATION {
        return gap.max(0.0);
    }
    let normal = Normal::standard();
    let z = gap / deviation;
    (gap * normal.cdf(z) + deviation * normal.pdf(z)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pareto::hypervolume;
    use crate::random::{Purpose, stream};
    use rand::RngExt;

    #[test]
    fn it_is_the_mean_of_what_draws_improve() {
        let front = [[0.1, 0.9], [0.4, 0.5], [0.8, 0.05]];
        let mut rng = stream(5, Purpose::Search, 0);
        for (means, deviations) in [
            ([0.5, 0.5], [0.2, 0.3]),
            ([0.2, 0.2], [0.1, 0.05]),
            ([1.5, 1.0], [0.5, 0.5]),
            ([0.0, 0.0], [1e-12, 0.1]),
        ] {
            let draws = 40_000;
            let mut normal = || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
            let before = hypervolume(&front, REFERENCE);
            let growth: Vec<f64> = (0..draws)
                .map(|_| {
                    let point = [0, 1].map(|i: usize| means[i] + deviations[i] * normal());
                    hypervolume(&[front[0], front[1], front[2], point], REFERENCE) - before
                })
                .collect();
            let mean = growth.iter().sum::<f64>() / f64::from(draws);
            let variance = growth.iter().map(|g| (g - mean).powi(2)).sum::<f64>() / f64::from(draws);
            let found = expected_improvement(&front, REFERENCE, means, deviations);
            // Five standard errors, and what twelve uniforms lack to a normal.
            let tolerance = 5.0 * (variance / f64::from(draws)).sqrt() + 1e-3;
            assert!((found - mean).abs() < tolerance, "{means:?}: {found} {mean}");
        }
    }

    #[test]
    fn a_certain_point_improves_by_its_own_area() {
        let found = expected_improvement(&[[1.0, 1.0]], [2.0, 2.0], [0.5, 1.5], [0.0, 0.0]);
        assert!((found - 0.25).abs() < 1e-12, "{found}");
        assert!(expected_improvement(&[[1.0, 1.0]], [2.0, 2.0], [1.5, 1.5], [0.0, 0.0]).abs() < 1e-12);
        assert!((expected_improvement(&[], [2.0, 2.0], [0.0, 0.0], [0.0, 0.0]) - 4.0).abs() < 1e-12);
    }
}
