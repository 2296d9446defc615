//! One random stream per replicate, so that no result depends on which thread computed it.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The generator of replicate `index`: `ChaCha8` keyed by the seed, on the stream of that number.
pub(crate) fn stream(seed: u64, index: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index as u64);
    rng
}

/// A standard normal deviate (Box and Muller 1958).
pub(crate) fn standard_normal(rng: &mut ChaCha8Rng) -> f64 {
    // The uniform lies in [0, 1); one minus it is never zero.
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_and_repeat() {
        let first = |seed, index| stream(seed, index).random::<u64>();
        assert_eq!(first(1, 2), first(1, 2));
        assert_ne!(first(1, 2), first(1, 3));
        assert_ne!(first(1, 2), first(2, 2));
    }

    #[test]
    fn deviates_have_the_moments_of_a_normal() {
        let mut rng = stream(0, 0);
        let draws: Vec<f64> = (0..100_000).map(|_| standard_normal(&mut rng)).collect();
        let moment = |power| draws.iter().map(|d| d.powi(power)).sum::<f64>() / draws.len() as f64;
        assert!(moment(1).abs() < 0.02);
        assert!((moment(2) - 1.0).abs() < 0.02);
        assert!((moment(4) - 3.0).abs() < 0.1);
    }
}
