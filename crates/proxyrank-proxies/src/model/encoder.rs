//! Encoders.

use proxyrank_nn::{
    EmbeddingGradient, EncoderInput, EncoderLayout, EncoderWeights, Linear, Loss, OperationLayout, Real,
    Site, Stored, TokenBatch,
};
use proxyrank_space::Network;

use super::{Model, Problem, make_absolute};
use crate::forward::moved_embeddings;
use crate::gradient::{Matrix, Part, PreparedSignal};
use crate::symbolic::{Input as FormulaInput, encoder_inputs_at, inner_weights};

impl Model for EncoderLayout {
    type Signal<T: Real> = PreparedSignal<T>;

    fn network(&self) -> Network {
        Network::Encoder(self.network.clone())
    }

    fn matrices(&self) -> Vec<Matrix> {
        let mut matrices = Vec::new();
        let mut push = |part, linear: &Linear| {
            for parameter in linear.weight.parameters.clone() {
                let shape = &self.parameters[parameter].shape;
                let (rows, columns) = (shape[0], linear.inputs);
                let elements = self.parameters[parameter].elements.clone();
                matrices.push(Matrix { part, rows, columns, stored: Stored::AsIs, parameter, elements });
            }
        };
        if let Some(project) = &self.embeddings.project {
            push(Part::Projection, project);
        }
        for layer in &self.layers {
            match &layer.operation {
                OperationLayout::Attention(attention) => {
                    push(Part::OperationInner, &attention.qkv);
                    attention.weight.iter().for_each(|weight| push(Part::OperationInner, weight));
                    push(Part::OperationOutput, &attention.output);
                }
                OperationLayout::Transform(transform) => push(Part::OperationInner, &transform.input),
                OperationLayout::SpanConvolution(span) => {
                    push(Part::OperationInner, &span.qkvc);
                    push(Part::OperationInner, &span.kernel_logits);
                    push(Part::OperationOutput, &span.output);
                }
            }
            layer.ffn.iter().for_each(|linear| push(Part::Ffn, linear));
        }
        matrices
    }

    fn first_ffn(&self, layer: usize) -> &Linear {
        &self.layers[layer].ffn[0]
    }

    fn tokens(batch: &TokenBatch) -> EncoderInput<'_> {
        EncoderInput::Tokens(batch)
    }

    fn loss<T: Real>(signal: &PreparedSignal<T>) -> Loss<'_, T> {
        signal.loss()
    }

    fn corrupted<T: Real>(signal: &PreparedSignal<T>) -> Option<&TokenBatch> {
        signal.corrupted()
    }

    fn of_sequence<T: Real>(
        &self,
        signal: &PreparedSignal<T>,
        batch: &TokenBatch,
        sequence: usize,
    ) -> Option<PreparedSignal<T>> {
        signal.of_sequence(sequence, batch.seq_len(), self.network.hidden_size)
    }

    fn positions<T: Real>(embeddings: &Option<EmbeddingGradient<T>>) -> Option<(Vec<T>, usize)> {
        embeddings.as_ref().map(|embeddings| (embeddings.position(), embeddings.gain.len()))
    }

    fn segments<T: Real>(cotangents: &[T]) -> Option<Loss<'_, T>> {
        Some(Loss::Segments(cotangents))
    }

    fn perturbed<T: Real>(weights: &EncoderWeights<T>, batch: &TokenBatch) -> Option<EncoderWeights<T>> {
        Some(moved_embeddings(weights, batch))
    }

    fn listed(&self) -> Vec<Matrix> {
        let all = self.matrices();
        let of = |parameter: usize| all.iter().find(|matrix| matrix.parameter == parameter).cloned();
        inner_weights(self).into_iter().filter_map(of).collect()
    }

    fn inputs_at(site: Site) -> &'static [FormulaInput] {
        encoder_inputs_at(site)
    }

    /// The embedding tables keep their signs.
    fn absolute<T: Real>(weights: &mut EncoderWeights<T>) {
        make_absolute(weights.body_mut());
    }

    fn flow<'a, T: Real>(seq_len: usize) -> Problem<'a, T, Self> {
        (EncoderInput::Ones { batch: 1, seq_len }, Loss::LogitSum)
    }

    fn token_flow<T: Real>(batch: &TokenBatch) -> Problem<'_, T, Self> {
        (EncoderInput::Tokens(batch), Loss::HiddenSum)
    }
}
