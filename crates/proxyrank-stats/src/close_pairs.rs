//! Kendall's tau over pairs of about the same size: what a score says where counting parameters says nothing.
//!
//! Closeness is not transitive, so the pairs have to be listed. That happens once; a score then splits the partners of each
//! architecture into those that it orders as the truth does and those that it orders the other way round, and a resample
//! weighs them by its multiplicities. Pairs of one architecture with its own copies are no pairs here.

use crate::error::{StatsError, check_pair, check_series, constant};

/// `(C - D) / (C + D)` over the pairs whose sizes differ by less than `tolerance`, that is `|s_i - s_j| /
/// max(s_i, s_j) < tolerance` (0.1 for the "10%-pairs"). Ties in x or y count in neither C nor D.
///
/// An error when no such pair differs in both x and y.
pub fn close_pairs_tau(x: &[f64], y: &[f64], size: &[f64], tolerance: f64) -> Result<f64, StatsError> {
    check_pair(x, y)?;
    check_series("size", size, x.len())?;
    let pairs = ClosePairs::new(y, size, tolerance);
    let (mut net, mut untied) = (0, 0);
    for sign in pairs.signs(x) {
        net += i64::from(sign);
        untied += i64::from(sign.abs());
    }
    tau(net, untied).ok_or_else(|| constant("x or y in every close pair"))
}

/// The pairs of close size that differ in the truth: for each later item the earlier ones, and whether the later is better.
#[derive(Debug, Clone)]
pub(crate) struct ClosePairs {
    pairs: Vec<(u32, u32, bool)>,
}

impl ClosePairs {
    #[expect(clippy::cast_possible_truncation, reason = "a list of all pairs of 2^32 items cannot exist")]
    pub(crate) fn new(truth: &[f64], size: &[f64], tolerance: f64) -> Self {
        let close = |i: usize, j: usize| {
            let (smaller, larger) = (size[i].min(size[j]), size[i].max(size[j]));
            // Equal sizes are close even when both are zero and the quotient is not a number.
            (larger - smaller) / larger < tolerance || larger <= smaller
        };
        let mut pairs = Vec::new();
        for i in 0..truth.len() {
            for j in (0..i).filter(|&j| close(i, j)) {
                if truth[i] > truth[j] {
                    pairs.push((i as u32, j as u32, true));
                } else if truth[i] < truth[j] {
                    pairs.push((i as u32, j as u32, false));
                }
            }
        }
        Self { pairs }
    }

    /// For each pair whether `x` orders it as the truth does (1), the other way round (-1), or not at all.
    fn signs<'a>(&'a self, x: &'a [f64]) -> impl Iterator<Item = i8> + 'a {
        self.pairs.iter().map(|&(later, earlier, is_better)| {
            let (later, earlier) = (x[later as usize], x[earlier as usize]);
            let sign = i8::from(later > earlier) - i8::from(later < earlier);
            if is_better { sign } else { -sign }
        })
    }

    /// The pairs as `x` orders them, those apart that it leaves tied. There must be fewer than 2^16 items.
    pub(crate) fn partners(&self, x: &[f64]) -> Partners {
        let mut partners = Partners::default();
        let mut signs = self.signs(x);
        for group in self.pairs.chunk_by(|a, b| a.0 == b.0) {
            let mut opposite = Vec::new();
            let begin = partners.items.len();
            for (&(_, earlier, _), sign) in group.iter().zip(&mut signs) {
                let earlier = u16::try_from(earlier).unwrap_or(u16::MAX);
                match sign {
                    1 => partners.items.push(earlier),
                    -1 => opposite.push(earlier),
                    _ => {}
                }
            }
            let middle = partners.items.len();
            partners.items.append(&mut opposite);
            if partners.items.len() > begin {
                partners.groups.push((group[0].0, middle, partners.items.len()));
            }
        }
        partners
    }
}

/// Close pairs in the order of a score: for each item its partners, those first with which the score agrees.
#[derive(Debug, Clone, Default)]
pub(crate) struct Partners {
    items: Vec<u16>,
    /// An item, and where in `items` the partners end with which the score agrees, and all of them.
    groups: Vec<(u32, usize, usize)>,
}

impl Partners {
    /// Each item with the partners that the score orders as the truth does, and with those that it orders the other way round.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &[u16], &[u16])> {
        let begins = std::iter::once(0).chain(self.groups.iter().map(|group| group.2));
        self.groups.iter().zip(begins).map(|(&(item, middle, end), begin)| {
            (item as usize, &self.items[begin..middle], &self.items[middle..end])
        })
    }
}

/// `(C - D) / (C + D)`, or nothing when x is tied in every pair of the sample.
pub(crate) fn tau(net: i64, untied: i64) -> Option<f64> {
    (untied > 0).then(|| net as f64 / untied as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: [f64; 3] = [1.0, 2.0, 0.0];
    const TRUTH: [f64; 3] = [1.0, 2.0, 3.0];

    #[test]
    fn the_bound_is_strict_and_relative_to_the_larger() {
        // 90 and 100 differ by exactly 10%, 95 lies near both.
        let size = [90.0, 100.0, 95.0];
        assert_eq!(close_pairs_tau(&X, &TRUTH, &size, 0.1), Ok(-1.0));
        assert_eq!(close_pairs_tau(&X, &TRUTH, &size, 0.2), Ok(-1.0 / 3.0));
        assert_eq!(close_pairs_tau(&X, &TRUTH, &[0.0; 3], 0.1), Ok(-1.0 / 3.0));
    }

    #[test]
    fn ties_are_neither_concordant_nor_discordant() {
        let size = [1.0; 3];
        assert_eq!(close_pairs_tau(&[1.0, 1.0, 0.0], &TRUTH, &size, 0.1), Ok(-1.0));
        assert_eq!(close_pairs_tau(&X, &[1.0, 2.0, 2.0], &size, 0.1), Ok(0.0));
    }

    #[test]
    fn without_a_pair_to_judge_it_is_undefined() {
        assert!(close_pairs_tau(&X, &TRUTH, &[1.0, 2.0, 4.0], 0.1).is_err());
        assert!(close_pairs_tau(&[5.0; 3], &TRUTH, &[1.0; 3], 0.1).is_err());
    }
}
