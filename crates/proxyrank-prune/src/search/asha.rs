//! Asynchronous successive halving by non-dominated rank (MO-ASHA), for sub-networks that are each trained by themselves.

use serde::{Deserialize, Serialize};

use crate::pareto::{Point, RankRule, ranks};

/// What becomes of a trial after an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Another epoch.
    Continue,
    /// No more.
    Stop,
}

/// The scheduler: one bracket whose rungs are at `grace`, `grace` x `eta`, ... epochs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asha {
    grace: u32,
    eta: u32,
    most: u32,
    rule: RankRule,
    /// Epoch of each rung and the points that were recorded there.
    rungs: Vec<(u32, Vec<Point>)>,
}

impl Asha {
    /// A scheduler; trials end after `most` epochs.
    pub fn new(grace: u32, eta: u32, most: u32, rule: RankRule) -> Self {
        let first = (grace > 0).then_some(grace);
        let epochs = std::iter::successors(first, |epoch| epoch.checked_mul(eta.max(2)));
        let rungs = epochs.take_while(|&epoch| epoch < most).map(|epoch| (epoch, Vec::new())).collect();
        Self { grace, eta, most, rule, rungs }
    }

    /// The released setting: rungs after 1 and 3 of 5 epochs.
    pub fn released() -> Self {
        Self::new(1, 3, 5, RankRule::Inverse)
    }

    /// Takes a trial's point after an epoch, counted from 1. At a rung the trial is ranked among all that came there, itself included,
    /// and goes on if its rank from 0 is within the first 1/eta of them; the first always does.
    pub fn report(&mut self, epoch: u32, point: Point) -> Decision {
        if epoch >= self.most {
            return Decision::Stop;
        }
        let Some((_, recorded)) = self.rungs.iter_mut().find(|(rung, _)| *rung == epoch) else {
            return Decision::Continue;
        };
        recorded.push(point);
        let rank = ranks(recorded, self.rule).last().copied().unwrap_or(0);
        if rank * self.eta as usize <= recorded.len() { Decision::Continue } else { Decision::Stop }
    }

    /// Epochs of the rungs.
    pub fn rungs(&self) -> Vec<u32> {
        self.rungs.iter().map(|(epoch, _)| *epoch).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rungs_are_powers_of_eta_below_the_end() {
        assert_eq!(Asha::released().rungs(), [1, 3]);
        assert_eq!(Asha::new(2, 2, 20, RankRule::Inverse).rungs(), [2, 4, 8, 16]);
    }

    #[test]
    fn the_first_goes_on_and_then_the_best_third() {
        let mut asha = Asha::released();
        assert_eq!(asha.report(1, [0.5, 0.5]), Decision::Continue);
        assert_eq!(asha.report(1, [0.6, 0.6]), Decision::Stop, "rank 1 of 2");
        assert_eq!(asha.report(1, [0.55, 0.55]), Decision::Continue, "rank 1 of 3");
        assert_eq!(asha.report(1, [0.58, 0.58]), Decision::Stop, "rank 2 of 4");
        assert_eq!(asha.report(1, [0.4, 0.4]), Decision::Continue, "rank 0 of 5");
        assert_eq!(asha.report(2, [9.0, 9.0]), Decision::Continue, "no rung");
        assert_eq!(asha.report(3, [0.4, 0.4]), Decision::Continue, "the first of its rung");
        assert_eq!(asha.report(5, [0.0, 0.0]), Decision::Stop, "the end");
    }

    #[test]
    fn it_goes_on_after_being_written() {
        let mut asha = Asha::released();
        asha.report(1, [0.1, 0.3]);
        let mut again: Asha = serde_json::from_str(&serde_json::to_string(&asha).unwrap()).unwrap();
        assert_eq!(again.report(1, [0.3, 0.1]), asha.report(1, [0.3, 0.1]));
        assert_eq!(again, asha);
    }
}
