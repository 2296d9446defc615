//! How fast forward, backward and second-order passes are, as fractions of what the machine multiplies.
//!
//! `cargo run -p proxyrank-nn --example gradient_rate [NETWORKS] [CURVATURES]`
//!
//! In one run, on all threads of rayon's pool (`RAYON_NUM_THREADS`), for the first NETWORKS (default 25) `as_trained`
//! networks of the benchmark's own sampler, 16 sequences of 128 tokens each: the rate of plain matrix products, measured
//! again before every network; a forward pass with logits; forward and backward under the replaced-token loss; the same
//! with every activation, output and gradient shown to a visitor that does nothing with them; for the first CURVATURES
//! (default 5) a Hessian-vector product. Each is the best of three, the last excepted. Multiply-accumulates of matrix
//! products count: with a backward pass three times, with second order eight times those of a forward pass, and
//! nothing is taken off for what need not be computed.
#![allow(clippy::print_stdout, reason = "an example reports on standard output")]

mod rate;

use proxyrank_nn::{
    Block, Collect, CurvatureEngine, Dropout, EncoderInput, Engine, Event, FastEngine, ForwardOptions,
    GradientEngine, GradientEvent, GradientVisitor, Head, Initialiser, Loss, Site, TokenBatch, Visitor,
};
use proxyrank_space::flexibert::{EncoderNetwork, Sampler};
use proxyrank_space::{Network, Reading, counts};
use rate::{Cost, Total, peak_memory, product_cost};

const BATCH: usize = 16;
const SEQ_LEN: usize = 128;

/// Wants everything or nothing, and forgets it.
#[derive(Clone, Copy, PartialEq)]
enum Looker {
    Curious,
    Blind,
}

impl Visitor<f32> for Looker {
    fn wants(&self, _site: Site) -> bool {
        *self == Self::Curious
    }

    fn visit(&mut self, _event: &Event<'_, f32>) {}
}

impl GradientVisitor<f32> for Looker {
    fn wants_gradient(&self, _site: Site) -> bool {
        *self == Self::Curious
    }

    fn wants_outputs(&self) -> bool {
        *self == Self::Curious
    }

    fn visit_gradient(&mut self, _event: &GradientEvent<'_, f32>) {}
}

fn flops(network: &EncoderNetwork) -> f64 {
    let macs = counts::macs(&Network::Encoder(network.clone()), SEQ_LEN);
    macs.map_or(0.0, |macs| macs.flops() as f64 * BATCH as f64)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>());
    let networks = arguments.next().transpose()?.unwrap_or(25);
    let curvatures = arguments.next().transpose()?.unwrap_or(5);
    println!("{} threads", rayon::current_num_threads());
    let ids: Vec<u32> = (0..2048_u32).map(|i| 1000 + i.wrapping_mul(2_654_435_761) % 29_000).collect();
    let labels: Vec<bool> = ids.iter().map(|id| id % 7 == 0).collect();
    let batch = TokenBatch::new(ids, BATCH, SEQ_LEN)?;
    let input = EncoderInput::Tokens(&batch);
    let loss = Loss::ReplacedTokens(&labels);
    let initialiser = Initialiser::new(0);
    let engine = FastEngine::new();
    let (mut memory, mut rates) = (Vec::new(), Vec::new());
    let [mut forward, mut both, mut watched, mut curvature] = [(); 4].map(|()| Total::default());
    for (index, arch) in Sampler::new(0).take(networks).enumerate() {
        let network = arch.network(Reading::AsTrained)?;
        let weights = initialiser.encoder_in(&network, Head::Discriminator, memory)?;
        let (product, flops) = (product_cost()?, flops(&network));
        rates.push(1.0 / product.wall);
        let cost = Cost::best(3, || {
            engine.forward(&weights, &batch, ForwardOptions::EVAL, |_: Block| Collect::new(Site::Logits))?;
            Ok(())
        })?;
        forward.add(cost, flops, product);
        let mut gradient = Vec::new();
        for (looker, total) in [(Looker::Blind, &mut both), (Looker::Curious, &mut watched)] {
            let cost = Cost::best(3, || {
                engine.recycle(std::mem::take(&mut gradient));
                gradient = engine.gradient(&weights, input, loss, Dropout::Off, |_| looker)?.gradient.body;
                Ok(())
            })?;
            total.add(cost, 3.0 * flops, product);
        }
        if index < curvatures {
            let cost = Cost::of(|| {
                let product = engine.hessian_product(&weights, input, loss, Dropout::Off, &gradient)?;
                engine.recycle(product);
                Ok(())
            })?;
            curvature.add(cost, 8.0 * flops, product);
        }
        engine.recycle(gradient);
        memory = weights.into_body();
    }
    rates.sort_by(f64::total_cmp);
    println!("matmul rate {:.0} GFLOP/s (median of {})", rates[rates.len() / 2], rates.len());
    forward.print("forward:            ");
    both.print("forward + backward: ");
    watched.print("all of it shown:    ");
    if curvatures > 0 {
        curvature.print("Hessian product:    ");
    }
    println!("memory of the engine {:.0} MB", engine.workspace_bytes() as f64 / 1e6);
    if let Some(peak) = peak_memory() {
        println!("peak memory of the process {peak:.0} MB");
    }
    Ok(())
}
