//! How fast decoders run, as fractions of what the machine multiplies.
//!
//! `cargo run -p proxyrank-nn --example decoder_rate [LAYERS] [WIDTH] [INNER] [WORDS]`
//!
//! A GPT-2 and a Transformer-XL of the same size (default 6 layers of width 256 with 8 heads and 1024 in between, and the 267,736
//! words of WikiText-103 in the clusters of `LiteTransformerSearch`), 16 sequences of 192 tokens drawn by Zipf's law, on all threads of rayon's
//! pool: the rate of plain matrix products; a forward pass; forward and backward from the hidden state; the same from the likelihood of
//! the next token, logits included; a Hessian-vector product. Each is the best of three, the last excepted. Multiply-accumulates of
//! matrix products count, three times with a backward pass and eight times with second order; the tails' logits, of which few are computed,
//! are left out.
#![allow(clippy::print_stdout, reason = "an example reports on standard output")]

mod rate;

use proxyrank_nn::{
    Blind, CurvatureEngine, DecoderInput, DecoderLoss, Dropout, Engine, FastEngine, ForwardOptions,
    GradientEngine, Initialiser, TableExtent, TokenBatch,
};
use proxyrank_space::{DecoderArch, DecoderFamily, Network, counts};
use rate::{Cost, Total, peak_memory, product_cost};

const BATCH: usize = 16;
const SEQ_LEN: usize = 192;

/// Ranks by Zipf's law, from a sequence without a pattern.
fn ids(count: usize, words: usize) -> Vec<u32> {
    let law = |index: usize| {
        let uniform = (index as f64 * 0.754_877_666_246_693).fract();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank below the number of words"
        )]
        let rank = ((words as f64).powf(uniform) - 1.0) as u32;
        rank
    };
    (0..count).map(law).collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sizes: Vec<usize> = std::env::args().skip(1).map(|size| size.parse()).collect::<Result<_, _>>()?;
    let size = |place: usize, default| sizes.get(place).copied().unwrap_or(default);
    let (layers, d_model, inner, words) = (size(0, 6), size(1, 256), size(2, 1024), size(3, 267_736));
    println!(
        "{} threads, {layers} layers of {d_model} and {inner}, {words} words",
        rayon::current_num_threads()
    );
    let batch = TokenBatch::new(ids(BATCH * SEQ_LEN, words), BATCH, SEQ_LEN)?;
    let labels: Vec<u32> = batch.ids().iter().rev().copied().collect();
    let hidden = vec![1.0; BATCH * SEQ_LEN * d_model];
    for family in [DecoderFamily::Gpt2, DecoderFamily::TransformerXl] {
        let arch = DecoderArch {
            family,
            n_layer: layers,
            d_model,
            d_embed: None,
            div_val: 4,
            n_head: vec![8; layers],
            d_inner: vec![inner; layers],
            n_token: words,
            cutoffs: vec![19_997, 39_997, 199_997, words],
            tie_projs: vec![false, true, true, true],
            tgt_len: SEQ_LEN,
            mem_len: SEQ_LEN,
        };
        let network = arch.network()?;
        let mut weights = None;
        let drawn = Cost::best(1, || {
            weights = Some(Initialiser::<f32>::new(0).decoder(&network, TableExtent::Full)?);
            Ok(())
        })?;
        let Some(weights) = weights else { continue };
        let engine = FastEngine::new();
        let flops = counts::macs(&Network::Decoder(network.clone()), SEQ_LEN)?.flops() as f64 * BATCH as f64;
        let first = &network.vocabulary.clusters[0];
        let logits = 2.0 * (BATCH * SEQ_LEN * first.width) as f64 * (first.size + d_model) as f64;
        let (input, product) = (DecoderInput::Tokens(&batch), product_cost()?);
        println!(
            "{family:?}: {:.0} GFLOP a forward pass and {:.0} of logits; drawn in {:.2} s; products at {:.0} GFLOP/s",
            flops / 1e9,
            logits / 1e9,
            drawn.wall,
            1.0 / product.wall
        );
        let mut total = Total::default();
        total.add(
            Cost::best(3, || engine.forward(&weights, &batch, ForwardOptions::EVAL, |_| Blind).map(drop))?,
            flops,
            product,
        );
        total.print("  forward:                  ");
        let mut gradient = Vec::new();
        for (name, loss, flops) in [
            ("  forward + backward:       ", DecoderLoss::Cotangent(&hidden), 3.0 * flops),
            ("  the same with likelihood: ", DecoderLoss::NextTokens(&labels), 3.0 * (flops + logits)),
        ] {
            let cost = Cost::best(3, || {
                engine.recycle(std::mem::take(&mut gradient));
                gradient = engine.gradient(&weights, input, loss, Dropout::Off, |_| Blind)?.gradient.body;
                Ok(())
            })?;
            let mut total = Total::default();
            total.add(cost, flops, product);
            total.print(name);
        }
        let loss = DecoderLoss::NextTokens(&labels);
        let cost = Cost::best(1, || {
            engine.recycle(engine.hessian_product(&weights, input, loss, Dropout::Off, &gradient)?);
            Ok(())
        })?;
        let mut total = Total::default();
        total.add(cost, 8.0 * (flops + logits), product);
        total.print("  Hessian product:          ");
    }
    if let Some(peak) = peak_memory() {
        println!("peak memory of the process {peak:.0} MB");
    }
    Ok(())
}
