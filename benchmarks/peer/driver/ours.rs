//! Our side of the comparison.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use proxyrank_nn::{
    Blind, Collect, Dropout, EncoderInput, EncoderWeights, Engine, FastEngine, ForwardOptions,
    GradientEngine, Head, Initialiser, NnError, Real, Site, TokenBatch,
};
use proxyrank_proxies::forward::{self, EvaluateOptions, Evaluation};
use proxyrank_proxies::gradient::{self, PreparedSignal, ReplacedBatch, Vocabulary};
use proxyrank_proxies::{CallError, ProxyCall};
use proxyrank_space::EncoderNetwork;
use safetensors::tensor::{Dtype, TensorView};

use crate::error::PeerError;
use crate::protocol::{Problem, Scores, Sizes, Timing};
use crate::sample::{BATCH, SEQ_LEN};
use crate::task::{Ours, PROXIES, W_PCA};

/// Without dropout, and with weights whose drawing is timed apart.
const OPTIONS: EvaluateOptions = EvaluateOptions { dropout: Dropout::Off, weights_ns: 0 };

/// What serves all networks.
pub(crate) struct Bench {
    engine: FastEngine<f32>,
    initialiser: Initialiser<f32>,
    batch: TokenBatch,
    corrupted: ReplacedBatch,
    signal: PreparedSignal<f32>,
    w_pca: Vec<ProxyCall>,
    proxies: Vec<ProxyCall>,
    grasp: Vec<ProxyCall>,
}

impl Bench {
    /// A batch of even ids, and everything that is made once.
    pub(crate) fn new(seed: u64) -> Result<Self, PeerError> {
        let ids = (0..BATCH * SEQ_LEN).map(|index| {
            // An odd multiplier visits the ids in no particular order.
            let mixed = (index as u64).wrapping_mul(2_654_435_761) % 29_000;
            1000 + u32::try_from(mixed).unwrap_or(0)
        });
        let batch = TokenBatch::new(ids.collect(), BATCH, SEQ_LEN)?;
        let vocabulary = Vocabulary::new((104..30_522).collect(), 103);
        let corrupted = ReplacedBatch::new(&batch, &vocabulary, seed)?;
        let signal = PreparedSignal::Replaced(corrupted.clone());
        Ok(Self {
            engine: FastEngine::new(),
            initialiser: Initialiser::new(seed),
            batch,
            corrupted,
            signal,
            w_pca: calls(W_PCA)?,
            proxies: calls(PROXIES)?,
            grasp: calls(&["grasp"])?,
        })
    }

    /// Draws a network's weights, with the head that the loss reads.
    pub(crate) fn load(&self, network: &EncoderNetwork) -> Result<Loaded<'_>, PeerError> {
        let weights = self.initialiser.encoder(network, Head::Discriminator)?;
        Ok(Loaded { bench: self, weights, memory: Vec::new() })
    }
}

fn calls(names: &[&str]) -> Result<Vec<ProxyCall>, CallError> {
    names.iter().map(|name| name.parse()).collect()
}

/// A network with its weights.
pub(crate) struct Loaded<'a> {
    bench: &'a Bench,
    weights: EncoderWeights<f32>,
    /// Where the weights of a network that is drawn anew go, time after time.
    memory: Vec<f32>,
}

impl Loaded<'_> {
    /// Writes the weights to a file, and says what PyTorch must know.
    pub(crate) fn problem(&self, file: &Path) -> Result<Problem, PeerError> {
        write_weights(&self.weights, file)?;
        Ok(Problem {
            network: Sizes::from(&self.weights.layout().network),
            weights: file.to_owned(),
            batch: BATCH,
            seq_len: SEQ_LEN,
            ids: self.bench.batch.ids().to_vec(),
            corrupted: self.bench.corrupted.batch.ids().to_vec(),
            replaced: self.bench.corrupted.replaced.clone(),
        })
    }

    /// Parameters of the encoder.
    pub(crate) fn parameters(&self) -> u64 {
        self.weights.layout().num_parameters()
    }

    /// Does a task, and times it.
    pub(crate) fn run(&mut self, task: Ours) -> Result<Timing, PeerError> {
        let started = Instant::now();
        let scores = self.scores(task)?;
        let wall_ns = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        Ok(Timing { wall_ns, scores })
    }

    fn scores(&mut self, task: Ours) -> Result<Scores, NnError> {
        let Self { bench, weights, memory } = self;
        let (engine, batch) = (&bench.engine, &bench.batch);
        match task {
            Ours::Forward => {
                let hidden = |_| Collect::new(Site::Hidden);
                let blocks = engine.forward(weights, batch, ForwardOptions::EVAL, hidden)?;
                Ok(Scores::from([("hidden".to_owned(), Some(mean_size(&blocks)))]))
            }
            Ours::ForwardBackward => {
                let input = EncoderInput::Tokens(&bench.corrupted.batch);
                let pass = engine.gradient(weights, input, bench.signal.loss(), Dropout::Off, |_| Blind)?;
                engine.recycle(pass.gradient.body);
                Ok(Scores::from([("loss".to_owned(), Some(pass.loss))]))
            }
            Ours::WPca => {
                Ok(named(&bench.w_pca, &forward::evaluate(engine, weights, batch, &bench.w_pca, OPTIONS)?))
            }
            Ours::WPcaDrawn => {
                let network = &weights.layout().network;
                let drawn = bench.initialiser.encoder_in(network, Head::None, std::mem::take(memory))?;
                forward::evaluate(engine, &drawn, batch, &bench.w_pca, OPTIONS)?;
                *memory = drawn.into_body();
                // PyTorch draws other random numbers, so there is nothing to compare.
                Ok(Scores::new())
            }
            Ours::Proxies => {
                let evaluations =
                    gradient::evaluate(engine, weights, batch, &bench.signal, &bench.proxies, OPTIONS)?;
                Ok(named(&bench.proxies, &evaluations))
            }
            Ours::Grasp => {
                let evaluations =
                    gradient::evaluate_twice(engine, weights, batch, &bench.signal, &bench.grasp, OPTIONS)?;
                Ok(named(&bench.grasp, &evaluations))
            }
        }
    }
}

/// Writes every parameter under its path.
pub(crate) fn write_weights(weights: &EncoderWeights<f32>, file: &Path) -> Result<(), PeerError> {
    let bytes: Vec<_> = weights
        .parameters()
        .map(|(parameter, values)| {
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            (&parameter.path, &parameter.shape, bytes)
        })
        .collect();
    let written = bytes
        .iter()
        .map(|(path, shape, bytes)| Ok((*path, TensorView::new(Dtype::F32, (*shape).clone(), bytes)?)))
        .collect::<Result<HashMap<_, _>, _>>()
        .and_then(|tensors| safetensors::serialize_to_file(tensors, None, file));
    written.map_err(|source| PeerError::Weights { path: file.to_owned(), source })
}

fn named(calls: &[ProxyCall], evaluations: &[Evaluation]) -> Scores {
    let names = calls.iter().map(|call| call.proxy.name.to_owned());
    names.zip(evaluations.iter().map(|evaluation| evaluation.outcome.score)).collect()
}

/// The mean absolute value of what was collected.
fn mean_size(blocks: &[Collect<f32>]) -> f64 {
    let values = || blocks.iter().flat_map(|block| &block.values);
    values().map(|value| value.as_f64().abs()).sum::<f64>() / values().count() as f64
}

/// The best rate of a square matrix product on all threads, in GFLOP/s.
pub(crate) fn matmul_rate() -> f64 {
    const SIDE: usize = 1024;
    let ones = Mat::<f32>::from_fn(SIDE, SIDE, |_, _| 0.5);
    let mut target = Mat::<f32>::zeros(SIDE, SIDE);
    let mut seconds = || {
        let started = Instant::now();
        let parallel = Par::rayon(rayon::current_num_threads());
        matmul(target.as_mut(), Accum::Replace, ones.as_ref(), ones.transpose(), 1.0, parallel);
        started.elapsed().as_secs_f64()
    };
    let best = (0..10).map(|_| seconds()).fold(f64::INFINITY, f64::min);
    2.0 * (SIDE * SIDE * SIDE) as f64 / best / 1e9
}
