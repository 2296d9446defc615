//! How fast sub-networks are evaluated and super-networks trained, on random weights of `MiniLM`'s size and random texts as long as RTE's:
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

/// Wall-clock and processor seconds; the latter, where the system tells them, are what counts on a machine that others use as well.
struct Clock {
    start: Instant,
    used: f64,
}

impl Clock {
    fn start() -> Self {
        Self { start: Instant::now(), used: used() }
    }

    fn read(&self) -> (f64, f64) {
        (self.start.elapsed().as_secs_f64(), used() - self.used)
    }
}

/// Processor seconds of this process so far, in ticks of 10 ms.
fn used() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may have spaces in it, user time is field 12 and system time field 13.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// GFLOP/s of a plain product of large matrices on one core, for comparison.
fn plain_rate() -> f64 {
    const SIZE: usize = 1024;
    const TIMES: usize = 40;
    let a = faer::Mat::<f32>::from_fn(SIZE, SIZE, |i, j| (i % 7) as f32 - (j % 5) as f32);
    let mut target = faer::Mat::<f32>::zeros(SIZE, SIZE);
    let clock = Clock::start();
    for _ in 0..TIMES {
        let (accumulate, par) = (faer::Accum::Replace, faer::Par::Seq);
        faer::linalg::matmul::matmul(target.as_mut(), accumulate, a.as_ref(), a.as_ref(), 1.0, par);
    }
    2.0 * (TIMES * SIZE.pow(3)) as f64 / clock.read().1 / 1e9
}

#[expect(clippy::print_stdout, reason = "an example that prints what it measures")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count = std::env::args().nth(1).map_or(Ok(TEXTS), |text| text.parse())?;
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let weights = Weights::random(config(), 2, 0);
    let texts = texts(count, &mut rng);
    let tokens: usize = texts.iter().map(|text| text.ids.len()).sum();
    println!("{count} texts, {tokens} tokens; a plain product runs at {:.0} GFLOP/s a core", plain_rate());
    let evaluate = |masks: &Masks| -> Result<(), Box<dyn std::error::Error>> {
        Pruned::new(&weights, masks)?.logits(&texts)?;
        Ok(())
    };
    let full = Masks::full(weights.config.shape());
    evaluate(&full)?;
    let clock = Clock::start();
    evaluate(&full)?;
    let (wall, cpu) = clock.read();
    let rate = 2.0 * 10.6e6 * tokens as f64 / cpu / 1e9;
    println!(
        "whole network, sliced: {wall:.2} s, {cpu:.2} s of processor ({rate:.0} GFLOP/s a core, as if nothing were left out)"
    );
    for kind in SpaceKind::ALL {
        let space = Space::new(kind, weights.config.shape());
        let clock = Clock::start();
        for _ in 0..8 {
            evaluate(&space.masks(&space.sample(Sampler::Config, &mut rng))?)?;
        }
        let (wall, cpu) = clock.read();
        println!("{kind}: an evaluation in {:.2} s, {:.2} s of processor", wall / 8.0, cpu / 8.0);
    }
    let encoder = MaskedEncoder::new(&weights, DType::F32)?;
    let mut padded: Vec<Text> = texts.iter().take(MASKED).cloned().collect();
    // One text of the full length in each batch pads the others.
    for text in padded.iter_mut().step_by(8) {
        text.ids.resize(128, 0);
        text.segments.resize(128, 0);
    }
    let clock = Clock::start();
    for batch in padded.chunks(8) {
        encoder.logits(batch, Some(&full), None)?;
    }
    let (wall, cpu) = clock.read();
    let all = count as f64 / padded.len() as f64;
    println!(
        "masked, in candle, batches of 8 padded to 128: {:.2} s for all texts, {:.2} s of processor",
        wall * all,
        cpu * all
    );
    let labels = Labels::Classes((0..texts.len()).map(|place| u32::from(place % 2 == 0)).collect());
    let examples = Examples::new(texts, labels)?;
    for strategy in Strategy::ALL {
        let space = Space::new(SpaceKind::Small, weights.config.shape());
        let mut run = SuperNet::new(Settings::new(space, strategy, 0), weights.clone(), &examples)?;
        run.step()?;
        let clock = Clock::start();
        for _ in 0..8 {
            run.step()?;
        }
        let (wall, cpu) = clock.read();
        println!("{strategy}: a step of 8 examples in {:.3} s, {:.3} s of processor", wall / 8.0, cpu / 8.0);
    }
    Ok(())
}
