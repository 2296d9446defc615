//! The FlexiBERT space with every width at a quarter: small enough to train hundreds of networks on one machine.
//!
//! Hidden sizes 32 and 64, feed-forward widths 128 and 256, embeddings of 32, at most 64 tokens, and the vocabulary of the
//! corpus that this project makes itself. Depths, operations, heads and stacked feed-forward layers are those of the full
//! space, so a full entry and its quarter differ in scale alone.

use proxyrank_schema::Reading;

use super::arch::validate_in;
use super::network::declared;
use super::{EncoderNetwork, FlexibertArch};
use crate::{Family, SpaceError};

/// An entry with its own, small widths.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuarterArch(pub FlexibertArch);

impl QuarterArch {
    /// Every width is divided by this.
    pub const DIVISOR: usize = 4;
    /// Allowed hidden sizes.
    pub const HIDDEN_SIZES: &'static [usize] = &[32, 64];
    /// Allowed widths of the feed-forward network.
    pub const FFN_WIDTHS: &'static [usize] = &[128, 256];
    /// Words of the project's own corpus, special tokens included.
    pub const VOCAB_SIZE: usize = 1_393;
    /// Width of the embedding tables.
    pub const EMBEDDING_SIZE: usize = 32;
    /// Longest sequence.
    pub const MAX_POSITIONS: usize = 64;

    /// The quarter of an entry of the full space.
    pub fn of(full: &FlexibertArch) -> Self {
        let mut quarter = full.clone();
        quarter.hidden_size /= Self::DIVISOR;
        for layer in &mut quarter.layers {
            layer.ffn_width /= Self::DIVISOR;
        }
        Self(quarter)
    }

    /// Checks every value against the small space.
    pub fn validate(&self) -> Result<(), SpaceError> {
        validate_in(&self.0, Self::HIDDEN_SIZES, Self::FFN_WIDTHS)
    }

    /// The network, which has one reading: `declared`. The entry is checked first.
    pub fn network(&self, reading: Reading) -> Result<EncoderNetwork, SpaceError> {
        self.validate()?;
        if reading != Reading::Declared {
            return Err(SpaceError::Reading { family: Family::Encoder, reading, allowed: "declared" });
        }
        let hidden_size = self.0.hidden_size;
        let layers = self.0.layers.iter().map(|layer| declared(layer, hidden_size)).collect();
        Ok(EncoderNetwork {
            vocab_size: Self::VOCAB_SIZE,
            embedding_size: Self::EMBEDDING_SIZE,
            max_positions: Self::MAX_POSITIONS,
            token_types: EncoderNetwork::TOKEN_TYPES,
            hidden_size,
            layers,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flexibert::Sampler;

    #[test]
    fn every_quarter_of_a_full_entry_is_in_the_small_space() {
        for full in Sampler::new(5).take(50) {
            let quarter = QuarterArch::of(&full);
            let network = quarter.network(Reading::Declared).unwrap();
            let whole = full.network(Reading::Declared).unwrap();
            assert_eq!(4 * network.embedding_size, whole.embedding_size);
            for (small, large) in network.layers.iter().zip(&whole.layers) {
                let widths: Vec<usize> = small.ffn_widths.iter().map(|width| 4 * width).collect();
                assert_eq!(
                    (&widths, small.operation, small.heads),
                    (&large.ffn_widths, large.operation, large.heads)
                );
            }
            assert!(quarter.network(Reading::AsTrained).is_err());
            assert!(QuarterArch(full).validate().is_err());
        }
    }
}
