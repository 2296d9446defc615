//! Decoders.

use std::collections::BTreeSet;

use proxyrank_nn::{
    DecoderInput, DecoderLayout, DecoderLoss, DecoderWeights, Linear, Real, Sight, Site, TableExtent,
    TokenBatch, VocabularyGradient,
};
use proxyrank_schema::Signal;
use proxyrank_space::{DecoderFamily, Family, Network};

use super::{Model, Problem, make_absolute};
use crate::ProxyCall;
use crate::gradient::{Matrix, Needed, Part, SignalError, cotangent, needed_vocabulary};
use crate::symbolic::{Input as FormulaInput, decoder_inputs_at};

/// A signal of decoders with everything that it draws.
#[derive(Debug, Clone, PartialEq)]
pub enum DecoderSignal<T> {
    /// Ones on the hidden state.
    Ones,
    /// This cotangent of the hidden state, (B·S, `d_model`).
    Cotangent(Vec<T>),
    /// The likelihood of the tokens that follow, (B·S).
    NextTokens(Vec<u32>),
}

impl<T: Real> DecoderSignal<T> {
    /// Prepares a signal for a batch whose tokens are followed by `labels`, and a width; what is random comes from the data
    /// seed, the same numbers in both precisions.
    pub fn new(signal: Signal, labels: &[u32], d_model: usize, data_seed: u64) -> Result<Self, SignalError> {
        match signal {
            Signal::Ones => Ok(Self::Ones),
            Signal::Gaussian => Ok(Self::Cotangent(cotangent(data_seed, labels.len() * d_model))),
            Signal::Lm => Ok(Self::NextTokens(labels.to_vec())),
            Signal::Rtd | Signal::Mlm | Signal::None => Err(SignalError::ForeignToDecoders(signal)),
        }
    }
}

/// How much of the vocabulary decoders of a family must have for these calls under a signal; `batch` is what they read.
pub fn vocabulary<'a, T: Real>(
    family: Family,
    calls: &[ProxyCall],
    signal: &DecoderSignal<T>,
    batch: &'a TokenBatch,
) -> TableExtent<'a> {
    extent(needed_vocabulary(family, calls, matches!(signal, DecoderSignal::NextTokens(_))), batch)
}

/// How much of the vocabulary decoders must have for the lists of these inputs.
pub fn formula_vocabulary<'a, T: Real>(
    inputs: &BTreeSet<FormulaInput>,
    signal: &DecoderSignal<T>,
    batch: &'a TokenBatch,
) -> TableExtent<'a> {
    extent(Needed::of_inputs(inputs, matches!(signal, DecoderSignal::NextTokens(_))), batch)
}

fn extent(needed: Needed, batch: &TokenBatch) -> TableExtent<'_> {
    match needed {
        Needed::None => TableExtent::None,
        Needed::Tokens => TableExtent::Tokens(batch.read_ids()),
        Needed::Full => TableExtent::Full,
    }
}

impl Model for DecoderLayout {
    type Signal<T: Real> = DecoderSignal<T>;

    fn network(&self) -> Network {
        Network::Decoder(self.network.clone())
    }

    fn matrices(&self) -> Vec<Matrix> {
        const GPT2: &[Part] = &[Part::OperationInner, Part::OperationOutput, Part::Ffn, Part::Ffn];
        // Queries, keys and values, then what stands for distances.
        const TRANSFORMER_XL: &[Part] =
            &[Part::OperationInner, Part::OperationInner, Part::OperationOutput, Part::Ffn, Part::Ffn];
        let parts = match self.network.family {
            DecoderFamily::Gpt2 => GPT2,
            DecoderFamily::TransformerXl => TRANSFORMER_XL,
        };
        let of_layer = self.layers.iter().flat_map(|layer| parts.iter().copied().zip(layer.linears()));
        let matrix = |(part, linear): (Part, &Linear)| {
            let parameter = linear.weight.parameters.start;
            Matrix {
                part,
                rows: linear.outputs,
                columns: linear.inputs,
                stored: self.parameters[parameter].stored,
                parameter,
                elements: linear.weight.elements.clone(),
            }
        };
        of_layer.map(matrix).collect()
    }

    fn first_ffn(&self, layer: usize) -> &Linear {
        &self.layers[layer].ffn_in
    }

    fn tokens(batch: &TokenBatch) -> DecoderInput<'_> {
        DecoderInput::Tokens(batch)
    }

    fn loss<T: Real>(signal: &DecoderSignal<T>) -> DecoderLoss<'_, T> {
        match signal {
            DecoderSignal::Ones => DecoderLoss::HiddenSum,
            DecoderSignal::Cotangent(cotangent) => DecoderLoss::Cotangent(cotangent),
            DecoderSignal::NextTokens(labels) => DecoderLoss::NextTokens(labels),
        }
    }

    fn corrupted<T: Real>(_: &DecoderSignal<T>) -> Option<&TokenBatch> {
        None
    }

    fn of_sequence<T: Real>(
        &self,
        signal: &DecoderSignal<T>,
        batch: &TokenBatch,
        sequence: usize,
    ) -> Option<DecoderSignal<T>> {
        let (rows, d) = (sequence * batch.seq_len()..(sequence + 1) * batch.seq_len(), self.network.d_model);
        Some(match signal {
            DecoderSignal::Ones => DecoderSignal::Ones,
            DecoderSignal::Cotangent(cotangent) => {
                DecoderSignal::Cotangent(cotangent[rows.start * d..rows.end * d].to_vec())
            }
            DecoderSignal::NextTokens(labels) => DecoderSignal::NextTokens(labels[rows].to_vec()),
        })
    }

    fn positions<T: Real>(embeddings: &VocabularyGradient<T>) -> Option<(Vec<T>, usize)> {
        Some((embeddings.position(), embeddings.width))
    }

    fn segments<T: Real>(_: &[T]) -> Option<DecoderLoss<'_, T>> {
        None
    }

    fn perturbed<T: Real>(_: &DecoderWeights<T>, _: &TokenBatch) -> Option<DecoderWeights<T>> {
        None
    }

    fn listed(&self) -> Vec<Matrix> {
        self.matrices()
    }

    fn inputs_at(site: Site) -> &'static [FormulaInput] {
        decoder_inputs_at(site)
    }

    /// Positions, if there are any, and softmax included.
    fn absolute<T: Real>(weights: &mut DecoderWeights<T>) {
        make_absolute(weights.body_mut());
        make_absolute(weights.embeddings_mut());
    }

    fn flow<'a, T: Real>(seq_len: usize) -> Problem<'a, T, Self> {
        (DecoderInput::Ones { batch: 1, seq_len, sight: Sight::Past }, DecoderLoss::FirstClusterSum)
    }

    fn token_flow<T: Real>(batch: &TokenBatch) -> Problem<'_, T, Self> {
        let seq_len = batch.seq_len();
        (DecoderInput::Ones { batch: 1, seq_len, sight: Sight::Future }, DecoderLoss::FirstClusterSum)
    }
}
