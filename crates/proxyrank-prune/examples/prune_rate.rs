//! How fast sub-networks are evaluated and super-networks trained, on random weights of MiniLM's size and random texts as long as RTE's:
//!
//! ```text
//! cargo run -p proxyrank-prune --example prune_rate -- [TEXTS]
//! ```

use std::time::Instant;

use candle_core::DType;
use proxyrank_prune::encoder::{EncoderConfig, MaskedEncoder, Pruned, Text, Weights};
use proxyrank_prune::space::{Masks, Sampler, Space, SpaceKind};
use proxyrank_prune::supernet::{Examples, Labels, Settings, Strategy, SuperNet};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Texts of RTE's validation part.
const TEXTS: usize = 747;
/// Of which the masked path, padded to 128, sees this many.
const MASKED: usize = 32;

fn config() -> EncoderConfig {
    EncoderConfig {
        vocab_size: 30_522,
        hidden_size: 384,
        num_hidden_layers: 6,
        num_attention_heads: 12,
        intermediate_size: 1536,
        hidden_act: "gelu".to_owned(),
        hidden_dropout_prob: 0.1,
        attention_probs_dropout_prob: 0.1,
        max_position_embeddings: 512,
        type_vocab_size: 2,
        layer_norm_eps: 1e-12,
        initializer_range: 0.02,
    }
}

/// Lengths with about RTE's distribution when cut at 128: median 55, mean 65, a tenth at the limit.
fn texts(count: usize, rng: &mut ChaCha8Rng) -> Vec<Text> {
    let mut text = || {
        let u: f64 = rng.random();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a length")]
        let len = ((26.0 - 42.0 * (1.0 - u).ln()) as usize).min(128);
        Text { ids: (0..len).map(|_| rng.random_range(1000..30_000)).collect(), segments: vec![0; len] }
    };
    (0..count).map(|_| text()).collect()
}

#[expect(clippy::print_stdout, reason = "an example that prints what it measures")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count = std::env::args().nth(1).map_or(Ok(TEXTS), |text| text.parse())?;
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let weights = Weights::random(config(), 2, 0);
    let texts = texts(count, &mut rng);
    let tokens: usize = texts.iter().map(|text| text.ids.len()).sum();
    println!("{count} texts, {tokens} tokens");
    let seconds = |masks: &Masks| -> Result<f64, Box<dyn std::error::Error>> {
        let start = Instant::now();
        Pruned::new(&weights, masks)?.logits(&texts)?;
        Ok(start.elapsed().as_secs_f64())
    };
    let full = Masks::full(weights.config.shape());
    seconds(&full)?;
    let whole = seconds(&full)?;
    let operations = 2.0 * 10.6e6 * tokens as f64;
    println!(
        "whole network, sliced: {whole:.2} s ({:.0} GFLOP/s before what is left out)",
        operations / whole / 1e9
    );
    for kind in SpaceKind::ALL {
        let space = Space::new(kind, weights.config.shape());
        let mut total = 0.0;
        for _ in 0..8 {
            total += seconds(&space.masks(&space.sample(Sampler::Config, &mut rng))?)?;
        }
        println!("{kind}: {:.1} evaluations a minute", 8.0 * 60.0 / total);
    }
    let encoder = MaskedEncoder::new(&weights, DType::F32)?;
    let mut padded: Vec<Text> = texts.iter().take(MASKED).cloned().collect();
    padded[0].ids.resize(128, 0);
    padded[0].segments.resize(128, 0);
    let start = Instant::now();
    for batch in padded.chunks(8) {
        encoder.logits(batch, Some(&full), None)?;
    }
    let masked = start.elapsed().as_secs_f64() / MASKED.min(count) as f64 * count as f64;
    println!("masked, in candle, batches of 8 padded to their longest: {masked:.1} s for all texts");
    let labels = Labels::Classes((0..texts.len()).map(|place| u32::from(place % 2 == 0)).collect());
    let examples = Examples::new(texts, labels)?;
    for strategy in Strategy::ALL {
        let space = Space::new(SpaceKind::Small, weights.config.shape());
        let mut run = SuperNet::new(Settings::new(space, strategy, 0), weights.clone(), &examples)?;
        run.step()?;
        let start = Instant::now();
        for _ in 0..8 {
            run.step()?;
        }
        println!("{strategy}: {:.3} s a step of 8 examples", start.elapsed().as_secs_f64() / 8.0);
    }
    Ok(())
}
