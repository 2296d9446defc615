//! What is asked of predictors, and running it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use proxyrank_predict::study::{Efficiency, Extrapolation, Follow, HeldOut, Problem, Ranker, Trial};
use proxyrank_predict::{Method, Scale};
use proxyrank_schema::Reading;

use super::FeatureKind;
use super::problem::{bar, problem};
use crate::RunError;
use crate::benchmark::Metric;
use crate::papers::Stock;
use crate::watch::{Stop, Task, Watch};

/// A study of predictors on one benchmark and target.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictStudy {
    /// Which networks the features describe.
    pub reading: Reading,
    /// What is predicted.
    pub target: Metric,
    /// What predictors look at.
    pub kinds: Vec<FeatureKind>,
    /// The predictors.
    pub methods: Vec<Method>,
    /// Numbers of labels.
    pub labels: Vec<usize>,
    /// Random splits.
    pub repeats: usize,
    /// Seed of the splits and of predictors that draw.
    pub seed: u64,
    /// On which scale labels are learnt.
    pub scale: Scale,
}

/// Repeats when whole depths are held out: the test set is always the same there.
const DEPTH_REPEATS: usize = 10;

/// What a study found.
#[derive(Debug, Clone)]
pub struct Results {
    /// Labels, features and rules.
    pub problem: Problem,
    /// The rule that a predictor must beat.
    pub bar: &'static str,
    /// One for each fit of the label-efficiency curves.
    pub trials: Vec<Trial>,
    /// One for each fit with a depth held out.
    pub held_out: Vec<HeldOut>,
}

impl Results {
    /// The feature set and the predictor of a ranker, or the rule's name.
    pub fn names(&self, ranker: Ranker) -> (&str, &str) {
        match ranker {
            Ranker::Predictor { set, method } => (&self.problem.sets[set].name, method.as_str()),
            Ranker::Rule(rule) => ("none", &self.problem.rules[rule].name),
        }
    }
}

impl PredictStudy {
    /// The label-efficiency part.
    pub fn efficiency(&self) -> Efficiency {
        Efficiency {
            methods: self.methods.clone(),
            labels: self.labels.clone(),
            repeats: self.repeats,
            seed: self.seed,
            scale: self.scale,
        }
    }

    /// The part that holds depths out.
    fn extrapolation(&self) -> Extrapolation {
        Extrapolation {
            methods: self.methods.clone(),
            repeats: self.repeats.min(DEPTH_REPEATS),
            seed: self.seed,
            scale: self.scale,
        }
    }

    /// How many models would be fitted on a benchmark.
    pub fn fits(&self, stock: &Stock) -> Result<usize, RunError> {
        let problem = problem(stock, self.reading, self.target, &self.kinds)?;
        Ok(self.efficiency().fits(&problem) + self.extrapolation().fits(&problem))
    }

    /// Runs the study.
    pub fn run(&self, stock: &Stock, watch: &dyn Watch, stop: &Stop) -> Result<Results, RunError> {
        let problem = problem(stock, self.reading, self.target, &self.kinds)?;
        let (efficiency, extrapolation) = (self.efficiency(), self.extrapolation());
        let title = format!("{}: predicting {}", stock.benchmark.info.id, self.target.name);
        let total = efficiency.fits(&problem) + extrapolation.fits(&problem);
        let follow = Follower::new(watch.task(&title, total), stop);
        let trials = efficiency.run(&problem, &follow)?;
        let held_out = extrapolation.run(&problem, &follow)?;
        match (trials, held_out) {
            (Some(trials), Some(held_out)) => {
                Ok(Results { problem, bar: bar(stock.benchmark.info.source), trials, held_out })
            }
            _ => Err(RunError::Abandoned { what: title }),
        }
    }
}

/// Shows progress of fits that several threads finish.
pub(crate) struct Follower<'a> {
    task: Mutex<Box<dyn Task>>,
    done: AtomicUsize,
    stop: &'a Stop,
}

impl<'a> Follower<'a> {
    pub(crate) fn new(task: Box<dyn Task>, stop: &'a Stop) -> Self {
        Self { task: Mutex::new(task), done: AtomicUsize::new(0), stop }
    }
}

impl Follow for Follower<'_> {
    fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        // A thread that finds another one drawing has nothing to add.
        if let Ok(task) = self.task.try_lock() {
            task.at(done);
        }
    }

    fn stopped(&self) -> bool {
        self.stop.asked()
    }
}
