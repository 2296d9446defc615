//! Training curves.

use proxyrank_nn::train::ElectraLosses;
use serde::{Deserialize, Serialize};

/// Means over some steps of pre-training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Steps made.
    pub step: u64,
    /// Cross-entropy of hidden tokens, nats.
    pub generator: f64,
    /// Binary cross-entropy of the discriminator, nats a token.
    pub discriminator: f64,
    /// Share of tokens that were replaced.
    pub replaced: f64,
    /// The discriminator's work as a share of a step without early exit, counted in layers.
    #[serde(default = "whole", skip_serializing_if = "is_whole")]
    pub work: f64,
}

const fn whole() -> f64 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_whole(work: &f64) -> bool {
    work.to_bits() == whole().to_bits()
}

/// Averages steps into points.
#[derive(Debug, Clone, Default)]
pub(super) struct Window {
    count: u64,
    sums: [f64; 4],
}

impl Window {
    pub(super) fn add(&mut self, losses: &ElectraLosses) {
        self.count += 1;
        let ElectraLosses { generator, discriminator, replaced, work, .. } = *losses;
        for (sum, value) in self.sums.iter_mut().zip([generator, discriminator, replaced, work]) {
            *sum += value;
        }
    }

    /// The point that ends with `step`, and a fresh window.
    pub(super) fn close(&mut self, step: u64) -> Point {
        let [generator, discriminator, replaced, work] = self.sums.map(|sum| sum / self.count.max(1) as f64);
        *self = Self::default();
        Point { step, generator, discriminator, replaced, work }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }
}
