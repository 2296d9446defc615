//! Random streams, split by purpose.
//!
//! What is drawn for one purpose never depends on how much was drawn for another, and a draw is a function of seed, purpose and
//! number alone. Nothing has a state to save, so whatever resumes draws the same again.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What random numbers are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// What a search asks next.
    Search,
    /// Which examples are for training.
    Split,
    /// In which order an epoch sees its examples.
    Order,
    /// Which sub-networks a step trains.
    SubNetworks,
    /// The classifier's first weights.
    Classifier,
    /// What dropout drops.
    Dropout,
    /// Which runs a round of a bootstrap takes.
    Bootstrap,
    /// Which sub-networks are candidates of a study.
    Candidates,
}

/// The generator of the given number for a purpose.
pub(crate) fn stream(seed: u64, purpose: Purpose, number: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(mix(seed).wrapping_add(purpose as u64));
    rng.set_stream(number);
    rng
}

/// `SplitMix64`: one step of the sequence from `x`.
pub(crate) const fn mix(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn streams_differ_by_seed_purpose_and_number_and_repeat() {
        let first = |seed, purpose, number| stream(seed, purpose, number).random::<u64>();
        let one = first(1, Purpose::Search, 2);
        assert_eq!(one, first(1, Purpose::Search, 2));
        assert_ne!(one, first(2, Purpose::Search, 2));
        assert_ne!(one, first(1, Purpose::Order, 2));
        assert_ne!(one, first(1, Purpose::Search, 3));
    }
}
