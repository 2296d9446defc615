//! Random numbers that proxies draw themselves: cotangents, signs, perturbations.
//!
//! Each purpose has a ChaCha8 stream of its own, under a key of sixteen fixed bytes and a seed. What is drawn is rounded to
//! f32, so that it is the same number in both precisions.

use proxyrank_nn::{Real, TokenBatch};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream is for.
pub(crate) type Purpose = [u8; 16];

/// A generator for one purpose and seed.
pub(crate) fn generator(purpose: &Purpose, seed: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..16].copy_from_slice(purpose);
    key[16..24].copy_from_slice(&seed.to_le_bytes());
    ChaCha8Rng::from_seed(key)
}

/// The seed of noise that belongs to a batch: the same tokens always meet the same noise, other tokens meet other noise.
pub(crate) fn seed_of(batch: &TokenBatch) -> u64 {
    // FNV-1a, whose constants these are.
    let bytes = batch.ids().iter().flat_map(|id| id.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// N(0, 1); elements 2i and 2i + 1 are made of words 2i and 2i + 1 of the stream by the Box-Muller transform in f64.
#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is meant")]
pub(crate) fn normal<T: Real>(purpose: &Purpose, seed: u64, count: usize) -> Vec<T> {
    let mut generator = generator(purpose, seed);
    let mut unit = || {
        const SPACING: f64 = 1.0 / (1_u64 << 53) as f64;
        (generator.next_u64() >> 11) as f64 * SPACING
    };
    let mut values = Vec::with_capacity(count + 1);
    while values.len() < count {
        // One minus a number in [0, 1) has a logarithm.
        let radius = (-2.0 * (1.0 - unit()).ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * unit()).sin_cos();
        values.extend([radius * cosine, radius * sine].map(|value| T::of_f32(value as f32)));
    }
    values.truncate(count);
    values
}

/// Signs, one a bit of the stream's words, lowest bit first.
pub(crate) fn signs<T: Real>(purpose: &Purpose, seed: u64, count: usize) -> Vec<T> {
    let mut generator = generator(purpose, seed);
    let mut values = Vec::with_capacity(count.next_multiple_of(64));
    while values.len() < count {
        let word = generator.next_u64();
        values.extend((0..64).map(|bit| if (word >> bit) & 1 == 1 { T::ONE } else { T::ZERO - T::ONE }));
    }
    values.truncate(count);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURPOSE: &Purpose = b"proxyrank/moment";

    #[test]
    fn normal_numbers_are_normal_and_the_same_in_both_precisions() {
        let values: Vec<f64> = normal(PURPOSE, 7, 100_001);
        let moment = |power| values.iter().map(|x: &f64| x.powi(power)).sum::<f64>() / values.len() as f64;
        for (power, wanted, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0_f64)] {
            let tolerance = 6.0 * (variance / values.len() as f64).sqrt();
            assert!((moment(power) - wanted).abs() < tolerance, "moment {power}: {}", moment(power));
        }
        let single: Vec<f32> = normal(PURPOSE, 7, 64);
        assert!(
            single
                .iter()
                .zip(&values)
                .all(|(&single, &double)| f64::from(single).to_bits() == double.to_bits())
        );
        assert_ne!(normal::<f32>(PURPOSE, 8, 64), single);
        assert_ne!(normal::<f32>(b"proxyrank/others", 7, 64), single);
    }

    #[test]
    fn signs_are_even() {
        let values: Vec<f64> = signs(PURPOSE, 7, 10_001);
        assert!(values.iter().all(|value| value.abs().to_bits() == 1.0_f64.to_bits()));
        // Six standard deviations.
        assert!(values.iter().sum::<f64>().abs() < 600.0);
        let neighbours: f64 = values.windows(2).map(|pair| pair[0] * pair[1]).sum();
        assert!(neighbours.abs() < 600.0, "{neighbours}");
    }

    #[test]
    fn the_seed_of_a_batch_depends_on_every_token_and_their_order() {
        let seed = |ids: &[u32]| seed_of(&TokenBatch::new(ids.to_vec(), 1, ids.len()).unwrap());
        assert_eq!(seed(&[1, 2, 3]), seed(&[1, 2, 3]));
        let others = [seed(&[1, 2, 4]), seed(&[2, 1, 3]), seed(&[1, 2])];
        assert!(!others.contains(&seed(&[1, 2, 3])));
    }
}
