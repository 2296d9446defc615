//! Kendall's tau in O(n log n), with ties counted exactly.
//!
//! For a pair of items let it be concordant (C) when both variables order it alike, discordant (D) when
//! they order it differently, and tied otherwise. With `N = n (n - 1) / 2` pairs of which `Tx` are tied in
//! x and `Ty` in y,
//!
//! - `tau_a = (C - D) / N`;
//! - `tau_b = (C - D) / sqrt((N - Tx) (N - Ty))` (Kendall 1945), which is what `scipy.stats.kendalltau`
//!   returns.
//!
//! `C - D` comes from walking the items in ascending order of one variable and asking, for each, how many
//! of those already passed lie below and above it in the other (Knight 1966, with a counting tree in place
//! of merge sort: the walk then takes multiplicities at no extra cost and needs no sorting).

use crate::error::{StatsError, check_pair, constant};
use crate::ranks::{Margin, Ranked, pair_count};

/// Kendall's tau-b of `x` and `y`; an error when one of them is constant.
pub fn kendall_tau_b(x: &[f64], y: &[f64]) -> Result<f64, StatsError> {
    let concordance = Concordance::of(x, y)?;
    concordance
        .tau_b()
        .ok_or_else(|| constant(if concordance.tied_x == concordance.pairs { "x" } else { "y" }))
}

/// Kendall's tau-a of `x` and `y`: ties count as neither concordant nor discordant, but as pairs. A
/// constant series has a tau-a of 0.
pub fn kendall_tau_a(x: &[f64], y: &[f64]) -> Result<f64, StatsError> {
    Ok(Concordance::of(x, y)?.tau_a())
}

/// The pair counts from which both taus are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Concordance {
    /// Concordant minus discordant pairs.
    pub(crate) net: i64,
    /// All pairs.
    pub(crate) pairs: u64,
    /// Pairs tied in x.
    pub(crate) tied_x: u64,
    /// Pairs tied in y.
    pub(crate) tied_y: u64,
}

impl Concordance {
    /// Counts the pairs of two series of which every item occurs once.
    fn of(x: &[f64], y: &[f64]) -> Result<Self, StatsError> {
        check_pair(x, y)?;
        let (x, y) = (Ranked::new(x), Ranked::new(y));
        let walk = Walk::whole(&y);
        Ok(Self {
            net: walk.net_concordance(&x, &mut CountTree::default()),
            pairs: pair_count(x.dense.len() as u64),
            tied_x: Margin::whole(&x).tied_pairs,
            tied_y: Margin::whole(&y).tied_pairs,
        })
    }

    /// `(C - D) / N`; there must be a pair.
    pub(crate) fn tau_a(&self) -> f64 {
        self.net as f64 / self.pairs as f64
    }

    /// `(C - D) / sqrt((N - Tx) (N - Ty))`, or nothing when a variable is constant.
    pub(crate) fn tau_b(&self) -> Option<f64> {
        let untied = (self.pairs - self.tied_x) as f64 * (self.pairs - self.tied_y) as f64;
        (untied > 0.0).then(|| self.net as f64 / untied.sqrt())
    }
}

/// The items of a sample in ascending order of one variable, with their multiplicities, in runs of equal
/// values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Walk {
    /// Item and multiplicity; items that were not drawn are left out.
    steps: Vec<(u32, u32)>,
    /// The end of each run in `steps`.
    ends: Vec<usize>,
}

impl Walk {
    /// The walk over the sample in which item `i` occurs `multiplicity[i]` times.
    pub(crate) fn refill(&mut self, along: &Ranked, multiplicity: &[u32]) {
        self.steps.clear();
        self.ends.clear();
        let mut last = None;
        for &item in &along.order {
            let count = multiplicity[item as usize];
            if count == 0 {
                continue;
            }
            let rank = along.dense[item as usize];
            if last.is_some_and(|last| last != rank) {
                self.ends.push(self.steps.len());
            }
            self.steps.push((item, count));
            last = Some(rank);
        }
        self.ends.push(self.steps.len());
    }

    /// The walk over all items, each occurring once.
    pub(crate) fn whole(along: &Ranked) -> Self {
        let mut walk = Self::default();
        walk.refill(along, &vec![1; along.dense.len()]);
        walk
    }

    /// Items and multiplicities from the largest value to the smallest.
    pub(crate) fn descending(&self) -> impl Iterator<Item = (usize, u32)> {
        self.steps.iter().rev().map(|&(item, count)| (item as usize, count))
    }

    /// Concordant minus discordant pairs between the variable walked along and `x`.
    ///
    /// Copies of one item are tied in both variables, as they are when the drawn values are written out in
    /// full.
    pub(crate) fn net_concordance(&self, x: &Ranked, tree: &mut CountTree) -> i64 {
        tree.reset(x.distinct);
        let (mut net, mut passed, mut start) = (0, 0, 0);
        for &end in &self.ends {
            let run = &self.steps[start..end];
            start = end;
            if let &[(item, count)] = run {
                let rank = x.dense[item as usize];
                let (below, equal) = tree.below_and_at(rank);
                tree.add(rank, count);
                let count = i64::from(count);
                // Of those passed, `below` are concordant and `passed - below - equal` discordant.
                net += count * (2 * below + equal - passed);
                passed += count;
                continue;
            }
            // Pairs within a run are tied along the walk, so the whole run is looked up before any of it is
            // added.
            let mut run_total = 0;
            for &(item, count) in run {
                let (below, equal) = tree.below_and_at(x.dense[item as usize]);
                net += i64::from(count) * (2 * below + equal - passed);
                run_total += i64::from(count);
            }
            for &(item, count) in run {
                tree.add(x.dense[item as usize], count);
            }
            passed += run_total;
        }
        net
    }
}

/// Counts per dense rank that answer "how many lie below this rank" in O(log ranks).
///
/// A tree of rows of 32 running sums: the row of a node holds, for each of its children, the count in the
/// children before it. Asking reads one number a level; adding raises the tail of one row a level, which
/// the compiler turns into eight vector additions without a branch. 1,024 ranks take two levels. (A Fenwick
/// tree or a binary tree does less arithmetic, but waits for memory and mispredicted branches instead; a
/// binary one took three times as long.)
#[derive(Debug, Clone, Default)]
pub(crate) struct CountTree {
    /// The rows of each level, that of the ranks themselves first.
    levels: Vec<Vec<Row>>,
    /// The count at each rank.
    at: Vec<u32>,
}

/// Running sums over the children of a node.
type Row = [u32; FAN_OUT];

const FAN_OUT_BITS: usize = 5;
const FAN_OUT: usize = 1 << FAN_OUT_BITS;

/// For each child, ones in the places of the children after it.
const AFTER: [Row; FAN_OUT] = {
    let mut masks = [[0; FAN_OUT]; FAN_OUT];
    let mut child = 0;
    while child < FAN_OUT {
        let mut later = child + 1;
        while later < FAN_OUT {
            masks[child][later] = u32::MAX;
            later += 1;
        }
        child += 1;
    }
    masks
};

impl CountTree {
    /// Empties the tree and makes room for `ranks` ranks.
    pub(crate) fn reset(&mut self, ranks: usize) {
        self.at.clear();
        self.at.resize(ranks, 0);
        let mut rows = ranks.div_ceil(FAN_OUT);
        let mut depth = 0;
        while rows > 0 {
            if depth == self.levels.len() {
                self.levels.push(Vec::new());
            }
            self.levels[depth].clear();
            self.levels[depth].resize(rows, [0; FAN_OUT]);
            depth += 1;
            rows = if rows == 1 { 0 } else { rows.div_ceil(FAN_OUT) };
        }
        self.levels.truncate(depth);
    }

    /// The counts below `rank` and at `rank`.
    #[inline]
    pub(crate) fn below_and_at(&self, rank: u32) -> (i64, i64) {
        let mut node = rank as usize;
        let mut below = 0;
        for rows in &self.levels {
            below += i64::from(rows[node >> FAN_OUT_BITS][node % FAN_OUT]);
            node >>= FAN_OUT_BITS;
        }
        (below, i64::from(self.at[rank as usize]))
    }

    /// Adds `count` at `rank`.
    #[inline]
    pub(crate) fn add(&mut self, rank: u32, count: u32) {
        self.at[rank as usize] += count;
        let mut node = rank as usize;
        for rows in &mut self.levels {
            let after = &AFTER[node % FAN_OUT];
            for (sum, mask) in rows[node >> FAN_OUT_BITS].iter_mut().zip(after) {
                // No sum exceeds the number of items, which fits; a check would keep the loop out of vector
                // registers.
                *sum = sum.wrapping_add(count & mask);
            }
            node >>= FAN_OUT_BITS;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn textbook_values() {
        let x = [12.0, 2.0, 1.0, 12.0, 2.0];
        let y = [1.0, 4.0, 7.0, 1.0, 0.0];
        // The example of scipy's documentation.
        assert!((kendall_tau_b(&x, &y).unwrap() - -0.471_404_520_791_031_7).abs() < 1e-15);
        assert_eq!(kendall_tau_a(&x, &y), Ok(-0.4));
    }

    #[test]
    fn a_single_rank_and_a_constant_series() {
        assert_eq!(kendall_tau_b(&[1.0, 1.0], &[1.0, 2.0]), Err(constant("x")));
        assert_eq!(kendall_tau_b(&[1.0, 2.0], &[3.0, 3.0]), Err(constant("y")));
        assert_eq!(kendall_tau_a(&[1.0, 1.0], &[1.0, 2.0]), Ok(0.0));
    }

    #[test]
    fn bad_input_is_named() {
        let nan = kendall_tau_b(&[1.0, 2.0], &[0.0, f64::NAN]);
        assert_eq!(nan, Err(StatsError::NonFinite { what: "y".into(), index: 1 }));
        let short = kendall_tau_b(&[1.0, 2.0], &[0.0]);
        assert_eq!(short, Err(StatsError::LengthMismatch { what: "y".into(), expected: 2, found: 1 }));
        assert_eq!(kendall_tau_b(&[], &[]), Err(StatsError::TooFew { found: 0, needed: 2 }));
    }

    #[test]
    fn the_tree_counts_below_and_at_any_depth() {
        // One rank, one row, two levels, three levels.
        for ranks in [1, 5, 32, 33, 1024, 1025] {
            let mut tree = CountTree::default();
            tree.reset(7000);
            tree.add(6999, 3);
            tree.reset(ranks);
            let mut counts = vec![0_i64; ranks];
            for step in 0..2000 {
                let rank = step * 37 % ranks;
                let count = u32::try_from(step % 3).unwrap();
                let found = tree.below_and_at(u32::try_from(rank).unwrap());
                assert_eq!(found, (counts[..rank].iter().sum(), counts[rank]), "{ranks} ranks, step {step}");
                tree.add(u32::try_from(rank).unwrap(), count);
                counts[rank] += i64::from(count);
            }
        }
    }
}
