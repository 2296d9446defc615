//! How fast training steps are, as fractions of what the machine multiplies.
//!
//! `cargo run -p proxyrank-nn --example train_rate [STEPS]`
//!
//! In one run, on all threads of rayon's pool (`RAYON_NUM_THREADS`): the rate of plain matrix products, measured again before
//! every network; then for some networks of FlexiBERT and of its quarter the best of STEPS (default 5) steps of replaced-token
//! detection with dropout, the optimiser included. Multiply-accumulates of matrix products count, three times those of a forward
//! pass of generator and discriminator, the generator's vocabulary at the hidden tokens included.
#![allow(clippy::print_stdout, reason = "an example reports on standard output")]

use std::time::Instant;

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use proxyrank_nn::train::{AdamW, Attention, Electra, ElectraSettings, Positions, Schedule};
use proxyrank_nn::{MaskedToken, NnError, TokenBatch};
use proxyrank_space::flexibert::{EncoderNetwork, QuarterArch, Sampler};
use proxyrank_space::{Network, Reading, counts};
use rayon::prelude::*;

const NETWORKS: usize = 6;

/// Floating-point operations a second of products of 512 x 512 matrices, on every thread of the pool at once.
fn matmul_rate() -> f64 {
    const SIZE: usize = 512;
    const PRODUCTS: usize = 8;
    let matrix: Vec<f32> = (0..SIZE * SIZE).map(|i| (i % 7) as f32).collect();
    let best = (0..3).map(|_| {
        let started = Instant::now();
        (0..rayon::current_num_threads()).into_par_iter().for_each(|_| {
            let mut target = vec![0.0_f32; SIZE * SIZE];
            let factor = MatRef::from_row_major_slice(&matrix, SIZE, SIZE);
            for _ in 0..PRODUCTS {
                let target = MatMut::from_row_major_slice_mut(&mut target, SIZE, SIZE);
                matmul(target, Accum::Replace, factor, factor, 1.0, Par::Seq);
            }
        });
        started.elapsed().as_secs_f64()
    });
    let work = 2 * SIZE.pow(3) * PRODUCTS * rayon::current_num_threads();
    work as f64 / best.fold(f64::INFINITY, f64::min)
}

fn narrowed(network: &EncoderNetwork, divisor: usize) -> EncoderNetwork {
    let mut narrow = network.clone();
    narrow.hidden_size /= divisor;
    for layer in &mut narrow.layers {
        layer.ffn_widths.iter_mut().for_each(|width| *width /= divisor);
    }
    narrow
}

/// Best seconds of a step, and its floating-point operations.
fn step(
    network: &EncoderNetwork,
    divisor: usize,
    shape: (usize, usize),
    steps: usize,
) -> Result<(f64, f64), NnError> {
    let (batch, seq_len) = shape;
    let generator = narrowed(network, divisor);
    let settings = ElectraSettings {
        optimiser: AdamW::ELECTRA,
        schedule: Schedule { peak: 1e-4, warmup: 10, steps: 1000 },
        generator_weight: 1.0,
        discriminator_weight: 50.0,
        init_seed: 0,
        initial_scale: 1.0,
        positions: Positions::Drawn,
        attention: Attention::Drawn,
        noise: Some(0),
        exit: None,
    };
    let mut electra = Electra::new(&generator, network, settings)?;
    let id = |row: usize| u32::try_from(5 + row * 7919 % (network.vocab_size - 5)).unwrap_or(5);
    let ids: Vec<u32> = (0..batch * seq_len).map(id).collect();
    let targets: Vec<MaskedToken> =
        (0..ids.len()).step_by(7).map(|row| MaskedToken { row, id: ids[row] }).collect();
    let mut hidden = ids.clone();
    for target in &targets {
        hidden[target.row] = 4;
    }
    let (tokens, hidden) = (TokenBatch::new(ids, batch, seq_len)?, TokenBatch::new(hidden, batch, seq_len)?);
    let mut best = f64::INFINITY;
    for _ in 0..=steps {
        let started = Instant::now();
        electra.step(&tokens, &hidden, &targets)?;
        best = best.min(started.elapsed().as_secs_f64());
    }
    let flops = |network: &EncoderNetwork| {
        counts::macs(&Network::Encoder(network.clone()), seq_len).map_or(0, |macs| macs.flops()) as f64
    };
    let vocabulary = 2 * targets.len() * network.embedding_size * network.vocab_size;
    let forward = batch as f64 * (flops(network) + flops(&generator)) + vocabulary as f64;
    Ok((best, 3.0 * forward))
}

fn main() -> Result<(), NnError> {
    let steps = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(5);
    println!("threads {}", rayon::current_num_threads());
    let drawn: Vec<_> = Sampler::new(1).take(NETWORKS).collect();
    let quarter = drawn.iter().filter_map(|arch| QuarterArch::of(arch).network(Reading::Declared).ok());
    let full = drawn.iter().filter_map(|arch| arch.network(Reading::AsTrained).ok());
    let sizes =
        [("quarter", quarter.collect::<Vec<_>>(), 2, (16, 64)), ("full", full.collect(), 4, (16, 128))];
    for (name, networks, divisor, shape) in sizes {
        let (mut seconds, mut share) = (0.0, 0.0);
        for network in &networks {
            let rate = matmul_rate();
            let (best, flops) = step(network, divisor, shape, steps)?;
            println!(
                "{name} h{} L{}: {:.0} tokens/s, {:.1} GFLOP/s of {:.1} ({:.0}%)",
                network.hidden_size,
                network.layers.len(),
                (shape.0 * shape.1) as f64 / best,
                flops / best / 1e9,
                rate / 1e9,
                100.0 * flops / best / rate
            );
            seconds += best;
            share += flops / rate;
        }
        let tokens = (networks.len() * shape.0 * shape.1) as f64;
        println!(
            "{name}: {:.0} tokens/s, {:.0}% of the matmul rate",
            tokens / seconds,
            100.0 * share / seconds
        );
    }
    Ok(())
}
