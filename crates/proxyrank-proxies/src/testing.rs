//! Subjects for the tests that stand beside the proxies.

use proxyrank_schema::{Params, Reading};
use proxyrank_space::flexibert::Sampler;
use proxyrank_space::{Architecture, DecoderArch, DecoderFamily};

use crate::{Proxy, Subject};

/// Architecture `id` of the FlexiBERT benchmark under a reading, at 128 tokens.
pub(crate) fn flexibert(id: usize, reading: Reading) -> Subject {
    let arch = Sampler::new(0).nth(id).unwrap();
    Subject { network: Architecture::Flexibert(arch).network(reading).unwrap(), seq_len: 128 }
}

/// A GPT-2 of even layers with 4 heads, a vocabulary of 1000 in one cluster, and 192 positions.
pub(crate) fn gpt2(n_layer: usize, d_model: usize, d_inner: usize) -> Subject {
    decoder(DecoderFamily::Gpt2, n_layer, d_model, d_inner)
}

/// The same as a Transformer-XL.
pub(crate) fn transformer_xl(n_layer: usize, d_model: usize, d_inner: usize) -> Subject {
    decoder(DecoderFamily::TransformerXl, n_layer, d_model, d_inner)
}

fn decoder(family: DecoderFamily, n_layer: usize, d_model: usize, d_inner: usize) -> Subject {
    let arch = DecoderArch {
        family,
        n_layer,
        d_model,
        d_embed: None,
        div_val: 1,
        n_head: vec![4; n_layer],
        d_inner: vec![d_inner; n_layer],
        n_token: 1000,
        cutoffs: vec![1000],
        tie_projs: vec![false],
        tgt_len: 192,
        mem_len: 192,
    };
    Subject { network: Architecture::Decoder(arch).network(Reading::Declared).unwrap(), seq_len: 128 }
}

/// The score at default parameters.
pub(crate) fn score(proxy: &Proxy, subject: &Subject) -> f64 {
    score_with(proxy, subject, &proxy.default_params())
}

/// The score at given parameters.
pub(crate) fn score_with(proxy: &Proxy, subject: &Subject, params: &Params) -> f64 {
    proxy.score(subject, params).score.unwrap()
}

/// A score that is a whole number.
pub(crate) fn count(proxy: &Proxy, subject: &Subject) -> u64 {
    let score = score(proxy, subject);
    assert!(score.fract() == 0.0 && (0.0..2_f64.powi(53)).contains(&score), "{}: {score}", proxy.name);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked on the line above")]
    let count = score as u64;
    count
}
