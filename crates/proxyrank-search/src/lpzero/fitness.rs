//! How good a tree is, fast enough for millions of trees: Spearman's rho with the truth as in the released search, or Kendall's
//! tau within cells of equal depth and width, where counting layers is no help.

use proxyrank_stats::{StatsError, average_ranks};
use serde::{Deserialize, Serialize};

/// What trees are judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Spearman's rho with the truth.
    Rho,
    /// Kendall's tau-b over the pairs of networks of equal depth and width.
    Within,
}

impl Objective {
    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rho => "rho",
            Self::Within => "within",
        }
    }
}

/// An objective on some networks.
#[derive(Debug, Clone)]
pub struct Judge {
    objective: Objective,
    /// Ranks of the truth, centred.
    truth: Vec<f64>,
    /// Sum of their squares.
    variation: f64,
    cells: Vec<u32>,
    /// Pairs in one cell that the truth tells apart, the better one first.
    pairs: Vec<(u32, u32)>,
    /// Pairs in one cell.
    all_pairs: Vec<(u32, u32)>,
}

/// Room that judging needs, to be used again.
#[derive(Debug, Default)]
pub struct Room {
    order: Vec<(u64, u32)>,
}

/// Scores whose range is this share of their size at the most are one number and rounding.
const SPREAD: f64 = 1e-9;

impl Judge {
    /// Judges by a truth of which larger is better, one finite number a network; it should vary. Networks of one cell have
    /// the same depth and width.
    pub fn new(objective: Objective, truth: &[f64], cells: &[u32]) -> Result<Self, StatsError> {
        let ranks = average_ranks(truth)?;
        let mean = ranks.iter().sum::<f64>() / ranks.len() as f64;
        let truth: Vec<f64> = ranks.iter().map(|rank| rank - mean).collect();
        Ok(Self::of(objective, truth, cells.to_vec()))
    }

    fn of(objective: Objective, truth: Vec<f64>, cells: Vec<u32>) -> Self {
        let variation = truth.iter().map(|rank| rank * rank).sum();
        let (mut pairs, mut all_pairs) = (Vec::new(), Vec::new());
        if objective == Objective::Within {
            let numbered = || (0_u32..).zip(truth.iter().zip(&cells));
            for (one, (own, cell)) in numbered() {
                for (other, (its, _)) in numbered().take(one as usize).filter(|(_, (_, its))| *its == cell) {
                    all_pairs.push((one, other));
                    if own > its {
                        pairs.push((one, other));
                    } else if its > own {
                        pairs.push((other, one));
                    }
                }
            }
        }
        Self { objective, truth, variation, cells, pairs, all_pairs }
    }

    /// The same with the truth of each network replaced by another's: what luck alone would give.
    #[must_use]
    pub fn shuffled(&self, order: &[usize]) -> Self {
        let truth = order.iter().map(|&index| self.truth[index]).collect();
        Self::of(self.objective, truth, self.cells.clone())
    }

    /// The correlation of scores with the truth; nothing if a score is no finite number, if all are the same but for rounding,
    /// or if no pair can be told apart.
    pub fn judge(&self, scores: &[f64], room: &mut Room) -> Option<f64> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for &score in scores {
            if !score.is_finite() {
                return None;
            }
            low = low.min(score);
            high = high.max(score);
        }
        if high - low <= SPREAD * low.abs().max(high.abs()) {
            return None;
        }
        let correlation = match self.objective {
            Objective::Rho => self.rho(scores, room),
            Objective::Within => self.tau(scores),
        };
        correlation.is_finite().then_some(correlation)
    }

    fn rho(&self, scores: &[f64], room: &mut Room) -> f64 {
        room.order.clear();
        room.order.extend(scores.iter().zip(0_u32..).map(|(&score, index)| (key(score), index)));
        room.order.sort_unstable_by_key(|&(key, _)| key);
        let middle = (scores.len() as f64 - 1.0) / 2.0;
        let (mut products, mut variation, mut start) = (0.0, 0.0, 0);
        while start < room.order.len() {
            let value = room.order[start].0;
            let ties = room.order[start..].iter().take_while(|(key, _)| *key == value).count();
            let rank = start as f64 + (ties as f64 - 1.0) / 2.0 - middle;
            let tied = &room.order[start..start + ties];
            products += rank * tied.iter().map(|&(_, index)| self.truth[index as usize]).sum::<f64>();
            variation += ties as f64 * rank * rank;
            start += ties;
        }
        products / (variation * self.variation).sqrt()
    }

    fn tau(&self, scores: &[f64]) -> f64 {
        let at = |index: u32| scores[index as usize];
        let net: i64 = self
            .pairs
            .iter()
            .map(|&(better, worse)| i64::from(at(better) > at(worse)) - i64::from(at(better) < at(worse)))
            .sum();
        let untied =
            self.all_pairs.iter().filter(|&&(one, other)| at(one) < at(other) || at(other) < at(one));
        net as f64 / (self.pairs.len() as f64 * untied.count() as f64).sqrt()
    }
}

/// A whole number with the order of finite floating-point numbers, both zeros being one.
fn key(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proxyrank_stats::{spearman_rho, within_cell_tau};

    use super::*;

    proptest! {
        #[test]
        fn they_are_the_statistics_of_their_names(
            rows in prop::collection::vec((-5_i32..5, -50_i32..50, 0_u32..4), 3..60),
        ) {
            let truth: Vec<f64> = rows.iter().map(|row| f64::from(row.1)).collect();
            let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.0) / 3.0).collect();
            let cells: Vec<u32> = rows.iter().map(|row| row.2).collect();
            for (objective, expected) in [
                (Objective::Rho, spearman_rho(&scores, &truth)),
                (Objective::Within, within_cell_tau(&scores, &truth, &cells)),
            ] {
                let judge = Judge::new(objective, &truth, &cells).unwrap();
                match (judge.judge(&scores, &mut Room::default()), expected) {
                    (Some(found), Ok(expected)) => prop_assert!((found - expected).abs() < 1e-12),
                    (found, expected) => prop_assert!(found.is_none() && expected.is_err()),
                }
            }
        }
    }

    #[test]
    fn what_is_no_ranking_has_no_fitness() {
        let judge = Judge::new(Objective::Rho, &[1.0, 2.0, 3.0], &[0, 0, 0]).unwrap();
        let rho = |scores: [f64; 3]| judge.judge(&scores, &mut Room::default());
        assert_eq!(rho([1.0, f64::NAN, 2.0]), None);
        assert_eq!(rho([1.0, f64::INFINITY, 2.0]), None);
        assert_eq!(rho([1.0, 1.0 + 1e-15, 1.0]), None);
        assert_eq!(rho([0.0, 0.0, -0.0]), None);
        assert_eq!(rho([-1.0, 0.0, 5.0]), Some(1.0));
        assert!(Judge::new(Objective::Rho, &[1.0, f64::NAN], &[0, 0]).is_err());
    }
}
