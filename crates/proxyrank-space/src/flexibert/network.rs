//! The network that a reading builds from an entry.
//!
//! Why three: the published proxy code passes neither hidden size nor FFN width on, so its networks all have the
//! defaults 256 and 1024. The training code compares operation names by identity, which is never true of a parsed
//! text, so it trains plain self-attention everywhere; its first FFN layer has four times the hidden size, and
//! the declared FFN width enters only in the second and third.

use proxyrank_schema::Reading;

use super::{FlexibertArch, FlexibertLayer, Operation};
use crate::{Family, SpaceError};

/// One layer as built.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EncoderLayer {
    /// What it does before the feed-forward network.
    pub operation: Operation,
    /// Heads of the operation.
    pub heads: usize,
    /// Widths along the feed-forward chain, the hidden size at both ends: `[h, w1, .., wn, h]`.
    ///
    /// One linear layer stands between neighbours, so there are `len - 1` of them, and one residual spans the chain.
    pub ffn_widths: Vec<usize>,
}

/// An ELECTRA-style encoder without a head.
///
/// Token, position and type embeddings of `embedding_size`, a layer norm, a projection to `hidden_size` where that
/// differs, then the layers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EncoderNetwork {
    /// Word pieces in the vocabulary.
    pub vocab_size: usize,
    /// Width of the embedding tables.
    pub embedding_size: usize,
    /// Rows of the position table.
    pub max_positions: usize,
    /// Rows of the type table.
    pub token_types: usize,
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// The layers.
    pub layers: Vec<EncoderLayer>,
}

impl EncoderNetwork {
    /// ELECTRA's uncased vocabulary.
    pub const VOCAB_SIZE: usize = 30_522;
    /// Embedding size of every FlexiBERT network.
    pub const EMBEDDING_SIZE: usize = 128;
    /// Positions of every FlexiBERT network.
    pub const MAX_POSITIONS: usize = 512;
    /// Token types of every FlexiBERT network.
    pub const TOKEN_TYPES: usize = 2;

    /// An encoder with FlexiBERT's embeddings.
    pub fn new(hidden_size: usize, layers: Vec<EncoderLayer>) -> Self {
        Self {
            vocab_size: Self::VOCAB_SIZE,
            embedding_size: Self::EMBEDDING_SIZE,
            max_positions: Self::MAX_POSITIONS,
            token_types: Self::TOKEN_TYPES,
            hidden_size,
            layers,
        }
    }
}

impl FlexibertArch {
    /// Hidden size of the published proxy code, whatever the entry says.
    pub const RELEASED_HIDDEN_SIZE: usize = 256;
    /// FFN width of the published proxy code, whatever the entry says.
    pub const RELEASED_FFN_WIDTH: usize = 1024;

    /// The network under a reading; the entry is checked first.
    pub fn network(&self, reading: Reading) -> Result<EncoderNetwork, SpaceError> {
        self.validate()?;
        let (hidden, build): (usize, fn(&FlexibertLayer, usize) -> EncoderLayer) = match reading {
            Reading::Released => (Self::RELEASED_HIDDEN_SIZE, released),
            Reading::Declared => (self.hidden_size, declared),
            Reading::AsTrained => (self.hidden_size, as_trained),
            Reading::None => {
                let allowed = "released, declared, as_trained";
                return Err(SpaceError::Reading { family: Family::Encoder, reading, allowed });
            }
        };
        Ok(EncoderNetwork::new(hidden, self.layers.iter().map(|layer| build(layer, hidden)).collect()))
    }
}

/// `h -> w -> .. -> w -> h` with `count` hidden layers.
fn even_chain(hidden: usize, width: usize, count: usize) -> Vec<usize> {
    let mut widths = vec![hidden];
    widths.extend(std::iter::repeat_n(width, count));
    widths.push(hidden);
    widths
}

fn released(layer: &FlexibertLayer, hidden: usize) -> EncoderLayer {
    let ffn_widths = even_chain(hidden, FlexibertArch::RELEASED_FFN_WIDTH, layer.ffn_count);
    EncoderLayer { operation: layer.operation, heads: layer.heads, ffn_widths }
}

pub(super) fn declared(layer: &FlexibertLayer, hidden: usize) -> EncoderLayer {
    let ffn_widths = even_chain(hidden, layer.ffn_width, layer.ffn_count);
    EncoderLayer { operation: layer.operation, heads: layer.heads, ffn_widths }
}

fn as_trained(layer: &FlexibertLayer, hidden: usize) -> EncoderLayer {
    let mut ffn_widths = even_chain(hidden, layer.ffn_width, layer.ffn_count);
    ffn_widths[1] = 4 * hidden;
    EncoderLayer { operation: Operation::Sdp, heads: layer.heads, ffn_widths }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flexibert::DscKernel;

    fn entry(ffn_width: usize, ffn_count: usize) -> FlexibertArch {
        let operation = Operation::Dsc { kernel: DscKernel::Nine };
        let layer = FlexibertLayer { operation, heads: 2, ffn_width, ffn_count };
        FlexibertArch { hidden_size: 128, layers: vec![layer; 2] }
    }

    #[test]
    fn the_three_readings_build_three_chains() {
        let arch = entry(1024, 3);
        let chain = |reading| arch.network(reading).unwrap().layers[0].ffn_widths.clone();
        assert_eq!(chain(Reading::Released), [256, 1024, 1024, 1024, 256]);
        assert_eq!(chain(Reading::Declared), [128, 1024, 1024, 1024, 128]);
        assert_eq!(chain(Reading::AsTrained), [128, 512, 1024, 1024, 128]);
    }

    #[test]
    fn as_trained_ignores_operation_and_unused_width() {
        let mut other = entry(512, 1);
        other.layers[0].operation = Operation::Wma;
        let network = |arch: &FlexibertArch| arch.network(Reading::AsTrained).unwrap();
        assert_eq!(network(&entry(1024, 1)), network(&other));
        assert_ne!(network(&entry(1024, 3)), network(&entry(512, 3)));
    }

    #[test]
    fn there_is_no_network_without_a_reading() {
        let message = entry(512, 1).network(Reading::None).unwrap_err().to_string();
        assert!(message.ends_with("use one of released, declared, as_trained"), "{message}");
    }
}
