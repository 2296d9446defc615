//! How well predictors rank architectures that they were not told about.
//!
//! Two questions, one kind of answer. [`Efficiency`] asks how many labels a predictor needs: each repeat sets three in ten
//! architectures aside for testing and tells the predictor more and more of the others. [`Extrapolation`] asks whether what was
//! learnt on some depths holds on another.
//!
//! Label-free rules are judged on the same test architectures, so that every difference is a paired one. Repeats share architectures:
//! their spread says how far a result depends on which ones were labelled, and is no confidence interval for other benchmarks.

mod efficiency;
mod extrapolation;
mod quality;
mod split;

use rayon::prelude::*;

pub use efficiency::{Efficiency, Trial};
pub use extrapolation::{Extrapolation, HeldOut, depth_groups};
pub use quality::{Quality, summarise};
pub use split::{Split, splits};

use crate::{Features, Method, PredictError, Scale};
use quality::quality;

/// A set of features by name.
#[derive(Debug, Clone)]
pub struct FeatureSet {
    /// Its name in tables and files.
    pub name: String,
    /// The features of every architecture.
    pub features: Features,
}

/// A rule that ranks without labels.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name in tables and files.
    pub name: String,
    /// Its score of every architecture, larger is better.
    pub scores: Vec<f64>,
}

/// Everything that is known of a benchmark's architectures, in one order.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The labels, larger is better.
    pub labels: Vec<f64>,
    /// Equal for architectures of equal depth and width.
    pub cells: Vec<u32>,
    /// Number of layers.
    pub depths: Vec<usize>,
    /// What predictors may look at.
    pub sets: Vec<FeatureSet>,
    /// What they are compared with.
    pub rules: Vec<Rule>,
}

/// Who ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ranker {
    /// A predictor on a set of features, by the set's place in the problem.
    Predictor {
        /// The features.
        set: usize,
        /// The predictor.
        method: Method,
    },
    /// A label-free rule, by its place in the problem.
    Rule(usize),
}

/// How a study is followed and stopped.
pub trait Follow: Sync {
    /// One more fit is done.
    fn step(&self);
    /// Whether somebody asked to stop.
    fn stopped(&self) -> bool;
}

/// One fit and the architectures that judge it.
struct Task<'a> {
    ranker: Ranker,
    known: &'a [usize],
    test: &'a [usize],
    seed: u64,
}

impl Problem {
    /// Checks that all series belong to the same architectures.
    fn check(&self) -> Result<(), PredictError> {
        let n = self.labels.len();
        let others = [("cells", self.cells.len()), ("depths", self.depths.len())];
        let sets = self.sets.iter().map(|set| (set.name.as_str(), set.features.len()));
        let rules = self.rules.iter().map(|rule| (rule.name.as_str(), rule.scores.len()));
        match others.into_iter().chain(sets).chain(rules).find(|(_, found)| *found != n) {
            Some((name, found)) => Err(PredictError::Length { name: name.to_owned(), found, expected: n }),
            None => Ok(()),
        }
    }

    /// Every predictor on every set, then every rule.
    fn rankers(&self, methods: &[Method]) -> Vec<Ranker> {
        let predictors = (0..self.sets.len())
            .flat_map(|set| methods.iter().map(move |&method| Ranker::Predictor { set, method }));
        predictors.chain((0..self.rules.len()).map(Ranker::Rule)).collect()
    }

    /// Runs fits in parallel; the answers keep the order of the tasks. `None` where somebody asked to stop.
    fn run(
        &self,
        tasks: &[Task<'_>],
        scale: Scale,
        follow: &dyn Follow,
    ) -> Result<Option<Vec<Quality>>, PredictError> {
        let one = |task: &Task<'_>| {
            if follow.stopped() {
                return Ok(None);
            }
            let done = self.judge(task, scale).map(Some);
            follow.step();
            done
        };
        tasks.par_iter().map(one).collect()
    }

    fn judge(&self, task: &Task<'_>, scale: Scale) -> Result<Quality, PredictError> {
        let pick =
            |places: &[usize]| -> Vec<f64> { places.iter().map(|&place| self.labels[place]).collect() };
        let truth = pick(task.test);
        let cells: Vec<u32> = task.test.iter().map(|&place| self.cells[place]).collect();
        match task.ranker {
            Ranker::Rule(rule) => {
                let scores: Vec<f64> =
                    task.test.iter().map(|&place| self.rules[rule].scores[place]).collect();
                quality(&scores, &truth, &cells, None)
            }
            Ranker::Predictor { set, method } => {
                let features = &self.sets[set].features;
                let known = pick(task.known);
                let fitted = method.predictor().fit(
                    &features.select(task.known),
                    &scale.place(&known, &known),
                    task.seed,
                )?;
                let predictions = fitted.predict(&features.select(task.test))?;
                let scores: Vec<f64> = predictions.iter().map(|prediction| prediction.mean).collect();
                quality(&scores, &truth, &cells, Some((&predictions, &scale.place(&known, &truth))))
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::{Feature, Group};

    /// Counts the steps.
    #[derive(Default)]
    pub(crate) struct Counter(pub(crate) AtomicUsize);

    impl Follow for Counter {
        fn step(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }

        fn stopped(&self) -> bool {
            false
        }
    }

    /// Labels that grow with depth and, less, with a second number; the rule sees the depth only.
    pub(crate) fn problem(n: usize) -> Problem {
        let depths: Vec<usize> = (0..n).map(|i| 2 + 2 * (i % 2)).collect();
        let extra: Vec<f64> = (0..n).map(|i| ((i * 37) % 101) as f64 / 101.0).collect();
        let depth: Vec<f64> = depths.iter().map(|&depth| depth as f64).collect();
        let labels = depth.iter().zip(&extra).map(|(depth, extra)| 10.0 * depth + 3.0 * extra).collect();
        let column = |name: &str, values: &[f64]| Feature {
            name: name.into(),
            group: Group::Summary,
            values: values.to_vec(),
        };
        let features = Features::new(n, &[column("depth", &depth), column("extra", &extra)]).unwrap();
        Problem {
            labels,
            cells: (0..n).map(|i| u32::from(i % 2 == 0)).collect(),
            depths,
            sets: vec![FeatureSet { name: "architecture".into(), features }],
            rules: vec![Rule { name: "depth".into(), scores: depth }],
        }
    }
}
