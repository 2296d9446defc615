//! Multiply-accumulates of one forward pass, by an explicit formula.
//!
//! There is no agreed way to count the FLOPs of a network, so this is what is counted here, for one sequence:
//!
//! - every linear layer: tokens x inputs x outputs, biases not counted;
//! - attention: scores and weighted values over all token pairs, the causal mask saving nothing. Transformer-XL adds
//!   the relative-position scores and runs with an empty memory, so its positions are as many as its tokens;
//! - a linear transform of FlexiBERT as dense products along both axes. With d the head width, DCT-II:
//!   s·h·d + s²·h. DFT: twice that, for its first axis gives two real numbers an element, and of the second axis only
//!   the real part is wanted;
//! - a dynamic span convolution: its five projections, both key convolutions, the product of key and query, the kernel
//!   logits, the weighted sum over the kernel, and attention over half the width;
//! - the projection of the embedding (decoders: as if every token fell into the first cluster).
//!
//! Softmax, norms, activations, residual sums and table look-ups are not counted. Nor is a decoder's output layer: its
//! cost depends on the clusters into which the tokens fall.

use super::{decoder, encoder};
use crate::{DecoderArch, DecoderFamily, Network, SpaceError};

/// Multiply-accumulates in each part of a network, for one sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Macs {
    /// Projection of the embedding to the model's width.
    pub embedding: u64,
    /// Attention, or the operation that stands in its place.
    pub attention: u64,
    /// Feed-forward networks.
    pub ffn: u64,
}

impl Macs {
    /// All of them.
    pub const fn total(&self) -> u64 {
        self.embedding + self.attention + self.ffn
    }

    /// Floating-point operations: two for each multiply-accumulate.
    pub const fn flops(&self) -> u64 {
        2 * self.total()
    }
}

/// Counts the multiply-accumulates of one forward pass over one sequence of `seq_len` tokens.
///
/// Refuses an empty sequence and one that is longer than the position table, or for Transformer-XL, which has none,
/// longer than [`DecoderArch::MAX_LENGTH`].
pub fn macs(network: &Network, seq_len: usize) -> Result<Macs, SpaceError> {
    let longest = match network {
        Network::Encoder(network) => network.max_positions,
        Network::Decoder(network) if network.family == DecoderFamily::Gpt2 => network.tgt_len,
        Network::Decoder(_) => DecoderArch::MAX_LENGTH,
    };
    if seq_len == 0 || seq_len > longest {
        return Err(SpaceError::SequenceLength { seq_len, longest });
    }
    Ok(match network {
        Network::Encoder(network) => encoder::macs(network, seq_len as u64),
        Network::Decoder(network) => decoder::macs(network, seq_len as u64),
    })
}
