//! Parameters by group.

use super::{decoder, encoder};
use crate::{DecoderFamily, DecoderNetwork, Network};

/// Number of parameters in each part of a network; a tensor used in two places counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Parameters {
    /// Token, position and type tables, their projections to the model's width, and an encoder's embedding norm.
    pub embedding: u64,
    /// Attention, or the operation that stands in its place, without layer norms.
    pub attention: u64,
    /// Feed-forward networks, without layer norms.
    pub ffn: u64,
    /// Layer norms of the layers, and GPT-2's final one.
    pub layer_norm: u64,
    /// Output layer of a decoder as far as it is not tied to the embedding; 0 for an encoder, which has no head.
    pub softmax: u64,
}

impl Parameters {
    /// Everything but embeddings and output layer ("nonembedding" of the LiteTransformerSearch files).
    pub const fn body(&self) -> u64 {
        self.attention + self.ffn + self.layer_norm
    }

    /// Attention and FFN ("decoder parameters" of LiteTransformerSearch).
    pub const fn decoder(&self) -> u64 {
        self.attention + self.ffn
    }

    /// All parameters.
    pub const fn total(&self) -> u64 {
        self.embedding + self.body() + self.softmax
    }
}

/// Counts a network's parameters.
pub fn parameters(network: &Network) -> Parameters {
    match network {
        Network::Encoder(network) => encoder::parameters(network),
        Network::Decoder(network) => decoder::parameters(network),
    }
}

/// Counts a decoder as if it were of the given class.
///
/// The stored counts of the GPT-2 architectures trained on the One Billion Word set come from the Transformer-XL
/// class, though their perplexities are those of GPT-2. With this the file can be checked, and its counts explained.
pub fn parameters_as(network: &DecoderNetwork, family: DecoderFamily) -> Parameters {
    decoder::parameters(&DecoderNetwork { family, ..network.clone() })
}
