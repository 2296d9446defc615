//! The weight matrices of a network's layers, for proxies that look at one matrix at a time.

use super::{decoder, encoder};
use crate::Network;

/// What a weight matrix does in its layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Queries.
    Query,
    /// Keys.
    Key,
    /// Values.
    Value,
    /// Queries, keys and values in one (decoders).
    Qkv,
    /// The extra matrix on the queries of weighted multiplicative attention.
    Wma,
    /// Relative positions (Transformer-XL).
    RelativePosition,
    /// The linear layer in front of a Fourier or cosine transform.
    LtInput,
    /// Pointwise part of a dynamic span convolution's key convolution: a convolution of length 1, so a matrix.
    DscPointwise,
    /// Kernel logits of a dynamic span convolution.
    DscKernel,
    /// Values that a dynamic span convolution sums over its kernel.
    DscValue,
    /// Output projection of the operation.
    Output,
    /// First linear layer of the feed-forward chain.
    FfnIn,
    /// A linear layer inside the feed-forward chain.
    FfnMid,
    /// Last linear layer of the feed-forward chain.
    FfnOut,
}

impl Role {
    /// Whether it belongs to the feed-forward chain and not to the operation.
    pub const fn is_ffn(self) -> bool {
        matches!(self, Self::FfnIn | Self::FfnMid | Self::FfnOut)
    }

    /// Whether it is stored as a linear layer; the pointwise convolution is not.
    pub const fn is_linear(self) -> bool {
        !matches!(self, Self::DscPointwise)
    }

    pub(super) const fn of_ffn(position: usize, last: usize) -> Self {
        if position == 0 {
            Self::FfnIn
        } else if position == last {
            Self::FfnOut
        } else {
            Self::FfnMid
        }
    }
}

/// One weight matrix: it maps `cols` features to `rows`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Matrix {
    /// Its layer, from 0.
    pub layer: usize,
    /// What it does there.
    pub role: Role,
    /// Output features.
    pub rows: u64,
    /// Input features.
    pub cols: u64,
}

/// Every matrix of the layers, in the order of computation.
///
/// Embeddings, their projection and the output layer are not in it; nor is the depthwise part of a dynamic span
/// convolution, which mixes tokens and not features.
pub fn matrices(network: &Network) -> Vec<Matrix> {
    match network {
        Network::Encoder(network) => encoder::matrices(network),
        Network::Decoder(network) => decoder::matrices(network),
    }
}
