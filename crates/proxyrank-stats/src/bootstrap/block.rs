//! Many resamples counted side by side.
//!
//! Whichever architectures a resample drew, the order in which a variable is walked along, the places in a counting tree and
//! the pairs of close size stay the same; only the multiplicities differ. So a block of resamples takes each step once, with
//! a multiplicity for each of them in one vector register. All counts are integers, so nothing depends on how resamples are
//! dealt into blocks. (With each resample walked by itself `rank` took 51 s of processor time for 114 scores of 500 networks; so it
//! takes 24.)

use crate::close_pairs::Partners;
use crate::error::StatsError;
use crate::ranks::Ranked;

/// The samples of a block: two registers of eight 16-bit counts on any x86-64 processor.
pub(super) const LANES: usize = 16;

/// One count for each sample.
pub(super) type Lanes = [u16; LANES];

/// The most architectures for which differences of counts fit 16 bits with a sign, and sums of their products 32.
const MOST: usize = i16::MAX as usize;

/// Refuses more architectures than a block can count.
pub(super) fn check_room(n: usize) -> Result<(), StatsError> {
    if n > MOST { Err(StatsError::TooMany { found: n, allowed: MOST }) } else { Ok(()) }
}

/// How often each item occurs in each sample.
#[derive(Debug, Default)]
pub(super) struct Block {
    items: Vec<Lanes>,
    tree: Tree,
    counts: Vec<Lanes>,
}

impl Block {
    /// Takes at most [`LANES`] samples, each of which says how often every item occurs; the lanes beyond them are empty.
    pub(super) fn refill(&mut self, samples: &[Vec<u32>]) {
        let n = samples.first().map_or(0, Vec::len);
        self.items.clear();
        self.items.resize(n, [0; LANES]);
        for (lane, sample) in samples.iter().enumerate() {
            for (item, &count) in self.items.iter_mut().zip(sample) {
                // A sample has n items, which fit.
                item[lane] = u16::try_from(count).unwrap_or(u16::MAX);
            }
        }
    }

    /// Concordant minus discordant pairs of two variables in each sample, as
    /// [`Walk::net_concordance`](crate::kendall::Walk::net_concordance) counts them in one.
    pub(super) fn net_concordance(&mut self, x: &Ranked, y: &Ranked) -> [i64; LANES] {
        // The number is the same whichever is walked along, and the tree is smaller over fewer values.
        let (along, across) = if x.distinct < y.distinct { (y, x) } else { (x, y) };
        let Self { items, tree, .. } = self;
        tree.reset(across.distinct);
        let mut net = [0; LANES];
        let mut passed = [0; LANES];
        for run in along.runs() {
            if let &[item] = run {
                let (rank, count) = (across.dense[item as usize], &items[item as usize]);
                let balance = tree.balance(rank, &passed);
                tree.add(rank, count);
                add_products(&mut net, count, &balance);
                add(&mut passed, count);
                continue;
            }
            // Pairs within a run are tied along the walk, so the whole run is looked up before any of it is added.
            let mut total = [0; LANES];
            for &item in run {
                let count = &items[item as usize];
                add_products(&mut net, count, &tree.balance(across.dense[item as usize], &passed));
                add(&mut total, count);
            }
            for &item in run {
                tree.add(across.dense[item as usize], &items[item as usize]);
            }
            add(&mut passed, &total);
        }
        net.map(i64::from)
    }

    /// Pairs tied in a variable, in each sample.
    pub(super) fn tied_pairs(&mut self, x: &Ranked) -> [u64; LANES] {
        self.counts.clear();
        self.counts.resize(x.distinct, [0; LANES]);
        for (&rank, item) in x.dense.iter().zip(&self.items) {
            add(&mut self.counts[rank as usize], item);
        }
        // The sum of c^2 - c over ranks; a count of n has n^2 < 2^30.
        let mut twice = [0; LANES];
        for count in &self.counts {
            add_products(&mut twice, count, &count.map(|c| c.wrapping_sub(1)));
        }
        twice.map(|twice| u64::from(twice.cast_unsigned()) / 2)
    }

    /// Concordant minus discordant pairs of close size, and those that are either, in each sample.
    pub(super) fn close_pairs(&self, partners: &Partners) -> [(i64, i64); LANES] {
        let (mut net, mut untied) = ([0; LANES], [0; LANES]);
        for (item, alike, opposite) in partners.iter() {
            let sum = |partners: &[u16]| {
                let mut sum = [0; LANES];
                for &partner in partners {
                    add(&mut sum, &self.items[usize::from(partner)]);
                }
                sum
            };
            let (alike, mut both) = (sum(alike), sum(opposite));
            let mut balance = alike;
            for (balance, opposite) in balance.iter_mut().zip(&both) {
                *balance = balance.wrapping_sub(*opposite);
            }
            add(&mut both, &alike);
            add_products(&mut net, &self.items[item], &balance);
            add_products(&mut untied, &self.items[item], &both);
        }
        let mut counts = [(0, 0); LANES];
        for (lane, counts) in counts.iter_mut().enumerate() {
            *counts = (i64::from(net[lane]), i64::from(untied[lane]));
        }
        counts
    }
}

// The loops below run over all lanes at once. No sum leaves its type (see `MOST`); wrapping operations keep a check of that out of
// vector registers.

fn add(sum: &mut Lanes, count: &Lanes) {
    for (sum, count) in sum.iter_mut().zip(count) {
        *sum = sum.wrapping_add(*count);
    }
}

/// Adds counts times factors, whose sixteen bits have a sign.
fn add_products(sum: &mut [i32; LANES], count: &Lanes, factor: &Lanes) {
    for ((sum, count), factor) in sum.iter_mut().zip(count).zip(factor) {
        let product = i32::from(count.cast_signed()).wrapping_mul(i32::from(factor.cast_signed()));
        *sum = sum.wrapping_add(product);
    }
}

/// Counts per dense rank that answer "how many lie below this rank" in O(log ranks), for all samples at once (Fenwick 1994).
///
/// One sample is counted faster in wide rows of running sums, see [`CountTree`](crate::kendall::CountTree); of a block every
/// number is a register wide already, so fewer numbers win.
#[derive(Debug, Default)]
struct Tree {
    /// Node i, from 1, holds the counts of as many ranks up to i as its lowest bit says.
    nodes: Vec<Lanes>,
    /// The counts at each rank.
    at: Vec<Lanes>,
}

impl Tree {
    fn reset(&mut self, ranks: usize) {
        self.nodes.clear();
        self.nodes.resize(ranks + 1, [0; LANES]);
        self.at.clear();
        self.at.resize(ranks, [0; LANES]);
    }

    /// Of the `passed` ones, those below a rank minus those above it; a difference, with a sign.
    #[inline]
    fn balance(&self, rank: u32, passed: &Lanes) -> Lanes {
        let mut below = [0; LANES];
        let mut node = rank as usize;
        while node > 0 {
            add(&mut below, &self.nodes[node]);
            node &= node - 1;
        }
        let mut balance = self.at[rank as usize];
        for ((balance, below), passed) in balance.iter_mut().zip(below).zip(passed) {
            *balance = balance.wrapping_add(below).wrapping_add(below).wrapping_sub(*passed);
        }
        balance
    }

    #[inline]
    fn add(&mut self, rank: u32, count: &Lanes) {
        add(&mut self.at[rank as usize], count);
        let mut node = rank as usize + 1;
        while node < self.nodes.len() {
            add(&mut self.nodes[node], count);
            node += node & node.wrapping_neg();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::close_pairs::ClosePairs;
    use crate::kendall::{CountTree, Walk};
    use crate::ranks::Margin;

    proptest! {
        /// A block counts in each of its samples what is counted in that sample alone, and pair by pair.
        #[test]
        fn every_lane_is_its_sample(
            items in prop::collection::vec((0..9_i32, 0..40_i32, 1..6_i32), 2..60),
            drawn in prop::collection::vec(prop::collection::vec(0..4_u32, 60), 1..=LANES),
        ) {
            let series = |of: fn(&(i32, i32, i32)) -> i32| -> Vec<f64> { items.iter().map(|item| f64::from(of(item))).collect() };
            let (x, y, size) = (series(|item| item.0), series(|item| item.1), series(|item| item.2));
            let samples: Vec<Vec<u32>> = drawn.into_iter().map(|sample| sample[..items.len()].to_vec()).collect();
            let (ranked_x, ranked_y) = (Ranked::new(&x), Ranked::new(&y));
            let partners = ClosePairs::new(&y, &size, 0.3).partners(&x);
            let mut block = Block::default();
            block.refill(&samples);
            let (net, turned) = (block.net_concordance(&ranked_x, &ranked_y), block.net_concordance(&ranked_y, &ranked_x));
            let (ties, close) = (block.tied_pairs(&ranked_x), block.close_pairs(&partners));
            for (lane, sample) in samples.iter().enumerate() {
                let mut walk = Walk::default();
                walk.refill(&ranked_y, sample);
                let alone = walk.net_concordance(&ranked_x, &mut CountTree::default());
                prop_assert_eq!((net[lane], turned[lane]), (alone, alone));
                let mut margin = Margin::default();
                margin.refill(&ranked_x, sample);
                prop_assert_eq!(ties[lane], margin.tied_pairs);
                let (mut signs, mut untied) = (0, 0);
                for i in 0..x.len() {
                    for j in 0..i {
                        let near = (size[i] - size[j]).abs() / size[i].max(size[j]) < 0.3;
                        let product = (x[i] - x[j]) * (y[i] - y[j]);
                        let sign = i64::from(product > 0.0) - i64::from(product < 0.0);
                        let weight = if near { i64::from(sample[i] * sample[j]) } else { 0 };
                        signs += weight * sign;
                        untied += weight * sign.abs();
                    }
                }
                prop_assert_eq!(close[lane], (signs, untied));
            }
        }
    }

    #[test]
    fn more_than_sixteen_bits_can_count_is_refused() {
        assert_eq!(check_room(32_767), Ok(()));
        assert_eq!(check_room(32_768), Err(StatsError::TooMany { found: 32_768, allowed: 32_767 }));
    }

    #[test]
    fn counts_stay_whole_at_the_largest_size() {
        // One architecture drawn n times, and all of them once, in an order that is wholly discordant.
        let n = MOST;
        let up: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let down: Vec<f64> = up.iter().map(|v| -v).collect();
        let mut once = vec![0; n];
        once[7] = u32::try_from(n).unwrap();
        let mut block = Block::default();
        block.refill(&[vec![1; n], once]);
        let net = block.net_concordance(&Ranked::new(&up), &Ranked::new(&down));
        let pairs = n as u64 * (n as u64 - 1) / 2;
        assert_eq!(net[..2], [-pairs.cast_signed(), 0]);
        let ties = block.tied_pairs(&Ranked::new(&up));
        assert_eq!(ties[..2], [0, pairs]);
    }
}
