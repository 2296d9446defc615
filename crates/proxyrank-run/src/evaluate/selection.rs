//! Which architectures of a benchmark a request is about.

use rand::SeedableRng;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;

use crate::RunError;
use crate::audit;
use crate::benchmark::Benchmark;

/// A choice of architectures that a benchmark and nothing else decides, so that a run can be resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Selection {
    /// All of them.
    #[default]
    Whole,
    /// So many from the beginning of the benchmark's files.
    First(usize),
    /// The stratified sample of the numerical audit, [`audit::sample`].
    Audit,
    /// So many at random.
    Sample {
        /// How many.
        count: usize,
        /// The seed that they are drawn from.
        seed: u64,
    },
}

impl Selection {
    /// The places of the selected architectures, ascending.
    pub fn places(self, benchmark: &Benchmark) -> Result<Vec<usize>, RunError> {
        let all = benchmark.entries.len();
        match self {
            Self::Whole => Ok((0..all).collect()),
            Self::First(count) => Ok((0..all.min(count)).collect()),
            Self::Audit => audit::sample(benchmark),
            Self::Sample { count, seed } => Ok(drawn(all, count, seed)),
        }
    }
}

/// Some of so many places, each as likely as any other, ascending.
fn drawn(all: usize, count: usize, seed: u64) -> Vec<usize> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut places = index::sample(&mut random, all, count.min(all)).into_vec();
    places.sort_unstable();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_its_seed_s_and_holds_nothing_twice() {
        let some = drawn(500, 25, 0);
        assert_eq!(some, drawn(500, 25, 0));
        assert_ne!(some, drawn(500, 25, 1));
        assert!(some.len() == 25 && some.windows(2).all(|pair| pair[0] < pair[1]) && some[24] < 500);
        assert_eq!(drawn(3, 9, 7), [0, 1, 2]);
    }
}
