//! What a failed score means, decided openly and before any statistic.
//!
//! A proxy can fail on an architecture: a NaN, an overflow, an unsupported layer. Dropping the pair
//! silently would flatter a proxy that fails on hard cases, so the policy is explicit and its name is
//! printed next to the table.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{StatsError, check_length};

/// What is done with an architecture on which a proxy failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailurePolicy {
    /// The failures of a proxy rank last, tied with each other.
    #[default]
    RankLast,
    /// An architecture on which any of the proxies failed is left out for all of them.
    Exclude,
}

impl fmt::Display for FailurePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::RankLast => "failures rank last, tied",
            Self::Exclude => "architectures with a failure are left out",
        })
    }
}

/// Scores of several proxies on the same architectures: finite, and larger is better.
#[derive(Debug, Clone, PartialEq)]
pub struct Aligned {
    /// The architectures that remain, as indices into the original scores, ascending.
    pub kept: Vec<usize>,
    /// Per proxy, its scores on those architectures.
    pub scores: Vec<Vec<f64>>,
    /// Per proxy, on how many of the original architectures it failed.
    pub failures: Vec<usize>,
}

impl Aligned {
    /// The entries of another series (truth, sizes, cells) that belong to the architectures kept.
    ///
    /// An error when the series does not reach as far as they do.
    pub fn select<T: Copy>(&self, series: &[T]) -> Result<Vec<T>, StatsError> {
        let needed = self.kept.last().map_or(0, |last| last + 1);
        self.kept.iter().map(|&i| series.get(i).copied()).collect::<Option<_>>().ok_or_else(|| {
            StatsError::LengthMismatch { what: "series".into(), expected: needed, found: series.len() }
        })
    }
}

impl FailurePolicy {
    /// Turns scores with failures into finite scores of which larger is better.
    ///
    /// Each proxy comes with the sign of its direction: `1.0` where larger is better, `-1.0` where smaller
    /// is. `None` and values that are not finite are failures. Under [`Self::RankLast`] a failure receives
    /// the next number below the proxy's worst score: strictly last for the rank statistics, and for
    /// Pearson's r no outlier of our making.
    pub fn align(self, proxies: &[(&[Option<f64>], f64)]) -> Result<Aligned, StatsError> {
        let n = proxies.first().map_or(0, |(scores, _)| scores.len());
        let mut signed = Vec::with_capacity(proxies.len());
        for (index, (scores, sign)) in proxies.iter().enumerate() {
            check_length(&format!("proxy {index}"), scores.len(), n)?;
            let larger_is_better = |s: &Option<f64>| s.filter(|v| v.is_finite()).map(|v| v * sign);
            signed.push(scores.iter().map(larger_is_better).collect::<Vec<_>>());
        }
        let kept: Vec<usize> = match self {
            Self::RankLast => (0..n).collect(),
            Self::Exclude => (0..n).filter(|&i| signed.iter().all(|scores| scores[i].is_some())).collect(),
        };
        Ok(Aligned {
            scores: signed.iter().map(|scores| ranked_last(scores, &kept)).collect(),
            failures: signed.iter().map(|scores| scores.iter().filter(|s| s.is_none()).count()).collect(),
            kept,
        })
    }
}

/// The kept scores with the failures just below the worst; all zero if there are only failures.
fn ranked_last(scores: &[Option<f64>], kept: &[usize]) -> Vec<f64> {
    let worst = scores.iter().flatten().copied().min_by(f64::total_cmp);
    let last = worst.map_or(0.0, |worst| worst.next_down().max(f64::MIN));
    kept.iter().map(|&i| scores[i].unwrap_or(last)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCORES: [Option<f64>; 4] = [Some(2.0), None, Some(1.0), Some(f64::INFINITY)];

    #[test]
    fn failures_rank_last_and_tied_in_both_directions() {
        for sign in [1.0, -1.0] {
            let aligned = FailurePolicy::RankLast.align(&[(&SCORES, sign)]).unwrap();
            let scores = &aligned.scores[0];
            assert_eq!(aligned.failures, [2]);
            assert_eq!(scores[1].to_bits(), scores[3].to_bits());
            assert!(scores[1] < scores[0] && scores[1] < scores[2]);
            assert_eq!(scores[0] > scores[2], sign > 0.0);
        }
    }

    #[test]
    fn excluding_drops_the_architecture_for_every_proxy() {
        let other = [Some(5.0), Some(6.0), None, Some(7.0)];
        let aligned = FailurePolicy::Exclude.align(&[(&SCORES, 1.0), (&other, 1.0)]).unwrap();
        assert_eq!(aligned.kept, [0]);
        assert_eq!(aligned.scores, [[2.0], [5.0]]);
        assert_eq!(aligned.failures, [2, 1]);
        assert_eq!(aligned.select(&["a", "b", "c", "d"]), Ok(vec!["a"]));
        assert!(aligned.select::<u8>(&[]).is_err());
    }

    #[test]
    fn a_proxy_that_always_fails_is_constant() {
        let aligned = FailurePolicy::RankLast.align(&[(&[None, None], -1.0)]).unwrap();
        assert_eq!(aligned.scores, [[0.0, 0.0]]);
        assert!(FailurePolicy::RankLast.align(&[(&SCORES, 1.0), (&SCORES[..2], 1.0)]).is_err());
    }
}
