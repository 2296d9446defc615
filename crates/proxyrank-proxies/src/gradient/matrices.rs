//! The weight matrices of a network, and one number for each.

use std::ops::Range;

use proxyrank_nn::Stored;
use proxyrank_space::Network;

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
    /// The set that stands for it on a network: LPZero's code for decoders takes all matrices, whatever the proxy.
    #[must_use]
    pub const fn on(self, network: &Network) -> Self {
        match network {
            Network::Encoder(_) => self,
            Network::Decoder(_) => Self::All,
        }
    }

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
    /// How published code has it.
    pub stored: Stored,
    /// Index among the layout's parameters.
    pub parameter: usize,
    /// Its elements in the body, row-major.
    pub elements: Range<usize>,
}

impl Matrix {
    /// Rows in published code: outputs, or inputs where that has the transpose.
    pub const fn stored_rows(&self) -> usize {
        match self.stored {
            Stored::AsIs => self.rows,
            Stored::Transposed => self.columns,
        }
    }
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
