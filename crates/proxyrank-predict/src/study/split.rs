//! Which architectures are labelled, and which judge.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// One random split of the architectures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Seven in ten, in random order: the first k of them are a random choice of k.
    pub pool: Vec<usize>,
    /// Three in ten, which no predictor sees.
    pub test: Vec<usize>,
}

/// The splits of a study: one for each repeat, each from a random stream of its own.
pub fn splits(architectures: usize, repeats: usize, seed: u64) -> Vec<Split> {
    let one = |repeat: usize| {
        let mut pool = shuffled(architectures, repeat, seed);
        let test = pool.split_off(7 * architectures / 10);
        Split { pool, test }
    };
    (0..repeats).map(one).collect()
}

/// The numbers below n in random order.
pub(super) fn shuffled(n: usize, stream: usize, seed: u64) -> Vec<usize> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream as u64);
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(&mut rng);
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_split_is_a_partition(n in 2_usize..200, repeats in 1_usize..4, seed: u64) {
            for split in splits(n, repeats, seed) {
                let mut all = [split.pool.clone(), split.test.clone()].concat();
                all.sort_unstable();
                prop_assert_eq!(all, (0..n).collect::<Vec<_>>());
                prop_assert_eq!(split.pool.len(), 7 * n / 10);
            }
        }
    }

    #[test]
    fn repeats_differ_and_seeds_repeat() {
        let splits_of = |seed| splits(50, 2, seed);
        assert_eq!(splits_of(3), splits_of(3));
        assert_ne!(splits_of(3)[0], splits_of(3)[1]);
        assert_ne!(splits_of(3), splits_of(4));
    }
}
