//! Norms of the sampled weight matrices; no forward pass is needed for them.

use proxyrank_nn::{Real, Weights};

use crate::gradient::Part;
use crate::model::Model;

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
    /// Those of the operations, output projections included; queries, keys and values are one matrix each in encoders, one together in
    /// decoders.
    pub operations: Vec<MatrixNorm>,
    /// Those of the feed-forward chains.
    pub ffn: Vec<MatrixNorm>,
}

impl MatrixNorms {
    /// Measures a network.
    pub fn of<T: Real, L: Model>(weights: &Weights<T, L>) -> Self {
        let mut norms = Self::default();
        for matrix in weights.layout().matrices() {
            let values = &weights.body()[matrix.elements.clone()];
            let squared = values.iter().map(|value| value.as_f64() * value.as_f64()).sum();
            let norm = MatrixNorm { rows: matrix.rows, columns: matrix.columns, squared };
            match matrix.part {
                Part::Projection => {}
                Part::OperationInner | Part::OperationOutput => norms.operations.push(norm),
                Part::Ffn => norms.ffn.push(norm),
            }
        }
        norms
    }
}
