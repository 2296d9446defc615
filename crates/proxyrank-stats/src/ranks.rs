//! Ranks with ties, prepared once and then recounted for any sample.
//!
//! Sorting is the dear part of a rank statistic. `Ranked` does it once per variable; `Margin` then
//! turns a vector of multiplicities into the tie counts and average ranks of that sample by one pass of
//! counting. All of it is integer arithmetic, and the `f64`s hold integers below 2^53, so nothing here
//! rounds.

use crate::error::{StatsError, check_series};

/// A variable sorted once: the dense rank of every value (equal values share one) and the sorted order.
#[derive(Debug, Clone)]
pub(crate) struct Ranked {
    /// The dense rank of each item, from 0.
    pub(crate) dense: Vec<u32>,
    /// The number of distinct values.
    pub(crate) distinct: usize,
    /// The items in ascending order of their values.
    pub(crate) order: Vec<u32>,
}

impl Ranked {
    /// Ranks finite values; `-0.0` equals `0.0`.
    pub(crate) fn new(values: &[f64]) -> Self {
        let mut ranked = Self { dense: Vec::new(), distinct: 0, order: Vec::new() };
        ranked.refill(values);
        ranked
    }

    /// Ranks other values in the same memory.
    #[expect(clippy::cast_possible_truncation, reason = "2^32 values would be 32 GiB of scores")]
    pub(crate) fn refill(&mut self, values: &[f64]) {
        // Adding zero turns -0.0 into 0.0, so that the total order agrees with equality.
        let key = |item: u32| values[item as usize] + 0.0;
        self.order.clear();
        self.order.extend(0..values.len() as u32);
        self.order.sort_unstable_by(|&a, &b| key(a).total_cmp(&key(b)).then(a.cmp(&b)));
        self.dense.resize(values.len(), 0);
        let mut rank = 0;
        for (position, &item) in self.order.iter().enumerate() {
            if position > 0 && key(item) > key(self.order[position - 1]) {
                rank += 1;
            }
            self.dense[item as usize] = rank;
        }
        self.distinct = if values.is_empty() { 0 } else { rank as usize + 1 };
    }

    /// The items in ascending order, in runs of equal values.
    pub(crate) fn runs(&self) -> impl Iterator<Item = &[u32]> {
        self.order.chunk_by(|&a, &b| self.dense[a as usize] == self.dense[b as usize])
    }
}

/// What one variable alone contributes to a rank statistic of a sample: counts per rank, ties, centred ranks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Margin {
    /// How often each dense rank occurs.
    pub(crate) counts: Vec<u32>,
    /// Twice the average rank minus its mean, `2 r - (n + 1)`, for each dense rank: an integer.
    pub(crate) centred: Vec<f64>,
    /// Pairs tied in this variable.
    pub(crate) tied_pairs: u64,
    /// The sum of squares of `centred` over the sample; zero exactly when the variable is constant in it.
    pub(crate) variation: f64,
}

impl Margin {
    /// The margin of the sample in which item `i` occurs `multiplicity[i]` times.
    pub(crate) fn refill(&mut self, ranked: &Ranked, multiplicity: &[u32]) {
        self.counts.clear();
        self.counts.resize(ranked.distinct, 0);
        for (&rank, &count) in ranked.dense.iter().zip(multiplicity) {
            self.counts[rank as usize] += count;
        }
        let total = self.counts.iter().map(|&c| i64::from(c)).sum::<i64>();
        self.centred.clear();
        let (mut below, mut tied_twice) = (0, 0);
        for &count in &self.counts {
            let count = i64::from(count);
            self.centred.push((2 * below + count - total) as f64);
            below += count;
            tied_twice += count * (count - 1);
        }
        self.tied_pairs = tied_twice.unsigned_abs() / 2;
        self.variation = self.square_sum();
    }

    /// The sum of squares of the centred ranks. All terms are whole, so the order of the sum changes nothing; four sums side by
    /// side do not wait for each other.
    fn square_sum(&self) -> f64 {
        let mut sums = [0.0; 4];
        for (index, (&count, centred)) in self.counts.iter().zip(&self.centred).enumerate() {
            sums[index % 4] += f64::from(count) * centred * centred;
        }
        sums.iter().sum()
    }

    /// The margin of the sample in which every item occurs once.
    pub(crate) fn whole(ranked: &Ranked) -> Self {
        let mut margin = Self::default();
        margin.refill(ranked, &vec![1; ranked.dense.len()]);
        margin
    }
}

/// Ranks from 1 in ascending order, ties sharing the average of their places.
pub fn average_ranks(x: &[f64]) -> Result<Vec<f64>, StatsError> {
    check_series("x", x, x.len())?;
    let ranked = Ranked::new(x);
    let margin = Margin::whole(&ranked);
    let shift = (x.len() + 1) as f64;
    Ok(ranked.dense.iter().map(|&rank| f64::midpoint(margin.centred[rank as usize], shift)).collect())
}

/// The share of all pairs that are tied in `x`: 0 when all values differ, 1 when all are equal.
///
/// Tau-b rewards a score with few values, so this number stands beside it.
pub fn tie_share(x: &[f64]) -> Result<f64, StatsError> {
    check_series("x", x, x.len())?;
    crate::error::check_count(x.len(), 2)?;
    Ok(Margin::whole(&Ranked::new(x)).tied_pairs as f64 / pair_count(x.len() as u64) as f64)
}

/// The number of pairs among `n` items.
pub(crate) fn pair_count(n: u64) -> u64 {
    n * n.saturating_sub(1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_the_average_rank() {
        assert_eq!(average_ranks(&[3.0, 1.0, 3.0, -0.0, 0.0]).unwrap(), [4.5, 3.0, 4.5, 1.5, 1.5]);
        assert_eq!(average_ranks(&[]).unwrap(), [0.0; 0]);
    }

    #[test]
    fn tie_share_counts_pairs() {
        assert_eq!(tie_share(&[1.0, 1.0, 1.0, 2.0]), Ok(0.5));
        assert_eq!(tie_share(&[2.0, 2.0]), Ok(1.0));
        assert_eq!(tie_share(&[2.0]), Err(StatsError::TooFew { found: 1, needed: 2 }));
    }

    #[test]
    fn a_weighted_margin_is_the_margin_of_the_repeated_values() {
        let values = [5.0, 1.0, 5.0, 2.0];
        let multiplicity = [2, 0, 1, 3];
        let mut weighted = Margin::default();
        weighted.refill(&Ranked::new(&values), &multiplicity);
        let repeated = Margin::whole(&Ranked::new(&[5.0, 5.0, 5.0, 2.0, 2.0, 2.0]));
        assert_eq!(weighted.tied_pairs, repeated.tied_pairs);
        assert_eq!(weighted.variation.to_bits(), repeated.variation.to_bits());
        assert_eq!(weighted.counts, [0, 3, 3]);
        assert_eq!(weighted.centred[1..], repeated.centred[..]);
    }
}
