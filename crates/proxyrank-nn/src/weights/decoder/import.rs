//! A decoder's weights from a safetensors file.

use proxyrank_space::decoder::DecoderNetwork;

use super::layout::DecoderLayout;
use super::vocabulary::TableExtent;
use crate::NnError;
use crate::real::Real;
use crate::weights::DecoderWeights;
use crate::weights::import::read;

/// How the names of decoders' parameters begin, of either family.
const PREFIXES: [&str; 7] =
    ["transformer.", "lm_head.", "layers.", "r_w_bias_", "r_r_bias_", "word_emb.", "crit."];

impl<T: Real> DecoderWeights<T> {
    /// Reads the parameters of `network` with all of its vocabulary from the bytes of a safetensors file, by path.
    ///
    /// Every parameter must be there with its shape, matrices of layers transposed, as F32 or F64; a tied one once. Tensors
    /// of decoders (`transformer.`, `lm_head.`; of a Transformer-XL `layers.`, `r_w_bias_`, `r_r_bias_`, `word_emb.`, `crit.`) that
    /// the network does not have are an error, others are not looked at.
    pub fn from_safetensors(network: &DecoderNetwork, bytes: &[u8]) -> Result<Self, NnError> {
        read(DecoderLayout::new(network, TableExtent::Full)?, &PREFIXES, bytes)
    }
}
