//! Seeds for every use, and the order in which examples come.

use proxyrank_data::hash::sha256_bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A seed for one use of another seed; uses do not share streams.
pub(super) fn derive(seed: u64, purpose: &str, number: u64) -> u64 {
    let hex = sha256_bytes(format!("proxyrank training|{purpose}|{seed}|{number}").as_bytes());
    u64::from_str_radix(hex.get(..16).unwrap_or_default(), 16).unwrap_or(seed)
}

/// Endless passes over some examples, each in an order of its own.
#[derive(Debug)]
pub(super) struct Order {
    seed: u64,
    count: usize,
    /// The pass in hand and its order.
    pass: Option<(u64, Vec<usize>)>,
}

impl Order {
    pub(super) const fn new(seed: u64, count: usize) -> Self {
        Self { seed, count, pass: None }
    }

    /// The examples of a batch; which ones follows from its number alone. There must be at least one example.
    pub(super) fn batch(&mut self, number: u64, size: usize) -> Vec<usize> {
        let start = number * size as u64;
        (start..start + size as u64).map(|place| self.at(place)).collect()
    }

    fn at(&mut self, place: u64) -> usize {
        let (pass, index) = (place / self.count as u64, place % self.count as u64);
        if self.pass.as_ref().is_none_or(|(known, _)| *known != pass) {
            self.pass = Some((pass, shuffled(derive(self.seed, "order", pass), self.count)));
        }
        let order = self.pass.as_ref().map(|(_, order)| order.as_slice()).unwrap_or_default();
        usize::try_from(index).ok().and_then(|index| order.get(index)).copied().unwrap_or(0)
    }
}

/// The numbers below `count` in random order (Fisher and Yates).
fn shuffled(seed: u64, count: usize) -> Vec<usize> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        let drawn = (u128::from(generator.next_u64()) * (last as u128 + 1)) >> 64;
        order.swap(last, usize::try_from(drawn).unwrap_or(0));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pass_shows_every_example_once_and_batches_stand_alone() {
        let mut order = Order::new(7, 10);
        let passes: Vec<usize> = (0..5).flat_map(|number| order.batch(number, 4)).collect();
        for pass in passes.chunks(10) {
            let mut sorted = pass.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..10).collect::<Vec<_>>());
        }
        assert_ne!(passes[..10], passes[10..]);
        assert_eq!(Order::new(7, 10).batch(3, 4), passes[12..16]);
        assert_ne!(derive(1, "a", 0), derive(1, "b", 0));
    }
}
