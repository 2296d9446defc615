//! A decoder's weights from a safetensors file.

use proxyrank_space::decoder::DecoderNetwork;

use super::layout::DecoderLayout;
use super::vocabulary::TableExtent;
use crate::NnError;
use crate::real::Real;
use crate::weights::DecoderWeights;
use crate::weights::import::read;

impl<T: Real> DecoderWeights<T> {
    /// Reads the parameters of `network` with all of its vocabulary from the bytes of a safetensors file, by path.
    ///
    /// Every parameter must be there with its shape, matrices of layers transposed, as F32 or F64; a tied one once. Tensors
    /// under `transformer.` or `lm_head.` that the network does not have are an error, others are not looked at.
    pub fn from_safetensors(network: &DecoderNetwork, bytes: &[u8]) -> Result<Self, NnError> {
        read(DecoderLayout::new(network, TableExtent::Full)?, &["transformer.", "lm_head."], bytes)
    }
}
