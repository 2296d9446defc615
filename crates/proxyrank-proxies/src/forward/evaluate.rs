//! One architecture: one forward pass for all proxies, and what each of them cost.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use faer::MatRef;
use proxyrank_nn::{
    Depth, Dropout, EncoderWeights, Engine, ForwardOptions, LayerLayout, NnError, Real, TokenBatch,
};
use proxyrank_schema::Outcome;
use proxyrank_space::{Family, Network};
use rayon::prelude::*;

use super::maxima::TensorMeans;
use super::measure::{Measure, Quantity};
use super::moments::Moments;
use super::norms::MatrixNorms;
use super::reducer::{LayerMoments, Partial, Reducer};
use super::signs::SignCodes;
use super::spectrum::{Spectra, eigenvalues};
use super::tree::{Tree, merged};
use crate::{ProxyCall, Run, Subject};

/// How to evaluate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvaluateOptions {
    /// With or without dropout.
    pub dropout: Dropout,
    /// What drawing the weights took; it is part of every [`Evaluation::wall_ns`] that needs weights.
    pub weights_ns: u64,
}

/// One proxy's score of one architecture, and its cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The score.
    pub outcome: Outcome,
    /// The proxy's own arithmetic: its reducers and the steps from what they kept to the score, in nanoseconds.
    pub own_ns: u64,
    /// What the proxy would cost alone: drawing the weights and running the network as far as it needs them, and its own
    /// arithmetic, in nanoseconds.
    pub wall_ns: u64,
}

/// Scores an encoder by every call, in the order of the calls, with a single forward pass.
///
/// Reducers run on the threads of the pass; their processor time is divided by the number of threads that the batch
/// can occupy, which makes it a share of the elapsed time. All other steps are timed as they elapse, so the times mean
/// what they say if nothing else runs in the same thread pool. The pass is as deep as the union of needs; a proxy that
/// alone could do with less is charged for all of it, and only a run of its own shows its own price.
pub fn evaluate<T: Real>(
    engine: &impl Engine<T>,
    weights: &EncoderWeights<T>,
    batch: &TokenBatch,
    calls: &[ProxyCall],
    options: EvaluateOptions,
) -> Result<Vec<Evaluation>, NnError> {
    let subject =
        Subject { network: Network::Encoder(weights.layout().network.clone()), seq_len: batch.seq_len() };
    let measures = calls.iter().filter_map(measure);
    let needs: BTreeSet<Quantity> = measures.map(Measure::quantity).collect();
    let pass = Pass::run(engine, weights, batch, &needs, options.dropout)?;
    let evaluate = |call: &ProxyCall| {
        let Some(measure) = measure(call) else {
            let (outcome, own) = timed(|| call.proxy.score(&subject, &call.params));
            return Evaluation { outcome, own_ns: own, wall_ns: own };
        };
        let (outcome, own) = pass.score(measure, &subject, call);
        let forward = if measure.needs_forward() { pass.shared_ns } else { 0 };
        Evaluation { outcome, own_ns: own, wall_ns: options.weights_ns + forward + own }
    };
    Ok(calls.iter().map(evaluate).collect())
}

/// What a call measures, if it is defined for encoders and measures anything.
fn measure(call: &ProxyCall) -> Option<Measure> {
    match call.proxy.run {
        Run::Forward(measure) if call.proxy.supports(Family::Encoder) => Some(measure),
        _ => None,
    }
}

/// A forward pass with everything that its proxies read.
struct Pass<'a, T> {
    weights: &'a EncoderWeights<T>,
    /// Of each layer's feed-forward input; empty if no proxy reads spectra.
    moments: Vec<Moments>,
    head_maxima: (TensorMeans, u64),
    softmax_maxima: (TensorMeans, u64),
    token_agreement: (TensorMeans, u64),
    sign_codes: (SignCodes, u64),
    moments_ns: u64,
    /// The pass without any proxy's reducers.
    shared_ns: u64,
    spectra: OnceCell<(Spectra, u64)>,
    norms: OnceCell<(MatrixNorms, u64)>,
}

impl<'a, T: Real> Pass<'a, T> {
    fn run(
        engine: &impl Engine<T>,
        weights: &'a EncoderWeights<T>,
        batch: &TokenBatch,
        needs: &BTreeSet<Quantity>,
        dropout: Dropout,
    ) -> Result<Self, NnError> {
        let trees: LayerMoments = weights.layout().layers.iter().map(|_| Tree::new()).collect();
        let needs_forward = needs.iter().any(|&quantity| quantity != Quantity::Norms);
        let beyond = needs.iter().any(|quantity| !matches!(quantity, Quantity::Norms | Quantity::Spectra));
        let depth = if beyond { Depth::Full } else { Depth::LastFfnInput };
        let started = Instant::now();
        let reducers = if needs_forward {
            let options = ForwardOptions { depth, dropout };
            engine.forward(weights, batch, options, |block| Reducer::new(needs, &trees, block))?
        } else {
            Vec::new()
        };
        let elapsed = started.elapsed();
        let threads = rayon::current_num_threads().min(reducers.len()).max(1);
        let parts = reducers.into_iter().map(Reducer::into_partial);
        let partial = parts.reduce(merged).unwrap_or_default();
        let share = |spent: Duration| nanoseconds(spent) / threads as u64;
        let shared_ns = nanoseconds(elapsed).saturating_sub(share(partial.spent()));
        let Partial { moments, head_maxima, softmax_maxima, token_agreement, sign_codes } = partial;
        Ok(Self {
            weights,
            moments: trees.into_iter().filter_map(Tree::total).collect(),
            head_maxima: (head_maxima.part.means(), share(head_maxima.spent)),
            softmax_maxima: (softmax_maxima.part.means(), share(softmax_maxima.spent)),
            token_agreement: (token_agreement.part.into_means(), share(token_agreement.spent)),
            sign_codes: (sign_codes.part, share(sign_codes.spent)),
            moments_ns: share(moments),
            shared_ns,
            spectra: OnceCell::new(),
            norms: OnceCell::new(),
        })
    }

    /// The outcome and its own time.
    fn score(&self, measure: Measure, subject: &Subject, call: &ProxyCall) -> (Outcome, u64) {
        let params = &call.params;
        match measure {
            Measure::Norms(score) => read(self.norms(), |norms| score(norms, subject, params)),
            Measure::Spectra(score) => read(self.spectra(), |spectra| score(spectra, subject, params)),
            Measure::HeadMaxima(score) => read(&self.head_maxima, |means| score(means, subject, params)),
            Measure::SoftmaxMaxima(score) => {
                read(&self.softmax_maxima, |means| score(means, subject, params))
            }
            Measure::TokenAgreement(score) => {
                read(&self.token_agreement, |means| score(means, subject, params))
            }
            Measure::SignCodes(score) => read(&self.sign_codes, |codes| score(codes, subject, params)),
        }
    }

    fn norms(&self) -> &(MatrixNorms, u64) {
        self.norms.get_or_init(|| timed(|| MatrixNorms::of(self.weights)))
    }

    fn spectra(&self) -> &(Spectra, u64) {
        self.spectra.get_or_init(|| {
            let layers = self.moments.par_iter().zip(&self.weights.layout().layers);
            let spectrum = |(moments, layer): (&Moments, &LayerLayout)| {
                let first = &layer.ffn[0];
                let weight = self.weights.values(&first.weight);
                eigenvalues(moments, MatRef::from_row_major_slice(weight, first.outputs, first.inputs))
            };
            let (layers, spent) = timed(|| layers.map(spectrum).collect());
            (Spectra { layers }, self.moments_ns + spent)
        })
    }
}

/// Reads a quantity; its time counts as the reader's own.
fn read<Q>((quantity, spent): &(Q, u64), score: impl FnOnce(&Q) -> Outcome) -> (Outcome, u64) {
    let (outcome, own) = timed(|| score(quantity));
    (outcome, spent + own)
}

fn timed<R>(compute: impl FnOnce() -> R) -> (R, u64) {
    let started = Instant::now();
    let result = compute();
    (result, nanoseconds(started.elapsed()))
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
