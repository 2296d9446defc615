//! The forward pass of single architectures: fast kernels against candle's operations, and what weights cost.

use std::hint::black_box;

use candle_core::Device;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use proxyrank_nn::{
    Collect, ComposedEngine, Depth, EncoderWeights, Engine, FastEngine, ForwardOptions, Head, Initialiser,
    Site, TokenBatch,
};
use proxyrank_space::flexibert::{EncoderLayer, EncoderNetwork};
use proxyrank_space::{Network, Operation, counts};

const BATCH: usize = 16;
const SEQ_LEN: usize = 128;

/// The narrowest and the widest network of the `as_trained` reading, and one with a linear transform.
fn networks() -> Vec<(&'static str, EncoderNetwork)> {
    let network = |hidden, operation, heads, inner: &[usize]| {
        let ffn_widths = [&[hidden], inner, &[hidden]].concat();
        EncoderNetwork::new(hidden, vec![EncoderLayer { operation, heads, ffn_widths }; 2])
    };
    vec![
        ("sdp 128", network(128, Operation::Sdp, 4, &[512])),
        ("sdp 256", network(256, Operation::Sdp, 2, &[1024, 1024, 1024])),
        ("dft 256", network(256, Operation::Dft, 4, &[1024])),
    ]
}

fn batch() -> Option<TokenBatch> {
    let ids = (0..2048_u32).map(|i| 1000 + i.wrapping_mul(2_654_435_761) % 29_000);
    TokenBatch::new(ids.collect(), BATCH, SEQ_LEN).ok()
}

/// Operations of the matrix products, so that criterion's "elements per second" is a rate in FLOP/s.
fn flops(network: &EncoderNetwork) -> Throughput {
    let macs = counts::macs(&Network::Encoder(network.clone()), SEQ_LEN);
    Throughput::Elements(macs.map_or(0, |macs| macs.flops() * BATCH as u64))
}

fn run(
    engine: &impl Engine<f32>,
    weights: &EncoderWeights<f32>,
    batch: &TokenBatch,
    options: ForwardOptions,
) -> bool {
    engine.forward(weights, black_box(batch), options, |_| Collect::new(Site::Logits)).is_ok()
}

fn forward(criterion: &mut Criterion) {
    let Some(batch) = batch() else { return };
    let initialiser = Initialiser::new(0);
    let (fast, composed) = (FastEngine::new(), ComposedEngine::new(Device::Cpu));
    let spectra = ForwardOptions { depth: Depth::LastFfnInput, ..ForwardOptions::EVAL };
    let mut group = criterion.benchmark_group("forward 16 x 128");
    group.sample_size(20);
    for (name, network) in networks() {
        let Ok(weights) = initialiser.encoder(&network, Head::None) else { continue };
        group.throughput(flops(&network));
        group.bench_function(BenchmarkId::new("fast", name), |bencher| {
            bencher.iter(|| run(&fast, &weights, &batch, ForwardOptions::EVAL));
        });
        group.bench_function(BenchmarkId::new("fast to the last FFN input", name), |bencher| {
            bencher.iter(|| run(&fast, &weights, &batch, spectra));
        });
        group.bench_function(BenchmarkId::new("candle", name), |bencher| {
            bencher.iter(|| run(&composed, &weights, &batch, ForwardOptions::EVAL));
        });
    }
    group.finish();
}

fn initialisation(criterion: &mut Criterion) {
    let initialiser = Initialiser::<f32>::new(0);
    let mut group = criterion.benchmark_group("initial weights");
    for (name, network) in networks() {
        let mut memory = Vec::new();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let weights = initialiser.encoder_in(&network, Head::None, std::mem::take(&mut memory));
                memory = weights.map(EncoderWeights::into_body).unwrap_or_default();
                memory.len()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, forward, initialisation);
criterion_main!(benches);
