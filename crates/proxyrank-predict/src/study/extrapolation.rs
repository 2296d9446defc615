//! Whether what was learnt on some depths holds on another.

use std::collections::BTreeSet;

use super::split::shuffled;
use super::{Follow, Problem, Quality, Ranker, Task};
use crate::{Method, PredictError, Scale};

/// With more distinct depths than this, thirds by depth are held out instead of single depths.
const FEW_DEPTHS: usize = 4;

/// A study that holds one depth out after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extrapolation {
    /// The predictors.
    pub methods: Vec<Method>,
    /// Random choices of seven in ten of the other architectures to learn from.
    pub repeats: usize,
    /// Seed of these choices and of predictors that draw.
    pub seed: u64,
    /// On which scale labels are learnt.
    pub scale: Scale,
}

/// One ranking of the architectures of a depth.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOut {
    /// Which depths judged, such as `4` or `5-8`.
    pub depths: String,
    /// How many architectures they have.
    pub architectures: usize,
    /// How many labels of other depths were known; 0 for a rule.
    pub labels: usize,
    /// Who ranked.
    pub ranker: Ranker,
    /// How well.
    pub quality: Quality,
}

/// Architectures by depth: one group for each depth where there are at most four, thirds otherwise. Groups of fewer than ten
/// architectures judge nothing and are left out.
pub fn depth_groups(depths: &[usize]) -> Vec<(String, Vec<usize>)> {
    let distinct: BTreeSet<usize> = depths.iter().copied().collect();
    let bounds: Vec<(usize, usize)> = if distinct.len() <= FEW_DEPTHS {
        distinct.iter().map(|&depth| (depth, depth)).collect()
    } else {
        thirds(depths)
    };
    let group = |(low, high): (usize, usize)| {
        let name = if low == high { low.to_string() } else { format!("{low}-{high}") };
        let members = (0..depths.len()).filter(|&i| (low..=high).contains(&depths[i])).collect();
        (name, members)
    };
    bounds.into_iter().map(group).filter(|(_, members): &(String, Vec<usize>)| members.len() >= 10).collect()
}

/// Three ranges of depths with about as many architectures each.
fn thirds(depths: &[usize]) -> Vec<(usize, usize)> {
    let mut sorted = depths.to_vec();
    sorted.sort_unstable();
    let mut bounds = Vec::new();
    let mut rest = &sorted[..];
    for parts in (1..=3).rev() {
        let Some(&low) = rest.first() else { break };
        let last = rest[(rest.len() / parts).max(1) - 1];
        bounds.push((low, last));
        rest = &rest[rest.partition_point(|&depth| depth <= last)..];
    }
    bounds
}

impl Extrapolation {
    /// How many fits it takes.
    pub fn fits(&self, problem: &Problem) -> usize {
        let predictors = problem.sets.len() * self.methods.len() * self.repeats;
        depth_groups(&problem.depths).len() * (predictors + problem.rules.len())
    }

    /// Fits and judges everything; `None` where it was stopped. Nothing comes of a benchmark of one depth.
    pub fn run(&self, problem: &Problem, follow: &dyn Follow) -> Result<Option<Vec<HeldOut>>, PredictError> {
        problem.check()?;
        let groups = depth_groups(&problem.depths);
        if groups.len() < 2 {
            return Ok(Some(Vec::new()));
        }
        let rankers = problem.rankers(&self.methods);
        let mut chosen = Vec::new();
        for (_, test) in &groups {
            let others: Vec<usize> = (0..problem.labels.len()).filter(|i| !test.contains(i)).collect();
            let choose = |repeat| {
                let order = shuffled(others.len(), repeat, self.seed).into_iter();
                order.take(7 * others.len() / 10).map(|place| others[place]).collect::<Vec<usize>>()
            };
            chosen.push((0..self.repeats).map(choose).collect::<Vec<_>>());
        }
        let mut tasks = Vec::new();
        let mut heads = Vec::new();
        let untold = vec![Vec::new()];
        for ((name, test), choices) in groups.iter().zip(&chosen) {
            for &ranker in &rankers {
                let choices = if matches!(ranker, Ranker::Rule(_)) { &untold } else { choices };
                for (repeat, known) in choices.iter().enumerate() {
                    heads.push((name, ranker));
                    tasks.push(Task { ranker, known, test, seed: self.seed ^ repeat as u64 });
                }
            }
        }
        let Some(qualities) = problem.run(&tasks, self.scale, follow)? else { return Ok(None) };
        let held_out =
            heads.into_iter().zip(&tasks).zip(qualities).map(|(((name, ranker), task), quality)| {
                let (architectures, labels) = (task.test.len(), task.known.len());
                HeldOut { depths: name.clone(), architectures, labels, ranker, quality }
            });
        Ok(Some(held_out.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Counter, problem};
    use super::*;

    #[test]
    fn few_depths_stand_alone_and_many_are_thirds() {
        let two: Vec<usize> = (0..40).map(|i| 2 + 2 * (i % 2)).collect();
        let names = |groups: &[(String, Vec<usize>)]| -> Vec<String> {
            groups.iter().map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&depth_groups(&two)), ["2", "4"]);
        let many: Vec<usize> = (0..90).map(|i| 1 + i % 9).collect();
        let groups = depth_groups(&many);
        assert_eq!(names(&groups), ["1-3", "4-6", "7-9"]);
        assert!(groups.iter().all(|(_, members)| members.len() == 30));
        assert!(depth_groups(&[3; 5]).is_empty());
    }

    #[test]
    fn a_slope_learnt_on_one_depth_holds_on_the_other() {
        let study = Extrapolation { methods: vec![Method::Ridge], repeats: 2, seed: 0, scale: Scale::Ranks };
        let problem = problem(80);
        let results = study.run(&problem, &Counter::default()).unwrap().unwrap();
        assert_eq!(results.len(), study.fits(&problem));
        for result in results {
            assert_eq!((result.architectures, result.labels % 28), (40, 0));
            match result.ranker {
                Ranker::Rule(_) => assert_eq!(result.quality.tau_b, None),
                Ranker::Predictor { .. } => assert!(result.quality.tau_b.unwrap() > 0.95),
            }
        }
    }
}
