//! Small encoders and texts.

use proxyrank_prune::encoder::{EncoderConfig, Text, Weights};
use proxyrank_prune::space::{Masks, Sampler, Space, SpaceKind};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Three layers of four heads.
pub(crate) fn config() -> EncoderConfig {
    EncoderConfig {
        vocab_size: 40,
        hidden_size: 24,
        num_hidden_layers: 3,
        num_attention_heads: 4,
        intermediate_size: 20,
        hidden_act: "gelu".to_owned(),
        hidden_dropout_prob: 0.1,
        attention_probs_dropout_prob: 0.2,
        max_position_embeddings: 16,
        type_vocab_size: 2,
        layer_norm_eps: 1e-12,
        initializer_range: 0.02,
    }
}

pub(crate) fn weights(seed: u64) -> Weights {
    Weights::random(config(), 3, seed)
}

pub(crate) fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Texts of 1 to 11 tokens.
pub(crate) fn texts(count: usize, seed: u64) -> Vec<Text> {
    let mut rng = rng(seed);
    let mut text = || {
        let len = rng.random_range(1..12_usize);
        let ids = (0..len).map(|_| rng.random_range(0..40)).collect();
        let second = rng.random_range(0..=len);
        Text { ids, segments: (0..len).map(|token| u32::from(token >= second)).collect() }
    };
    (0..count).map(|_| text()).collect()
}

pub(crate) fn space(kind: SpaceKind) -> Space {
    Space::new(kind, config().shape())
}

/// Random masks of a kind by both samplers, and the same with rows that are zero.
pub(crate) fn some_masks(kind: SpaceKind, seed: u64) -> Vec<Masks> {
    let mut rng = rng(seed);
    let space = space(kind);
    let mut all = Vec::new();
    for sampler in [Sampler::Config, Sampler::Structured] {
        let masks = space.masks(&space.sample(sampler, &mut rng)).unwrap();
        let (mut headless, mut unitless, mut dropped) = (masks.clone(), masks.clone(), masks.clone());
        let layer = rng.random_range(0..3_usize);
        headless.heads[layer].fill(false);
        unitless.units[layer].fill(false);
        dropped.heads[layer].fill(false);
        dropped.units[layer].fill(false);
        all.extend([masks, headless, unitless, dropped]);
    }
    all
}
