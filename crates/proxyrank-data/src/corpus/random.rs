//! Random choices that are the same on every machine.
//!
//! Only integers are drawn, so no rounding mode and no mathematical library has a say. Every document and every
//! example has a stream of its own under a key of purpose, seed and number: number *n* is what it is without numbers 0
//! to *n - 1* having been made, and any number of threads makes the same bytes.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Weight of the commonest of several choices; a choice of rank r weighs this much divided by r + 2.
const ZIPF_SCALE: usize = 1 << 20;

/// A stream of random choices.
#[derive(Debug, Clone)]
pub(crate) struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream of one purpose, seed and number.
    pub(crate) fn new(purpose: [u8; 16], seed: u64, number: u64) -> Self {
        let mut key = [0; 32];
        key[..16].copy_from_slice(&purpose);
        key[16..24].copy_from_slice(&seed.to_le_bytes());
        key[24..].copy_from_slice(&number.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number below `bound`; 0 where `bound` is 0.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the product of 64 bits and a bound, shifted, is below it"
    )]
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.0.next_u64()) * bound as u128) >> 64) as usize
    }

    /// True `percent` times in a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several, all equally likely; `None` of none.
    pub(crate) fn any<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        choices.get(self.below(choices.len())).copied()
    }

    /// One of several of fixed number, all equally likely.
    pub(crate) fn of<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        const { assert!(N > 0) };
        choices[self.below(N)]
    }

    /// One of several, the first ones more often: rank r with a weight of 1 / (r + 2).
    pub(crate) fn common<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        let total: usize = (0..choices.len()).map(|rank| ZIPF_SCALE / (rank + 2)).sum();
        let mut left = self.below(total);
        choices.iter().enumerate().find_map(|(rank, choice)| {
            let weight = ZIPF_SCALE / (rank + 2);
            match left.checked_sub(weight) {
                Some(rest) => {
                    left = rest;
                    None
                }
                None => Some(*choice),
            }
        })
    }

    /// Puts things in random order.
    pub(crate) fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_depend_on_every_part_of_their_key() {
        let first = |purpose, seed, number| Draw::new(purpose, seed, number).below(usize::MAX);
        let base = first([0; 16], 0, 0);
        assert_eq!(base, first([0; 16], 0, 0));
        assert!(
            [first([1; 16], 0, 0), first([0; 16], 1, 0), first([0; 16], 0, 1)].iter().all(|x| *x != base)
        );
    }

    #[test]
    fn low_ranks_are_common() {
        let mut draw = Draw::new([0; 16], 0, 0);
        let mut counts = [0_usize; 4];
        for _ in 0..10_000 {
            counts[draw.common(&[0, 1, 2, 3]).unwrap()] += 1;
        }
        // Weights 1/2, 1/3, 1/4, 1/5 out of 77/60.
        for (count, expected) in counts.into_iter().zip([3896, 2597, 1948, 1558]) {
            assert!(count.abs_diff(expected) < 200, "{counts:?}");
        }
        assert_eq!(draw.common::<u8>(&[]), None);
        assert_eq!(draw.any::<u8>(&[]), None);
    }

    #[test]
    fn a_shuffle_keeps_everything() {
        let mut things: Vec<_> = (0..20).collect();
        Draw::new([0; 16], 3, 0).shuffle(&mut things);
        assert_ne!(things, (0..20).collect::<Vec<_>>());
        things.sort_unstable();
        assert_eq!(things, (0..20).collect::<Vec<_>>());
    }
}
