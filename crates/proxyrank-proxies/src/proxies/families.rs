//! Families beyond encoders on which proxies run networks.

use proxyrank_space::Family;

/// Encoders and GPT-2. Transformer-XL can only be counted so far.
pub(super) const WITH_GPT2: &[Family] = &[Family::Encoder, Family::Gpt2];
