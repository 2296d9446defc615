//! In which order a search labels architectures.

use std::collections::VecDeque;

use proxyrank_predict::{Method, Scale};
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{SearchError, Space};

/// What a predictor-guided search learns with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guide {
    /// The predictor.
    pub method: Method,
    /// The features, by their place in the space.
    pub features: usize,
}

/// A search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// Labels at random.
    Random,
    /// Moves to the first better neighbour, looking at them in random order; begins again at random where there is none.
    Local,
    /// Regularised evolution (Real et al. 2019): the best of a random few of the population has a neighbour labelled, and the oldest
    /// dies. A neighbour that is labelled already is not paid for again, so an unlabelled one is taken where there is one, and a random
    /// architecture where there is none.
    Evolution,
    /// After arXiv 2309.09507, whose procedure is not public in detail: a predictor learns from a random few, the space shrinks to the
    /// tenth that it expects most of, and a batch of the best of these is labelled; then it learns again from all labels.
    Predictor(Guide),
    /// Labels by a proxy's score, best first; ties in random order. The score is given by its place in the space.
    Proxy(usize),
}

/// Architectures in the population of an evolution.
const POPULATION: usize = 10;
/// Of which the best of this many becomes a parent.
const TOURNAMENT: usize = 3;
/// Random labels before a predictor is first asked.
const FIRST: usize = 10;
/// Labels between two fits.
const BATCH: usize = 10;
/// The share of the space that is left when it shrinks.
const SHRUNK: f64 = 0.1;

impl Strategy {
    /// Labels up to `budget` different architectures and returns them in that order.
    pub fn trace(
        self,
        space: &Space,
        budget: usize,
        seed: u64,
        run: usize,
    ) -> Result<Vec<usize>, SearchError> {
        space.check()?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(run as u64);
        let mut trace = Trace::new(space, budget.min(space.labels.len()));
        match self {
            Self::Random => trace.random_until(usize::MAX, &mut rng),
            Self::Local => local(&mut trace, &mut rng),
            Self::Evolution => evolution(&mut trace, &mut rng),
            Self::Predictor(guide) => predictor(&mut trace, guide, seed ^ run as u64, &mut rng)?,
            Self::Proxy(index) => proxy(&mut trace, index, &mut rng)?,
        }
        Ok(trace.order)
    }
}

/// What was labelled so far.
struct Trace<'a> {
    space: &'a Space,
    budget: usize,
    labelled: Vec<bool>,
    order: Vec<usize>,
}

impl<'a> Trace<'a> {
    fn new(space: &'a Space, budget: usize) -> Self {
        Self { space, budget, labelled: vec![false; space.labels.len()], order: Vec::new() }
    }

    fn is_full(&self) -> bool {
        self.order.len() >= self.budget
    }

    /// Labels an architecture, once.
    fn label(&mut self, one: usize) -> f64 {
        if !self.labelled[one] && !self.is_full() {
            self.labelled[one] = true;
            self.order.push(one);
        }
        self.space.labels[one]
    }

    fn unlabelled(&self) -> Vec<usize> {
        (0..self.labelled.len()).filter(|&one| !self.labelled[one]).collect()
    }

    fn random_until(&mut self, count: usize, rng: &mut ChaCha8Rng) {
        let mut rest = self.unlabelled();
        rest.shuffle(rng);
        for one in rest {
            if self.is_full() || self.order.len() >= count {
                return;
            }
            self.label(one);
        }
    }
}

fn local(trace: &mut Trace<'_>, rng: &mut ChaCha8Rng) {
    while let Some(&start) = trace.unlabelled().choose(rng) {
        let mut here = start;
        let mut best = trace.label(here);
        loop {
            let mut steps = trace.space.neighbours[here].clone();
            steps.shuffle(rng);
            let better = steps.into_iter().find(|&step| {
                // Without labels left nothing new can be found to be better.
                (trace.labelled[step] || !trace.is_full()) && trace.label(step) > best
            });
            let Some(step) = better else { break };
            (here, best) = (step, trace.space.labels[step]);
        }
        if trace.is_full() {
            return;
        }
    }
}

fn evolution(trace: &mut Trace<'_>, rng: &mut ChaCha8Rng) {
    trace.random_until(POPULATION, rng);
    let mut population: VecDeque<usize> = trace.order.iter().copied().collect();
    while !trace.is_full() && !population.is_empty() {
        let few = (0..TOURNAMENT).map(|_| population[rng.random_range(0..population.len())]);
        let parent = few.max_by(|&a, &b| trace.space.labels[a].total_cmp(&trace.space.labels[b]));
        let near = parent.map_or(&[][..], |parent| &trace.space.neighbours[parent]);
        let fresh: Vec<usize> = near.iter().copied().filter(|&one| !trace.labelled[one]).collect();
        let child = fresh.choose(rng).copied().or_else(|| trace.unlabelled().choose(rng).copied());
        let Some(child) = child else { return };
        trace.label(child);
        population.push_back(child);
        population.pop_front();
    }
}

fn predictor(
    trace: &mut Trace<'_>,
    guide: Guide,
    seed: u64,
    rng: &mut ChaCha8Rng,
) -> Result<(), SearchError> {
    let known = trace.space.features.len();
    let Some(features) = trace.space.features.get(guide.features) else {
        return Err(SearchError::NoGuide { what: "features", index: guide.features, known });
    };
    trace.random_until(FIRST, rng);
    while !trace.is_full() {
        let labels: Vec<f64> = trace.order.iter().map(|&one| trace.space.labels[one]).collect();
        let places = Scale::Ranks.place(&labels, &labels);
        let fitted = guide.method.predictor().fit(&features.select(&trace.order), &places, seed)?;
        let rest = trace.unlabelled();
        let predictions = fitted.predict(&features.select(&rest))?;
        let mut promising: Vec<(f64, usize)> =
            predictions.iter().map(|prediction| prediction.mean).zip(rest).collect();
        // A shuffle first, so that equal predictions come in random order.
        promising.shuffle(rng);
        promising.sort_by(|a, b| b.0.total_cmp(&a.0));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a tenth of a length")]
        let kept = ((SHRUNK * promising.len() as f64).ceil() as usize).max(1);
        for (_, one) in promising.into_iter().take(kept).take(BATCH) {
            trace.label(one);
        }
    }
    Ok(())
}

fn proxy(trace: &mut Trace<'_>, index: usize, rng: &mut ChaCha8Rng) -> Result<(), SearchError> {
    let known = trace.space.scores.len();
    let Some(scores) = trace.space.scores.get(index) else {
        return Err(SearchError::NoGuide { what: "scores", index, known });
    };
    let mut order = trace.unlabelled();
    order.shuffle(rng);
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    for one in order {
        trace.label(one);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::neighbours;
    use super::*;
    use proxyrank_predict::{Feature, Features, Group};

    /// Sixty architectures on a line; the label is largest at 40.
    fn space() -> Space {
        let n = 60;
        let labels: Vec<f64> = (0..n).map(|i| -(i as f64 - 40.0).abs()).collect();
        let values = (0..n).map(|i| i as f64).collect();
        let column = Feature { name: "place".into(), group: Group::Size, values };
        Space {
            neighbours: neighbours(n, 2, |a, b| u32::try_from(a.abs_diff(b)).unwrap()),
            features: vec![Features::new(n, &[column]).unwrap()],
            scores: vec![labels.clone(), vec![0.0; n]],
            labels,
        }
    }

    const ALL: [Strategy; 5] = [
        Strategy::Random,
        Strategy::Local,
        Strategy::Evolution,
        Strategy::Predictor(Guide { method: Method::Neighbours, features: 0 }),
        Strategy::Proxy(1),
    ];

    #[test]
    fn traces_label_each_architecture_once_within_budget() {
        let space = space();
        for strategy in ALL {
            for budget in [1, 25, 60, 100] {
                let trace = strategy.trace(&space, budget, 3, 1).unwrap();
                let mut distinct = trace.clone();
                distinct.sort_unstable();
                distinct.dedup();
                assert_eq!((trace.len(), distinct.len()), (budget.min(60), budget.min(60)), "{strategy:?}");
                assert_eq!(trace, strategy.trace(&space, budget, 3, 1).unwrap(), "{strategy:?}");
            }
            assert_ne!(
                strategy.trace(&space, 20, 3, 1).unwrap(),
                strategy.trace(&space, 20, 3, 2).unwrap(),
                "{strategy:?}"
            );
        }
    }

    #[test]
    fn a_perfect_proxy_labels_the_best_first_and_a_missing_one_is_named() {
        let space = space();
        assert_eq!(Strategy::Proxy(0).trace(&space, 1, 0, 0), Ok(vec![40]));
        let error = Strategy::Proxy(7).trace(&space, 1, 0, 0).unwrap_err().to_string();
        assert_eq!(error, "a strategy asks for scores 7, and the space has 2");
    }

    #[test]
    fn on_a_hill_local_search_climbs() {
        let space = space();
        let best = |strategy: Strategy, run| {
            let trace = strategy.trace(&space, 45, 0, run).unwrap();
            trace.into_iter().map(|one| space.labels[one]).fold(f64::NEG_INFINITY, f64::max)
        };
        assert!((0..20).all(|run| best(Strategy::Local, run) > -3.0));
    }
}
