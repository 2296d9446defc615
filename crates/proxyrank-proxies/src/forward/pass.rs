//! A forward pass and everything that was kept of it.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::time::Instant;

use faer::MatRef;
use proxyrank_nn::{Depth, Dropout, Engine, ForwardOptions, NnError, Real, TokenBatch, Weights};
use proxyrank_schema::Outcome;
use rayon::prelude::*;

use super::features::{FeatureSpectra, smallest_correlation};
use super::maxima::TensorMeans;
use super::measure::{Measure, Quantity};
use super::moments::Moments;
use super::norms::MatrixNorms;
use super::perturbation::{HiddenRows, Perturbation};
use super::reducer::{LayerMoments, Partial, Reducer};
use super::signs::SignCodes;
use super::spectrum::{Spectra, eigenvalues};
use super::tree::{Tree, merged};
use crate::clock::{nanoseconds, share, threads_of, timed};
use crate::model::Model;
use crate::{ProxyCall, Subject};

/// A forward pass with everything that its proxies read.
pub(crate) struct Pass<'a, T, L> {
    weights: &'a Weights<T, L>,
    /// Of each layer's feed-forward input, output and first GELU; empty if no proxy reads them.
    ffn_inputs: Vec<Moments>,
    outputs: Vec<Moments>,
    gelus: Vec<Moments>,
    head_maxima: (TensorMeans, u64),
    softmax_maxima: (TensorMeans, u64),
    token_agreement: (TensorMeans, u64),
    sign_codes: (SignCodes, u64),
    hidden: (HiddenRows, u64),
    ffn_inputs_ns: u64,
    outputs_ns: u64,
    gelus_ns: u64,
    /// The pass without any proxy's reducers.
    pub(crate) shared_ns: u64,
    spectra: OnceCell<(Spectra, u64)>,
    norms: OnceCell<(MatrixNorms, u64)>,
    features: OnceCell<(FeatureSpectra, u64)>,
    correlations: OnceCell<(TensorMeans, u64)>,
    perturbation: Option<(Perturbation, u64)>,
}

impl<'a, T: Real, L: Model> Pass<'a, T, L> {
    /// Runs the network as far as the needs ask, with a reducer for each block.
    pub(crate) fn run(
        engine: &impl Engine<T, L>,
        weights: &'a Weights<T, L>,
        batch: &TokenBatch,
        needs: &BTreeSet<Quantity>,
        dropout: Dropout,
    ) -> Result<Self, NnError> {
        let trees = layer_moments(weights.layout());
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
        let threads = threads_of(reducers.len());
        let partials = reducers.into_iter().map(Reducer::into_partial);
        let partial = partials.reduce(merged).unwrap_or_default();
        let shared_ns = nanoseconds(elapsed).saturating_sub(share(partial.spent(), threads));
        Self::of(weights, trees, partial, threads, shared_ns).perturbed(engine, batch, needs, dropout)
    }

    /// The same with the second pass that a perturbation takes, if one is needed.
    pub(crate) fn perturbed(
        mut self,
        engine: &impl Engine<T, L>,
        batch: &TokenBatch,
        needs: &BTreeSet<Quantity>,
        dropout: Dropout,
    ) -> Result<Self, NnError> {
        if needs.contains(&Quantity::Perturbation) {
            let (hidden, spent) = std::mem::take(&mut self.hidden);
            let run = || Perturbation::run(engine, self.weights, batch, dropout, &hidden);
            let (perturbation, ns) = timed(run);
            self.perturbation = perturbation?.map(|perturbation| (perturbation, spent + ns));
        }
        Ok(self)
    }

    /// What reducers kept of a pass that took `shared_ns` without them, on as many threads.
    pub(crate) fn of(
        weights: &'a Weights<T, L>,
        trees: LayerMoments,
        partial: Partial,
        threads: u64,
        shared_ns: u64,
    ) -> Self {
        let share = |spent| share(spent, threads);
        let Partial { moments, head_maxima, softmax_maxima, token_agreement, sign_codes, hidden } = partial;
        let totals = |trees: Vec<Tree<Moments>>| trees.into_iter().filter_map(Tree::total).collect();
        Self {
            weights,
            ffn_inputs: totals(trees.ffn_inputs),
            outputs: totals(trees.outputs),
            gelus: totals(trees.gelus),
            head_maxima: (head_maxima.part.means(), share(head_maxima.spent)),
            softmax_maxima: (softmax_maxima.part.means(), share(softmax_maxima.spent)),
            token_agreement: (token_agreement.part.into_means(), share(token_agreement.spent)),
            sign_codes: (sign_codes.part, share(sign_codes.spent)),
            hidden: (hidden.part, share(hidden.spent)),
            ffn_inputs_ns: share(moments.ffn_inputs),
            outputs_ns: share(moments.outputs),
            gelus_ns: share(moments.gelus),
            shared_ns,
            spectra: OnceCell::new(),
            norms: OnceCell::new(),
            features: OnceCell::new(),
            correlations: OnceCell::new(),
            perturbation: None,
        }
    }

    /// The outcome and its own time.
    pub(crate) fn score(&self, measure: Measure, subject: &Subject, call: &ProxyCall) -> (Outcome, u64) {
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
            Measure::FeatureSpectra(score) => {
                read(self.features(), |features| score(features, subject, params))
            }
            Measure::SmallestCorrelations(score) => {
                read(self.correlations(), |smallest| score(smallest, subject, params))
            }
            Measure::Perturbation(score) => match &self.perturbation {
                Some(perturbation) => read(perturbation, |moved| score(moved, subject, params)),
                None => (Outcome::unsupported("this family's embeddings are not moved"), 0),
            },
        }
    }

    fn norms(&self) -> &(MatrixNorms, u64) {
        self.norms.get_or_init(|| timed(|| MatrixNorms::of(self.weights)))
    }

    fn features(&self) -> &(FeatureSpectra, u64) {
        self.features.get_or_init(|| {
            let maps = self.ffn_inputs.iter().zip(&self.outputs).flat_map(|(one, other)| [one, other]);
            let (features, spent) = timed(|| FeatureSpectra::of(maps));
            (features, self.ffn_inputs_ns + self.outputs_ns + spent)
        })
    }

    fn correlations(&self) -> &(TensorMeans, u64) {
        self.correlations.get_or_init(|| {
            let (values, spent) = timed(|| self.gelus.par_iter().map(smallest_correlation).collect());
            (TensorMeans { values }, self.gelus_ns + spent)
        })
    }

    fn spectra(&self) -> &(Spectra, u64) {
        self.spectra.get_or_init(|| {
            let layers = self.ffn_inputs.par_iter().enumerate();
            let spectrum = |(layer, moments): (usize, &Moments)| {
                let first = self.weights.layout().first_ffn(layer);
                let weight = self.weights.values(&first.weight);
                eigenvalues(moments, MatRef::from_row_major_slice(weight, first.outputs, first.inputs))
            };
            let (layers, spent) = timed(|| layers.map(spectrum).collect());
            (Spectra { layers }, self.ffn_inputs_ns + spent)
        })
    }
}

/// Empty sums, one a layer.
pub(crate) fn layer_moments(layout: &impl Model) -> LayerMoments {
    let network = layout.network();
    LayerMoments::new(network.depth(), network.family())
}

/// Reads a quantity; its time counts as the reader's own.
fn read<Q>((quantity, spent): &(Q, u64), score: impl FnOnce(&Q) -> Outcome) -> (Outcome, u64) {
    let (outcome, own) = timed(|| score(quantity));
    (outcome, spent + own)
}
