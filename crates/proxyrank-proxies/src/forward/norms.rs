//! Norms of the sampled weight matrices; no forward pass is needed for them.

use proxyrank_nn::{EncoderWeights, OperationLayout, Real, Span};

/// Shape and squared Frobenius norm of one matrix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatrixNorm {
    /// Output features.
    pub rows: usize,
    /// Input features.
    pub columns: usize,
    /// Sum of the squares of its elements.
    pub squared: f64,
}

/// The matrices of all linear layers; convolutions are not among them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MatrixNorms {
    /// Those of the operations, output projections included; queries, keys and values are one matrix each.
    pub operations: Vec<MatrixNorm>,
    /// Those of the feed-forward chains.
    pub ffn: Vec<MatrixNorm>,
}

impl MatrixNorms {
    /// Measures an encoder.
    pub fn of<T: Real>(weights: &EncoderWeights<T>) -> Self {
        let mut norms = Self::default();
        for layer in &weights.layout().layers {
            let operation = match &layer.operation {
                OperationLayout::Attention(attention) => {
                    vec![Some(&attention.qkv), attention.weight.as_ref(), Some(&attention.output)]
                }
                OperationLayout::Transform(transform) => vec![Some(&transform.input)],
                OperationLayout::SpanConvolution(span) => {
                    vec![Some(&span.qkvc), Some(&span.kernel_logits), Some(&span.output)]
                }
            };
            for linear in operation.into_iter().flatten() {
                norms.operations.extend(of_span(weights, &linear.weight));
            }
            for linear in &layer.ffn {
                norms.ffn.extend(of_span(weights, &linear.weight));
            }
        }
        norms
    }
}

/// The matrices of a stack.
fn of_span<T: Real>(weights: &EncoderWeights<T>, span: &Span) -> Vec<MatrixNorm> {
    let mut values = weights.values(span);
    let matrices = weights.layout().parameters[span.parameters.clone()].iter().map(|parameter| {
        let (own, rest) = values.split_at(parameter.elements.len());
        values = rest;
        let squared = own.iter().map(|value| value.as_f64() * value.as_f64()).sum();
        let columns = parameter.shape.get(1).copied().unwrap_or(1);
        MatrixNorm { rows: parameter.shape[0], columns, squared }
    });
    matrices.collect()
}
