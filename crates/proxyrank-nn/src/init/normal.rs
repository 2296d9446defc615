//! Normal numbers by index.
//!
//! ChaCha with 8 rounds, keyed by the SHA-256 of seed and path, gives sixteen words a block; the Box-Muller transform
//! makes sixteen normal numbers of them, radii from the first eight words and angles from the last eight. It uses
//! only additions, multiplications, divisions and square roots, which IEEE 754 fixes bit by bit: every machine draws
//! the same numbers.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::kernels::elementary::{ln_f32, sin_cos_turn};
use crate::kernels::kernel;
use crate::real::Real;

/// Words of a ChaCha block, and the normal numbers made of them.
const WORDS: usize = 16;
/// Radii of a block, and angles.
const PAIRS: usize = WORDS / 2;
/// Numbers that one task draws: whole blocks, some tens of microseconds of work.
const TASK: usize = 1024 * WORDS;
/// Numbers turned into normal ones at a time.
const BATCH: usize = 16 * WORDS;

/// Fills `values` with N(0, `deviation`) for a seed and a parameter's path.
pub(super) fn fill_normal<T: Real>(values: &mut [T], seed: u64, path: &str, deviation: f32) {
    let key = key(seed, path);
    values.par_chunks_mut(TASK).enumerate().for_each(|(task, values)| {
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_word_pos(task as u128 * TASK as u128);
        let mut words = [0_u8; 4 * BATCH];
        let mut normals = [0.0_f32; BATCH];
        for values in values.chunks_mut(BATCH) {
            generator.fill_bytes(&mut words);
            box_muller(&words, &mut normals, deviation);
            for (value, &normal) in values.iter_mut().zip(&normals) {
                *value = T::of_f32(normal);
            }
        }
    });
}

/// Fills `values` with the numbers that stand from index `first` on in a longer parameter: one row of a table costs no more
/// than a row.
pub(super) fn fill_part<T: Real>(values: &mut [T], first: usize, (seed, path): (u64, &str), deviation: f32) {
    let mut generator = ChaCha8Rng::from_seed(key(seed, path));
    let mut before = first % WORDS;
    generator.set_word_pos((first - before) as u128);
    let mut words = [0_u8; 4 * BATCH];
    let mut normals = [0.0_f32; BATCH];
    let mut rest = values;
    while !rest.is_empty() {
        generator.fill_bytes(&mut words);
        box_muller(&words, &mut normals, deviation);
        let len = rest.len().min(BATCH - before);
        let (now, later) = rest.split_at_mut(len);
        for (value, &normal) in now.iter_mut().zip(&normals[before..]) {
            *value = T::of_f32(normal);
        }
        (rest, before) = (later, 0);
    }
}

fn key(seed: u64, path: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"proxyrank initial weights 1");
    hash.update(seed.to_le_bytes());
    hash.update(path.as_bytes());
    hash.finalize().into()
}

kernel! {
    fn box_muller<'a>(words: &'a [u8; 4 * BATCH], normals: &'a mut [f32; BATCH], deviation: f32) {
        // 2^-32 times a word plus a half lies in (0, 1].
        const UNIT: f32 = 1.0 / 4_294_967_296.0;
        let (words, _) = words.as_chunks::<4>();
        let (blocks, _) = words.as_chunks::<WORDS>();
        let (targets, _) = normals.as_chunks_mut::<WORDS>();
        for (block, target) in blocks.iter().zip(targets) {
            for pair in 0..PAIRS {
                let radius = (u32::from_le_bytes(block[pair]) as f32 + 0.5) * UNIT;
                let angle = (u32::from_le_bytes(block[pair + PAIRS]) >> 8) as f32 * (256.0 * UNIT);
                let radius = deviation * (-2.0 * ln_f32(radius)).max(0.0).sqrt();
                let (sine, cosine) = sin_cos_turn(angle);
                target[pair] = radius * cosine;
                target[pair + PAIRS] = radius * sine;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(count: usize, seed: u64, path: &str) -> Vec<f32> {
        let mut values = vec![0.0; count];
        fill_normal(&mut values, seed, path, 1.0);
        values
    }

    #[test]
    fn a_value_depends_on_seed_path_and_index_alone() {
        let long = draw(3 * TASK + 5, 7, "a.weight");
        for count in [1, 15, 16, 17, TASK, TASK + 1] {
            assert_eq!(draw(count, 7, "a.weight"), long[..count]);
        }
        assert_ne!(draw(16, 8, "a.weight"), long[..16]);
        assert_ne!(draw(16, 7, "b.weight"), long[..16]);
        let mut doubles = vec![0.0_f64; 40];
        fill_normal(&mut doubles, 7, "a.weight", 1.0);
        assert!(
            doubles
                .iter()
                .zip(&long)
                .all(|(double, &single)| double.to_bits() == f64::from(single).to_bits())
        );
    }

    #[test]
    fn a_part_is_a_part_of_the_whole() {
        let long = draw(3 * BATCH + 40, 7, "a.weight");
        for (first, len) in [(0, 1), (5, 9), (16, 16), (17, BATCH), (30, 2 * BATCH + 50), (BATCH, 3)] {
            let mut part = vec![0.0_f32; len];
            fill_part(&mut part, first, (7, "a.weight"), 1.0);
            assert_eq!(part, long[first..first + len], "{len} from {first}");
        }
    }

    #[test]
    fn moments_and_tails_are_those_of_the_normal_distribution() {
        let values = draw(1 << 20, 0, "x");
        let moment =
            |power: i32| values.iter().map(|&x| f64::from(x).powi(power)).sum::<f64>() / values.len() as f64;
        // Six standard errors of each moment.
        for (power, wanted, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0_f64)] {
            let tolerance = 6.0 * (variance / values.len() as f64).sqrt();
            assert!((moment(power) - wanted).abs() < tolerance, "moment {power}: {}", moment(power));
        }
        let beyond = values.iter().filter(|x| x.abs() > 3.0).count() as f64 / values.len() as f64;
        assert!((beyond - 0.002_699_8).abs() < 6.0 * (0.0027 / values.len() as f64).sqrt());
        // Neighbours within a pair share their radius and must still be uncorrelated.
        let products =
            values.chunks_exact(WORDS).flat_map(|block| (0..PAIRS).map(|i| block[i] * block[i + PAIRS]));
        let correlation = products.map(f64::from).sum::<f64>() / (values.len() / 2) as f64;
        assert!(correlation.abs() < 6.0 / ((values.len() / 2) as f64).sqrt());
    }
}
