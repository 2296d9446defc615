//! The network that a reading really builds.

use crate::{DecoderNetwork, EncoderNetwork, Family};

/// A network: every size that decides the shape of its tensors, and nothing else.
///
/// Equal networks have the same tensors under the same names, so they score the same under every proxy and seed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Network {
    /// A FlexiBERT encoder.
    Encoder(EncoderNetwork),
    /// A GPT-2 or Transformer-XL language model.
    Decoder(DecoderNetwork),
}

impl Network {
    /// Its family.
    pub fn family(&self) -> Family {
        match self {
            Self::Encoder(_) => Family::Encoder,
            Self::Decoder(network) => network.family.into(),
        }
    }

    /// Number of layers.
    pub fn depth(&self) -> usize {
        match self {
            Self::Encoder(network) => network.layers.len(),
            Self::Decoder(network) => network.layers.len(),
        }
    }

    /// Width of the residual stream: hidden size or `d_model`.
    pub fn width(&self) -> usize {
        match self {
            Self::Encoder(network) => network.hidden_size,
            Self::Decoder(network) => network.d_model,
        }
    }

    /// Heads of each layer.
    pub fn heads(&self) -> Vec<usize> {
        match self {
            Self::Encoder(network) => network.layers.iter().map(|layer| layer.heads).collect(),
            Self::Decoder(network) => network.layers.iter().map(|layer| layer.n_head).collect(),
        }
    }
}
