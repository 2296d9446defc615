//! How networks are trained, as far as it is a choice.

use proxyrank_nn::train::{
    AdamW, Attention, EarlyExit, ElectraSettings, LayerRates, Positions, Reader, Schedule, TunerSettings,
};
use proxyrank_space::EncoderNetwork;
use serde::{Deserialize, Serialize};

use super::order::derive;

/// Pre-training by replaced-token detection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PretrainRecipe {
    /// Steps.
    pub steps: u64,
    /// Sequences in a step.
    pub batch: usize,
    /// Tokens in a sequence.
    pub seq_len: usize,
    /// Peak of the learning rate.
    pub rate: f64,
    /// Steps in which the rate rises.
    pub warmup: u64,
    /// The generator has the discriminator's layers with every width divided by this.
    pub generator_divisor: usize,
    /// Its hidden size is this at the least, or the discriminator's where that is smaller.
    pub generator_least: usize,
    /// What initial weights are multiplied by; their deviation is 0.02 before.
    pub initial_scale: f32,
    /// What the table of positions starts from.
    pub positions: Positions,
    /// What attention starts from.
    pub attention: Attention,
    /// Weight of the discriminator's loss; the generator's is 1.
    pub discriminator_weight: f32,
    /// Chosen positions in a hundred that stay as they are, though they are guessed as well; the others are hidden.
    pub kept_percent: u64,
    /// Whether dropout is on.
    pub dropout: bool,
    /// Steps that a point of the curve is the mean of.
    pub window: u64,
    /// Who chooses what tokens are replaced by.
    // What a recipe does not say is hashed with the rest, so a recipe from before the field keeps its hash.
    #[serde(default, skip_serializing_if = "Replacements::is_default")]
    pub replacements: Replacements,
    /// Whether sequences leave the discriminator early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<EarlyExit>,
}

/// Who chooses what the discriminator has to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacements {
    /// The generator, which is trained along.
    #[default]
    Generator,
    /// Chance, any other ordinary token being as likely as the next: there is no generator.
    Uniform,
}

impl Replacements {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl PretrainRecipe {
    /// ELECTRA-small's pre-training in the form in which FlexiBERT used it, at some length.
    pub fn electra(steps: u64, batch: usize, seq_len: usize) -> Self {
        Self {
            steps,
            batch,
            seq_len,
            rate: 5e-4,
            warmup: steps / 10,
            generator_divisor: 4,
            generator_least: 1,
            initial_scale: 1.0,
            positions: Positions::Drawn,
            attention: Attention::Drawn,
            discriminator_weight: 50.0,
            kept_percent: 15,
            dropout: true,
            window: (steps / 200).max(1),
            replacements: Replacements::Generator,
            exit: None,
        }
    }

    /// The generator of a network: the same layers, narrower.
    pub fn generator(&self, network: &EncoderNetwork) -> EncoderNetwork {
        let narrow = |width: usize| (width / self.generator_divisor).max(1);
        let mut generator = network.clone();
        generator.hidden_size =
            narrow(network.hidden_size).max(self.generator_least.min(network.hidden_size));
        for layer in &mut generator.layers {
            layer.ffn_widths.iter_mut().for_each(|width| *width = narrow(*width));
            // The chain begins and ends at the hidden size.
            if let [first, .., last] = layer.ffn_widths.as_mut_slice() {
                (*first, *last) = (generator.hidden_size, generator.hidden_size);
            }
        }
        generator
    }

    pub(super) fn settings(&self, seed: u64) -> ElectraSettings {
        ElectraSettings {
            optimiser: AdamW::ELECTRA,
            schedule: Schedule { peak: self.rate, warmup: self.warmup, steps: self.steps },
            generator_weight: 1.0,
            discriminator_weight: self.discriminator_weight,
            // Seeds of weights are used as they are, so that a network starts where proxies look at it. The top bit is the
            // generator's.
            init_seed: seed & !(1 << 63),
            initial_scale: self.initial_scale,
            positions: self.positions,
            attention: self.attention,
            noise: self.dropout.then(|| derive(seed, "pre-training noise", 0)),
            exit: self.exit,
        }
    }
}

/// Fine-tuning on one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TuneRecipe {
    /// Times that every example is seen.
    pub epochs: u64,
    /// Examples in a step.
    pub batch: usize,
    /// Peak of the learning rate.
    pub rate: f64,
    /// Share of the steps in which it rises, percent.
    pub warmup_percent: u64,
    /// Factor of the rate from layer to layer.
    pub layer_factor: f64,
    /// Layers that it is counted over; those of the network where nothing is said.
    pub counted_layers: Option<usize>,
    /// What the head reads, unless it looks for spans.
    pub reader: Reader,
    /// Whether the optimiser's moments are corrected for their start at zero.
    pub corrected: bool,
    /// Whether dropout is on.
    pub dropout: bool,
}

impl TuneRecipe {
    /// Fine-tuning as FlexiBERT's labels were made.
    ///
    /// The rate is that of pre-training, because the code never replaced it; layers are counted to twelve whatever the network
    /// has.
    pub const FLEXIBERT: Self = Self {
        epochs: 3,
        batch: 32,
        rate: 5e-4,
        warmup_percent: 10,
        layer_factor: 0.8,
        counted_layers: Some(12),
        reader: Reader::First,
        corrected: false,
        dropout: true,
    };

    /// Steps for so many examples.
    pub fn steps(&self, examples: usize) -> u64 {
        (self.epochs * examples as u64).div_ceil(self.batch as u64)
    }

    /// `separator` is the id that ends each text of a sequence.
    pub(super) fn settings(
        &self,
        layers: usize,
        examples: usize,
        seed: u64,
        separator: u32,
    ) -> TunerSettings {
        let steps = self.steps(examples);
        TunerSettings {
            optimiser: AdamW { corrected: self.corrected, ..AdamW::ELECTRA },
            schedule: Schedule { peak: self.rate, warmup: steps * self.warmup_percent / 100, steps },
            layers: LayerRates { factor: self.layer_factor, layers: self.counted_layers.unwrap_or(layers) },
            reader: self.reader,
            separator,
            init_seed: derive(seed, "head", 0) & !(1 << 63),
            noise: self.dropout.then(|| derive(seed, "fine-tuning noise", 0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Reading;
    use proxyrank_space::QuarterArch;

    use crate::train::embedded::{EmbeddedRecipe, architectures};

    #[test]
    fn generators_of_the_embedded_benchmark_are_valid_and_never_narrower_than_the_least_width() {
        let recipe = EmbeddedRecipe::standard().pretrain;
        for arch in architectures() {
            let network = arch.network(Reading::Declared).unwrap();
            let generator = recipe.generator(&network);
            assert_eq!(generator.hidden_size, 32);
            assert_eq!(generator.vocab_size, QuarterArch::VOCAB_SIZE);
            for (small, large) in generator.layers.iter().zip(&network.layers) {
                let (inner, whole) = (&small.ffn_widths, &large.ffn_widths);
                assert_eq!((inner[0], inner[inner.len() - 1]), (32, 32));
                assert!(inner[1..inner.len() - 1].iter().zip(&whole[1..]).all(|(a, b)| 2 * a == *b));
            }
        }
    }
}
