//! Statistics of the use a proxy is put to: take its k best architectures and train those.
//!
//! A score with few values does not say which of the tied architectures are its k best. Both statistics are
//! therefore expected values over a random choice among those tied at the cut: of `t` tied with `m` places
//! left, each is taken with probability `m / t`.

use crate::error::{StatsError, check_pair};
use crate::kendall::Walk;
use crate::ranks::{Margin, Ranked};

/// The expected share of the k best by `x` that are among the k best by `y`.
///
/// `(1 / k) sum_i p_i q_i`, where `p_i` and `q_i` are the probabilities that item i is among the k best by
/// x and by y: 1 above the cut, 0 below it, `m / t` at it. A random score has the expected value `k / n`.
pub fn precision_at_k(x: &[f64], y: &[f64], k: usize) -> Result<f64, StatsError> {
    let (x, y) = checked(x, y, k)?;
    let (x_cut, y_cut) = (Cut::of(&Margin::whole(&x), k), Cut::of(&Margin::whole(&y), k));
    Ok(precision(&x, x_cut, &Walk::whole(&y), &y, y_cut, k))
}

/// The best `y` of all minus the expected best `y` among the k best by `x`, in the units of `y`; never
/// negative.
pub fn top_k_regret(x: &[f64], y: &[f64], k: usize) -> Result<f64, StatsError> {
    let (ranked_x, ranked_y) = checked(x, y, k)?;
    Ok(regret(&ranked_x, Cut::of(&Margin::whole(&ranked_x), k), &Walk::whole(&ranked_y), y))
}

fn checked(x: &[f64], y: &[f64], k: usize) -> Result<(Ranked, Ranked), StatsError> {
    check_pair(x, y)?;
    check_k(k, x.len())?;
    Ok((Ranked::new(x), Ranked::new(y)))
}

/// Refuses a k outside 1..=n.
pub(crate) fn check_k(k: usize, n: usize) -> Result<(), StatsError> {
    if (1..=n).contains(&k) { Ok(()) } else { Err(StatsError::InvalidK { k, n }) }
}

/// Where the k best of a variable end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cut {
    /// The dense rank at which the places run out.
    rank: u32,
    /// The places left for that rank.
    places: f64,
    /// The items that share it.
    tied: f64,
}

impl Cut {
    /// The cut after the k largest values of a sample with at least k items.
    #[expect(clippy::cast_possible_truncation, reason = "dense ranks are 32 bits wide")]
    pub(crate) fn of(margin: &Margin, k: usize) -> Self {
        let mut places = k as f64;
        for (rank, &count) in margin.counts.iter().enumerate().rev() {
            let tied = f64::from(count);
            if tied >= places {
                return Self { rank: rank as u32, places, tied };
            }
            places -= tied;
        }
        Self { rank: 0, places: 0.0, tied: 1.0 }
    }

    /// The probability that an item of this rank is among the k best.
    fn probability(self, rank: u32) -> f64 {
        match rank.cmp(&self.rank) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => self.places / self.tied,
            std::cmp::Ordering::Less => 0.0,
        }
    }
}

/// Expected precision at k; `by_truth` walks along y.
pub(crate) fn precision(x: &Ranked, x_cut: Cut, by_truth: &Walk, y: &Ranked, y_cut: Cut, k: usize) -> f64 {
    let hits: f64 = by_truth
        .descending()
        .take_while(|&(item, _)| y.dense[item] >= y_cut.rank)
        .map(|(item, count)| {
            f64::from(count) * x_cut.probability(x.dense[item]) * y_cut.probability(y.dense[item])
        })
        .sum();
    hits / k as f64
}

/// Expected regret at the cut; `by_truth` walks along y, whose values are `truth`.
///
/// From the best truth downwards, each item is the best one taken if it is taken and none before it was.
/// Among those tied at the cut that is a draw without replacement: after `j` of the `t` were passed over,
/// the next is taken with probability `m / (t - j)`.
pub(crate) fn regret(x: &Ranked, x_cut: Cut, by_truth: &Walk, truth: &[f64]) -> f64 {
    let mut untaken = 1.0;
    let mut tied_left = x_cut.tied;
    let mut best = None;
    let mut expected_loss = 0.0;
    'walk: for (item, count) in by_truth.descending() {
        let loss = *best.get_or_insert(truth[item]) - truth[item];
        match x.dense[item].cmp(&x_cut.rank) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Greater => {
                expected_loss += untaken * loss;
                break;
            }
            std::cmp::Ordering::Equal => {
                for _ in 0..count {
                    let taken = x_cut.places / tied_left;
                    expected_loss += untaken * taken * loss;
                    untaken *= 1.0 - taken;
                    tied_left -= 1.0;
                    if untaken <= 0.0 {
                        break 'walk;
                    }
                }
            }
        }
    }
    expected_loss
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_ties_both_are_plain_counts() {
        let x = [1.0, 2.0, 3.0, 4.0, 5.0];
        let y = [10.0, 50.0, 20.0, 40.0, 30.0];
        assert_eq!(precision_at_k(&x, &y, 2), Ok(0.5));
        assert_eq!(top_k_regret(&x, &y, 2), Ok(10.0));
        assert_eq!(top_k_regret(&x, &y, 1), Ok(20.0));
        assert_eq!(precision_at_k(&x, &y, 5), Ok(1.0));
        assert_eq!(top_k_regret(&x, &y, 5), Ok(0.0));
    }

    #[test]
    fn a_constant_score_is_a_random_choice() {
        let x = [0.0; 4];
        let y = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(precision_at_k(&x, &y, 1), Ok(0.25));
        assert_eq!(top_k_regret(&x, &y, 1), Ok(1.5));
        // The better of two drawn from four: 4 in 3 of 6 choices, 3 in 2, 2 in 1.
        assert!((top_k_regret(&x, &y, 2).unwrap() - 4.0 / 6.0).abs() < 1e-15);
    }

    #[test]
    fn ties_at_the_cut_share_the_places_left() {
        let x = [9.0, 5.0, 5.0, 5.0, 1.0];
        let y = [1.0, 5.0, 4.0, 3.0, 2.0];
        // 9 is in; one of three tied items gets the second place.
        assert!((precision_at_k(&x, &y, 2).unwrap() - 1.0 / 3.0).abs() < 1e-15);
        assert!((top_k_regret(&x, &y, 2).unwrap() - (0.0 + 1.0 + 2.0) / 3.0).abs() < 1e-15);
    }

    #[test]
    fn k_must_fit() {
        assert_eq!(precision_at_k(&[1.0, 2.0], &[1.0, 2.0], 3), Err(StatsError::InvalidK { k: 3, n: 2 }));
        assert_eq!(top_k_regret(&[1.0, 2.0], &[1.0, 2.0], 0), Err(StatsError::InvalidK { k: 0, n: 2 }));
    }
}
