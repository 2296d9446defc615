//! Everything that a training run depends on besides its examples and first weights.

use serde::{Deserialize, Serialize};

use super::Strategy;
use crate::space::{Genes, Sampler, Smallest, Space};

/// Settings of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The space that sub-networks are drawn from.
    pub space: Space,
    /// How they are drawn.
    pub sampler: Sampler,
    /// Which is the smallest.
    pub smallest: Smallest,
    /// What a step trains.
    pub strategy: Strategy,
    /// What stands in for the whole network: the sub-network that is trained by itself. Absent where the whole one is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Genes>,
    /// k: random sub-networks of a step.
    pub count: usize,
    /// T: what logits are divided by where a sub-network learns from the whole one.
    pub temperature: f64,
    /// Learning rate of the first step; falls in a line to 0.
    pub rate: f64,
    /// Decay of all parameters.
    pub decay: f64,
    /// Passes over the training examples.
    pub epochs: usize,
    /// Examples of a step.
    pub batch: usize,
    /// Whether elements fall out as the encoder's configuration says.
    pub dropout: bool,
    /// Parts of a batch whose gradients are computed beside each other and added up in order. Any number of threads gives the same
    /// bits; another number of lanes gives other roundings.
    pub lanes: usize,
    /// Seed of order, sub-networks and dropout.
    pub seed: u64,
}

impl Settings {
    /// The paper's settings, but for the batch: 8 examples, shuffled anew for each epoch.
    pub const fn new(space: Space, strategy: Strategy, seed: u64) -> Self {
        Self {
            space,
            sampler: Sampler::Structured,
            smallest: Smallest::Space,
            strategy,
            only: None,
            count: strategy.usual_count(),
            temperature: 10.0,
            rate: 2e-5,
            decay: 0.01,
            epochs: 5,
            batch: 8,
            dropout: true,
            lanes: 2,
            seed,
        }
    }

    /// Steps of an epoch; the last may have fewer examples.
    pub const fn steps_of_epoch(&self, examples: usize) -> u64 {
        let batch = if self.batch == 0 { 1 } else { self.batch };
        examples.div_ceil(batch) as u64
    }
}
