//! How fast the forward pass is, as a fraction of what the machine multiplies.
//!
//! `cargo run -p proxyrank-nn --example forward_rate [NETWORKS] [COMPOSED]`
//!
//! In one run, on all threads of rayon's pool (`RAYON_NUM_THREADS`): the rate of plain matrix products, then that of
//! the `as_trained` networks which the benchmark's own sampler draws, 16 sequences of 128 tokens each, with the fast
//! engine (all NETWORKS, default 100) and with candle's operations (the first COMPOSED, default 10); each is the best of
//! three passes. Only the multiply-accumulates of matrix products count, attention included.
#![allow(clippy::print_stdout, reason = "an example reports on standard output")]

use std::time::{Duration, Instant};

use candle_core::Device;
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use proxyrank_nn::{
    Collect, ComposedEngine, Depth, EncoderWeights, Engine, FastEngine, ForwardOptions, Head, Initialiser,
    NnError, Site, TokenBatch,
};
use proxyrank_space::flexibert::{EncoderNetwork, Sampler};
use proxyrank_space::{Network, Reading, counts};
use rayon::prelude::*;

const BATCH: usize = 16;
const SEQ_LEN: usize = 128;

/// Best rate in GFLOP/s of independent products (rows, columns, inner), one on each thread.
fn product_rate(rows: usize, columns: usize, inner: usize) -> f64 {
    let threads = rayon::current_num_threads();
    let flops = 2.0 * (rows * columns * inner) as f64;
    let (a, b) = (vec![0.5_f32; rows * inner], vec![0.5_f32; columns * inner]);
    let mut targets = vec![vec![0.0_f32; rows * columns]; threads];
    // About 20 ms of work.
    let repeats = 1 + 1_000_000_000 / (rows * columns * inner);
    let times = (0..7).map(|_| {
        let start = Instant::now();
        targets.par_iter_mut().for_each(|target| {
            for _ in 0..repeats {
                matmul(
                    MatMut::from_row_major_slice_mut(target, rows, columns),
                    Accum::Replace,
                    MatRef::from_row_major_slice(&a, rows, inner),
                    MatRef::from_row_major_slice(&b, columns, inner).transpose(),
                    1.0,
                    Par::Seq,
                );
            }
        });
        start.elapsed().as_secs_f64()
    });
    let best = times.fold(f64::INFINITY, f64::min);
    flops * (repeats * threads) as f64 / best / 1e9
}

fn machine_rate() -> f64 {
    let shapes =
        [(512, 512, 512), (1024, 1024, 1024), (2048, 2048, 512), (256, 1024, 256), (512, 1024, 1024)];
    let rates = shapes.map(|(rows, columns, inner)| {
        let rate = product_rate(rows, columns, inner);
        println!("  product {rows} x {columns} x {inner}: {rate:.0} GFLOP/s");
        rate
    });
    rates.into_iter().fold(0.0, f64::max)
}

fn flops(network: &EncoderNetwork) -> f64 {
    let macs = counts::macs(&Network::Encoder(network.clone()), SEQ_LEN);
    macs.map_or(0.0, |macs| macs.flops() as f64 * BATCH as f64)
}

/// Best time of three passes.
fn time(
    engine: &impl Engine<f32>,
    weights: &EncoderWeights<f32>,
    batch: &TokenBatch,
    options: ForwardOptions,
) -> Result<Duration, NnError> {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        engine.forward(weights, batch, options, |_| Collect::new(Site::Logits))?;
        best = best.min(start.elapsed());
    }
    Ok(best)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>());
    let networks = arguments.next().transpose()?.unwrap_or(100);
    let composed = arguments.next().transpose()?.unwrap_or(10);
    println!("{} threads", rayon::current_num_threads());
    let rate = machine_rate();
    let ids = (0..2048_u32).map(|i| 1000 + i.wrapping_mul(2_654_435_761) % 29_000).collect();
    let batch = TokenBatch::new(ids, BATCH, SEQ_LEN)?;
    let initialiser = Initialiser::new(0);
    let (fast, reference) = (FastEngine::new(), ComposedEngine::new(Device::Cpu));
    let spectra = ForwardOptions { depth: Depth::LastFfnInput, ..ForwardOptions::EVAL };
    let mut memory = Vec::new();
    let (mut drawing, mut full, mut short, mut stock) =
        (Duration::ZERO, Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let (mut work, mut stock_work, mut fractions) = (0.0, 0.0, 0.0);
    for (index, arch) in Sampler::new(0).take(networks).enumerate() {
        let network = arch.network(Reading::AsTrained)?;
        let start = Instant::now();
        let weights = initialiser.encoder_in(&network, Head::None, memory)?;
        // The embedding tables are drawn with the first network and then shared.
        drawing += if index == 0 { Duration::ZERO } else { start.elapsed() };
        let elapsed = time(&fast, &weights, &batch, ForwardOptions::EVAL)?;
        full += elapsed;
        work += flops(&network);
        fractions += flops(&network) / elapsed.as_secs_f64() / 1e9 / rate;
        short += time(&fast, &weights, &batch, spectra)?;
        if index < composed {
            stock += time(&reference, &weights, &batch, ForwardOptions::EVAL)?;
            stock_work += flops(&network);
        }
        memory = weights.into_body();
    }
    let again = machine_rate();
    let rate = rate.max(again);
    let of_rate = |work: f64, time: Duration| {
        let reached = work / time.as_secs_f64() / 1e9;
        format!("{reached:.0} GFLOP/s, {:.0}% of {rate:.0}", 100.0 * reached / rate)
    };
    let each = |time: Duration, count: usize| 1e3 * time.as_secs_f64() / count.max(1) as f64;
    println!("weights:         {:.1} ms a network", each(drawing, networks.saturating_sub(1)));
    println!("fast, full:      {:.1} ms a network, {}", each(full, networks), of_rate(work, full));
    println!(
        "                 {:.0}% as the mean of the networks' own fractions",
        100.0 * fractions / networks as f64
    );
    println!("fast, spectra:   {:.1} ms a network (to the last layer's FFN input)", each(short, networks));
    if composed > 0 {
        let count = composed.min(networks);
        println!("candle:          {:.1} ms a network, {}", each(stock, count), of_rate(stock_work, stock));
    }
    println!("workspaces:      {:.1} MB", fast.workspace_bytes() as f64 / 1e6);
    Ok(())
}
