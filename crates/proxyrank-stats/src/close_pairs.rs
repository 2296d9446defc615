//! Kendall's tau over pairs of about the same size: what a score says where counting parameters says nothing.
//!
//! Closeness is not transitive, so the pairs have to be listed. That happens once, with every pair turned
//! so that its first item has the better truth; a score is then one sign per pair, and a resample one
//! weight per pair, the product of the two multiplicities. Pairs of one architecture with its own copies
//! are no pairs here.

use crate::error::{StatsError, check_pair, check_series, constant};

/// `(C - D) / (C + D)` over the pairs whose sizes differ by less than `tolerance`, that is `|s_i - s_j| /
/// max(s_i, s_j) < tolerance` (0.1 for the "10%-pairs"). Ties in x or y count in neither C nor D.
///
/// An error when no such pair differs in both x and y.
pub fn close_pairs_tau(x: &[f64], y: &[f64], size: &[f64], tolerance: f64) -> Result<f64, StatsError> {
    check_pair(x, y)?;
    check_series("size", size, x.len())?;
    let pairs = ClosePairs::new(y, size, tolerance);
    let mut weights = Vec::new();
    pairs.weigh(&vec![1; y.len()], &mut weights);
    weighted_tau(&weights, &pairs.signs(x)).ok_or_else(|| constant("x or y in every close pair"))
}

/// The pairs of close size that differ in the truth, each as `(better, worse)`.
#[derive(Debug, Clone)]
pub(crate) struct ClosePairs {
    pairs: Vec<(u32, u32)>,
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
                    pairs.push((i as u32, j as u32));
                } else if truth[i] < truth[j] {
                    pairs.push((j as u32, i as u32));
                }
            }
        }
        Self { pairs }
    }

    /// For each pair the sign of `x[better] - x[worse]`.
    pub(crate) fn signs(&self, x: &[f64]) -> Vec<i16> {
        let sign = |&(better, worse): &(u32, u32)| {
            let (better, worse) = (x[better as usize], x[worse as usize]);
            i16::from(better > worse) - i16::from(better < worse)
        };
        self.pairs.iter().map(sign).collect()
    }

    /// Writes how often each pair occurs in the sample in which item `i` occurs `multiplicity[i]` times.
    ///
    /// Sixteen bits let eight products be summed at once. In a resample of n items a product of two
    /// multiplicities is at most `(n / 2)^2`, which fits up to n = 362; beyond, one architecture would have
    /// to be drawn more than 181 times.
    pub(crate) fn weigh(&self, multiplicity: &[u32], weights: &mut Vec<i16>) {
        weights.clear();
        weights.extend(self.pairs.iter().map(|&(better, worse)| {
            let product = multiplicity[better as usize] * multiplicity[worse as usize];
            i16::try_from(product).unwrap_or(i16::MAX)
        }));
    }
}

/// `(C - D) / (C + D)`, or nothing when x is tied in every pair of the sample.
pub(crate) fn weighted_tau(weights: &[i16], signs: &[i16]) -> Option<f64> {
    /// So many products of an `i16` with a sign that their sum fits an `i32`.
    const BLOCK: usize = 1 << 15;
    let (mut net, mut untied) = (0, 0);
    for (weights, signs) in weights.chunks(BLOCK).zip(signs.chunks(BLOCK)) {
        let (mut block_net, mut block_untied) = (0_i32, 0_i32);
        for (&weight, &sign) in weights.iter().zip(signs) {
            // Products of two 16-bit numbers, so that the compiler finds its multiply-and-add instruction.
            let differs = sign.wrapping_mul(sign);
            block_net = block_net.wrapping_add(i32::from(weight).wrapping_mul(i32::from(sign)));
            block_untied = block_untied.wrapping_add(i32::from(weight).wrapping_mul(i32::from(differs)));
        }
        net += i64::from(block_net);
        untied += i64::from(block_untied);
    }
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
