//! How much each layer keeps.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::importance::Importance;
use crate::space::{BlockShape, Masks, ModelSize};

/// How far a layer's ratio lies from the network's, at the most.
const SPREAD: f64 = 0.35;
/// The least ratio of a network.
const LEAST: f64 = 0.3;

/// Heads and units that each layer keeps.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Keep {
    /// L numbers from 0 to H.
    pub heads: Vec<usize>,
    /// L numbers from 0 to F.
    pub units: Vec<usize>,
}

/// The part of a whole, rounded.
fn part(of: usize, ratio: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the whole")]
    let count = (of as f64 * ratio.clamp(0.0, 1.0)).round() as usize;
    count
}

impl Keep {
    /// Draws ratios: one for the network, from 0.3 to 1, and around it one for the heads and one for the units of each layer, at most 0.35 away and
    /// cut to [0, 1]. So sizes and shapes both vary.
    pub fn sample(shape: BlockShape, rng: &mut ChaCha8Rng) -> Self {
        let centre = LEAST + (1.0 - LEAST) * rng.random::<f64>();
        let mut draw = |of: usize| part(of, centre + SPREAD * (2.0 * rng.random::<f64>() - 1.0));
        let (heads, units) = (0..shape.layers).map(|_| (draw(shape.heads), draw(shape.units))).unzip();
        Self { heads, units }
    }

    /// The same with another number of heads or units in one layer, and, every second time, as large a step back in another one.
    #[must_use]
    pub fn mutate(&self, shape: BlockShape, rng: &mut ChaCha8Rng) -> Self {
        let mut changed = self.clone();
        let step = 0.3 * (2.0 * rng.random::<f64>() - 1.0);
        let steps = if rng.random::<bool>() { vec![step, -step] } else { vec![step] };
        for step in steps {
            let layer = rng.random_range(0..shape.layers);
            let (count, of) = if rng.random::<bool>() {
                (&mut changed.heads[layer], shape.heads)
            } else {
                (&mut changed.units[layer], shape.units)
            };
            *count = part(of, *count as f64 / of as f64 + step);
        }
        changed
    }

    /// The largest of the sub-networks that keep the same ratio everywhere whose encoder has at most a share of its parameters.
    pub fn uniform(size: &ModelSize, share: f64) -> Self {
        let shape = size.shape;
        let keep = |units: usize| {
            let heads = part(shape.heads, units as f64 / shape.units as f64);
            Self { heads: vec![heads; shape.layers], units: vec![units; shape.layers] }
        };
        let fitting = (0..=shape.units).rev().map(keep).find(|keep| keep.share(size) <= share);
        fitting.unwrap_or_else(|| keep(0))
    }

    /// Share of the encoder's parameters, as the paper of the spaces counts them.
    pub fn share(&self, size: &ModelSize) -> f64 {
        let row = |count: usize, of: usize| (0..of).map(|place| place < count).collect::<Vec<_>>();
        let heads = self.heads.iter().map(|&count| row(count, size.shape.heads)).collect();
        let units = self.units.iter().map(|&count| row(count, size.shape.units)).collect();
        size.relative_encoder(&Masks { heads, units })
    }

    /// The masks, by how important heads and units of a layer are.
    pub fn masks(&self, importance: &Importance) -> Masks {
        importance.best_of_layers(&self.heads, &self.units)
    }

    /// Kept shares of heads, layer by layer, then of units.
    pub(super) fn ratios(&self, shape: BlockShape) -> Vec<f64> {
        let heads = self.heads.iter().map(|&count| count as f64 / shape.heads as f64);
        heads.chain(self.units.iter().map(|&count| count as f64 / shape.units as f64)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};

    #[test]
    fn draws_and_changes_lie_within_bounds_and_spread_over_sizes() {
        let size = ModelSize::minilm_l6(2);
        let mut rng = stream(0, Purpose::Candidates, 0);
        let mut shares = Vec::new();
        for _ in 0..300 {
            let keep = Keep::sample(size.shape, &mut rng);
            let other = keep.mutate(size.shape, &mut rng);
            for keep in [&keep, &other] {
                assert!(
                    keep.heads.iter().all(|&count| count <= 12)
                        && keep.units.iter().all(|&count| count <= 1536)
                );
            }
            let differences =
                |one: &[usize], other: &[usize]| one.iter().zip(other).filter(|(a, b)| a != b).count();
            assert!(differences(&keep.heads, &other.heads) + differences(&keep.units, &other.units) <= 2);
            shares.push(keep.share(&size));
        }
        for (low, high) in [(0.3, 0.5), (0.5, 0.7), (0.7, 0.9)] {
            let within = shares.iter().filter(|share| (low..high).contains(*share)).count();
            assert!(within > 40, "{low}: {within}");
        }
    }

    #[test]
    fn uniform_is_the_largest_that_fits() {
        let size = ModelSize::minilm_l6(2);
        for percent in [10, 50, 75, 90, 100] {
            let share = f64::from(percent) / 100.0;
            let keep = Keep::uniform(&size, share);
            assert!(keep.share(&size) <= share);
            assert!(keep.heads.iter().all(|&count| count == keep.heads[0]));
            if percent < 100 {
                // The next number of units takes more, with or without another head.
                let ratio = (keep.units[0] + 1) as f64 / 1536.0;
                let more = Keep { heads: vec![part(12, ratio); 6], units: vec![keep.units[0] + 1; 6] };
                assert!(more.share(&size) > share, "{percent}");
            }
        }
        assert_eq!(Keep::uniform(&size, 1.0), Keep { heads: vec![12; 6], units: vec![1536; 6] });
    }
}
