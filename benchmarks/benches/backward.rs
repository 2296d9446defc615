//! Derivatives of single architectures: gradients and Hessian-vector products of one network, and the way back through
//! each operation.

use std::hint::black_box;

use candle_core::Device;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use proxyrank_nn::{
    Blind, ComposedEngine, CurvatureEngine, Dropout, EncoderInput, EncoderWeights, FastEngine,
    GradientEngine, Head, Initialiser, Loss, TokenBatch,
};
use proxyrank_space::flexibert::{DscKernel, EncoderLayer, EncoderNetwork, Sampler};
use proxyrank_space::{Network, Operation, Reading, counts};

const BATCH: usize = 16;
const SEQ_LEN: usize = 128;

/// Products of a pass, in forward passes: a product comes back as two, and each of these three, on dual numbers, is
/// nearly three of reals. As much is counted for every network, whatever need not be computed.
const GRADIENT: u64 = 3;
const HESSIAN: u64 = 8;

/// The first network that the benchmark's own sampler draws, as the released code trains it.
fn as_trained() -> Option<EncoderNetwork> {
    Sampler::new(0).next()?.network(Reading::AsTrained).ok()
}

/// One layer of each operation over a chain of one unit, so that all but the operation is small; and one whose chain, with
/// its GELUs and its norm, is nearly all of it.
fn layers() -> Vec<(&'static str, EncoderNetwork)> {
    let layer = |operation, inner: &[usize]| {
        let ffn_widths = [&[256], inner, &[256]].concat();
        EncoderNetwork::new(256, vec![EncoderLayer { operation, heads: 4, ffn_widths }])
    };
    vec![
        ("sdp", layer(Operation::Sdp, &[1])),
        ("wma", layer(Operation::Wma, &[1])),
        ("dft", layer(Operation::Dft, &[1])),
        ("dct", layer(Operation::Dct, &[1])),
        ("dsc 5", layer(Operation::Dsc { kernel: DscKernel::Five }, &[1])),
        ("dsc 9", layer(Operation::Dsc { kernel: DscKernel::Nine }, &[1])),
        ("chain", layer(Operation::Dct, &[1024, 1024, 1024])),
    ]
}

fn ids() -> Vec<u32> {
    (0..2048_u32).map(|i| 1000 + i.wrapping_mul(2_654_435_761) % 29_000).collect()
}

/// Operations of the matrix products, so that criterion's "elements per second" is a rate in FLOP/s.
fn flops(network: &EncoderNetwork, passes: u64) -> Throughput {
    let macs = counts::macs(&Network::Encoder(network.clone()), SEQ_LEN);
    Throughput::Elements(macs.map_or(0, |macs| passes * macs.flops() * BATCH as u64))
}

/// A network's weights and what its replaced-token loss is of.
struct Problem {
    weights: EncoderWeights<f32>,
    batch: TokenBatch,
    replaced: Vec<bool>,
}

impl Problem {
    fn new(initialiser: &Initialiser<f32>, network: &EncoderNetwork) -> Option<Self> {
        let replaced = ids().iter().map(|id| id % 7 == 0).collect();
        let batch = TokenBatch::new(ids(), BATCH, SEQ_LEN).ok()?;
        Some(Self { weights: initialiser.encoder(network, Head::Discriminator).ok()?, batch, replaced })
    }

    /// Forward and backward; gives the gradient.
    fn gradient(&self, engine: &impl GradientEngine<f32>) -> Vec<f32> {
        let (input, loss) =
            (EncoderInput::Tokens(black_box(&self.batch)), Loss::ReplacedTokens(&self.replaced));
        let pass = engine.gradient(&self.weights, input, loss, Dropout::Off, |_| Blind);
        pass.map_or_else(|_| Vec::new(), |pass| pass.gradient.body)
    }

    /// The Hessian times the weights.
    fn hessian_product(&self, engine: &impl CurvatureEngine<f32>) -> Vec<f32> {
        let (input, loss) =
            (EncoderInput::Tokens(black_box(&self.batch)), Loss::ReplacedTokens(&self.replaced));
        let direction = self.weights.body();
        engine.hessian_product(&self.weights, input, loss, Dropout::Off, direction).unwrap_or_default()
    }
}

fn derivatives(criterion: &mut Criterion) {
    let Some(network) = as_trained() else { return };
    let Some(problem) = Problem::new(&Initialiser::new(0), &network) else { return };
    let (fast, composed) = (FastEngine::new(), ComposedEngine::new(Device::Cpu));
    let mut group = criterion.benchmark_group("derivatives 16 x 128");
    group.sample_size(10);
    group.throughput(flops(&network, GRADIENT));
    group.bench_function(BenchmarkId::new("fast", "forward and backward"), |bencher| {
        bencher.iter(|| fast.recycle(problem.gradient(&fast)));
    });
    group.bench_function(BenchmarkId::new("candle", "forward and backward"), |bencher| {
        bencher.iter(|| problem.gradient(&composed));
    });
    group.throughput(flops(&network, HESSIAN));
    group.bench_function(BenchmarkId::new("fast", "Hessian product"), |bencher| {
        bencher.iter(|| fast.recycle(problem.hessian_product(&fast)));
    });
    group.finish();
}

fn operations(criterion: &mut Criterion) {
    let initialiser = Initialiser::new(0);
    let fast = FastEngine::new();
    let mut group = criterion.benchmark_group("one layer 16 x 128");
    group.sample_size(20);
    for (name, network) in layers() {
        let Some(problem) = Problem::new(&initialiser, &network) else { continue };
        group.throughput(flops(&network, GRADIENT));
        group.bench_function(BenchmarkId::new("forward and backward", name), |bencher| {
            bencher.iter(|| fast.recycle(problem.gradient(&fast)));
        });
        group.throughput(flops(&network, HESSIAN));
        group.bench_function(BenchmarkId::new("Hessian product", name), |bencher| {
            bencher.iter(|| fast.recycle(problem.hessian_product(&fast)));
        });
    }
    group.finish();
}

criterion_group!(benches, derivatives, operations);
criterion_main!(benches);
