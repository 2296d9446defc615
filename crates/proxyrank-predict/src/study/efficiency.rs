//! How many labels it takes.

use super::split::{Split, splits};
use super::{Follow, Problem, Quality, Ranker, Task};
use crate::{Method, PredictError, Scale};

/// A label-efficiency study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Efficiency {
    /// The predictors.
    pub methods: Vec<Method>,
    /// Numbers of labels, ascending. Those beyond seven in ten of the architectures cannot be had.
    pub labels: Vec<usize>,
    /// Random splits.
    pub repeats: usize,
    /// Seed of the splits and of predictors that draw.
    pub seed: u64,
    /// On which scale labels are learnt.
    pub scale: Scale,
}

/// One ranking of one split's test architectures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trial {
    /// Which split.
    pub repeat: usize,
    /// Who ranked.
    pub ranker: Ranker,
    /// How many labels were known; 0 for a rule.
    pub labels: usize,
    /// How well.
    pub quality: Quality,
}

impl Efficiency {
    /// The numbers of labels that a benchmark of this size allows: those asked for that fit, and seven in ten of all
    /// where one asked for does not fit.
    pub fn usable_labels(&self, architectures: usize) -> Vec<usize> {
        let most = 7 * architectures / 10;
        let mut usable: Vec<usize> = self.labels.iter().map(|&labels| labels.min(most)).collect();
        usable.sort_unstable();
        usable.dedup();
        usable
    }

    /// How many fits it takes.
    pub fn fits(&self, problem: &Problem) -> usize {
        let predictors = problem.sets.len() * self.methods.len();
        let labels = self.usable_labels(problem.labels.len()).len();
        self.repeats * (labels * predictors + problem.rules.len())
    }

    /// Fits and judges everything; `None` where it was stopped.
    pub fn run(&self, problem: &Problem, follow: &dyn Follow) -> Result<Option<Vec<Trial>>, PredictError> {
        problem.check()?;
        self.check(problem)?;
        let architectures = problem.labels.len();
        let splits = splits(architectures, self.repeats, self.seed);
        let rankers = problem.rankers(&self.methods);
        let mut trials = Vec::new();
        let mut tasks = Vec::new();
        // The longest fits come first, so that no thread is left alone with one at the end.
        for &labels in self.usable_labels(architectures).iter().rev() {
            for (repeat, split) in splits.iter().enumerate() {
                for &ranker in rankers.iter().filter(|ranker| matches!(ranker, Ranker::Predictor { .. })) {
                    trials.push((repeat, ranker, labels));
                    tasks.push(self.task(ranker, split, repeat, labels));
                }
            }
        }
        for (repeat, split) in splits.iter().enumerate() {
            for &ranker in rankers.iter().filter(|ranker| matches!(ranker, Ranker::Rule(_))) {
                trials.push((repeat, ranker, 0));
                tasks.push(self.task(ranker, split, repeat, 0));
            }
        }
        let Some(qualities) = problem.run(&tasks, self.scale, follow)? else { return Ok(None) };
        let trial = |((repeat, ranker, labels), quality)| Trial { repeat, ranker, labels, quality };
        let mut trials: Vec<Trial> = trials.into_iter().zip(qualities).map(trial).collect();
        trials.sort_by_key(|trial| (trial.ranker, trial.labels, trial.repeat));
        Ok(Some(trials))
    }

    fn task<'a>(&self, ranker: Ranker, split: &'a Split, repeat: usize, labels: usize) -> Task<'a> {
        Task { ranker, known: &split.pool[..labels], test: &split.test, seed: self.seed ^ repeat as u64 }
    }

    fn check(&self, problem: &Problem) -> Result<(), PredictError> {
        let n = problem.labels.len();
        let wrong = |what: String| Err(PredictError::Protocol(what));
        match self.labels.iter().min() {
            None => wrong("name at least one number of labels".into()),
            Some(&least) if least < 2 => wrong(format!("{least} labels are too few; a predictor needs 2")),
            Some(_) if n < 10 => {
                wrong(format!("{n} labelled architectures are too few to split; 10 are needed"))
            }
            Some(_) if self.repeats == 0 => wrong("0 repeats measure nothing; ask for 1 at the least".into()),
            Some(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::super::testing::{Counter, problem};
    use super::*;

    fn study() -> Efficiency {
        let methods = vec![Method::Ridge, Method::Forest];
        Efficiency { methods, labels: vec![10, 400], repeats: 3, seed: 5, scale: Scale::Ranks }
    }

    #[test]
    fn labels_beat_the_rule_that_sees_less() {
        let problem = problem(100);
        let counter = Counter::default();
        let trials = study().run(&problem, &counter).unwrap().unwrap();
        assert_eq!(counter.0.load(Ordering::Relaxed), trials.len());
        assert_eq!(trials.len(), study().fits(&problem));
        let best = |ranker, labels| {
            let of = trials.iter().filter(|trial| trial.ranker == ranker && trial.labels == labels);
            of.map(|trial| trial.quality.tau_a).fold(f64::NEG_INFINITY, f64::max)
        };
        let ridge = Ranker::Predictor { set: 0, method: Method::Ridge };
        assert!(best(ridge, 70) > 0.95, "{}", best(ridge, 70));
        assert!(best(Ranker::Rule(0), 0) < 0.7);
        assert_eq!(trials, study().run(&problem, &counter).unwrap().unwrap());
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let problem = problem(100);
        let error = |study: Efficiency| study.run(&problem, &Counter::default()).unwrap_err().to_string();
        assert!(error(Efficiency { labels: vec![1], ..study() }).contains("a predictor needs 2"));
        assert!(error(Efficiency { labels: vec![], ..study() }).contains("at least one"));
        assert!(error(Efficiency { repeats: 0, ..study() }).contains("0 repeats"));
        assert_eq!(study().usable_labels(100), [10, 70]);
    }
}
