//! Families beyond encoders on which proxies run networks.

use proxyrank_space::Family;

/// Encoders and both decoders.
pub(super) const WITH_DECODERS: &[Family] = &[Family::Encoder, Family::Gpt2, Family::TransformerXl];

/// Encoders and GPT-2: what reads a table of positions, which Transformer-XL does not have, and what reproduces LPZero's code for
/// GPT-2.
pub(super) const WITH_GPT2: &[Family] = &[Family::Encoder, Family::Gpt2];
