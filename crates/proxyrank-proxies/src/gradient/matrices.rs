//! The weight matrices of an encoder, and one number for each.

use std::ops::Range;

use proxyrank_nn::{EncoderLayout, Linear, OperationLayout};

use crate::forward::TensorMeans;

/// What a matrix is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// From the embeddings' width to the hidden size.
    Projection,
    /// In a layer's operation, before its output projection.
    OperationInner,
    /// The output projection of a layer's operation.
    OperationOutput,
    /// In a feed-forward chain.
    Ffn,
}

/// Which matrices enter a sum. Convolutions, norms, tables and heads are in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Set {
    /// All of the layers.
    All,
    /// Of the operations.
    Operation,
    /// Of the operations without their output projections.
    OperationInner,
    /// Of the feed-forward chains.
    Ffn,
    /// All of the layers and the embeddings' projection, if there is one.
    WithProjection,
}

impl Set {
    /// Whether it has the matrices of a part.
    pub const fn has(self, part: Part) -> bool {
        match self {
            Self::All => !matches!(part, Part::Projection),
            Self::Operation => matches!(part, Part::OperationInner | Part::OperationOutput),
            Self::OperationInner => matches!(part, Part::OperationInner),
            Self::Ffn => matches!(part, Part::Ffn),
            Self::WithProjection => true,
        }
    }
}

/// The weight of one linear layer; stacked layers are one matrix each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// What it is for.
    pub part: Part,
    /// Output features.
    pub rows: usize,
    /// Input features.
    pub columns: usize,
    /// Index in [`EncoderLayout::parameters`].
    pub parameter: usize,
    /// Its elements in the body, row-major.
    pub elements: Range<usize>,
}

/// All matrices in the order in which the network has them.
pub(super) fn matrices(layout: &EncoderLayout) -> Vec<Matrix> {
    let mut matrices = Vec::new();
    let mut push = |part, linear: &Linear| {
        for parameter in linear.weight.parameters.clone() {
            let shape = &layout.parameters[parameter].shape;
            let (rows, columns) = (shape[0], linear.inputs);
            let elements = layout.parameters[parameter].elements.clone();
            matrices.push(Matrix { part, rows, columns, parameter, elements });
        }
    };
    if let Some(project) = &layout.embeddings.project {
        push(Part::Projection, project);
    }
    for layer in &layout.layers {
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

/// A matrix and what was taken from it.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixValue {
    /// The matrix.
    pub matrix: Matrix,
    /// The number.
    pub value: f64,
}

/// One number for each matrix of a set, in the order in which the network has them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MatrixValues {
    /// The numbers.
    pub values: Vec<MatrixValue>,
}

impl MatrixValues {
    /// Those of a set.
    pub fn of(&self, set: Set) -> TensorMeans {
        self.filtered(|matrix| set.has(matrix.part))
    }

    /// Those of some matrices.
    pub fn filtered(&self, keep: impl Fn(&Matrix) -> bool) -> TensorMeans {
        let kept = self.values.iter().filter(|entry| keep(&entry.matrix));
        TensorMeans { values: kept.map(|entry| entry.value).collect() }
    }

    /// The first matrix of the network that is in the set: element 0 of a list.
    pub fn first(&self) -> Option<&MatrixValue> {
        self.values.first()
    }
}
