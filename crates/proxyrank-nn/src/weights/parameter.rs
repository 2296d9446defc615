//! One parameter: its path, shape, initial values and place.

use std::fmt;
use std::ops::Range;

/// Which stretch of memory a parameter lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arena {
    /// Embedding tables and their norm, shared by networks with the same tables.
    Embeddings,
    /// Everything else.
    Body,
}

/// How a parameter starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fill {
    /// Independent N(0, 0.02).
    Normal,
    /// N(0, 0.02), then the first row set to zero: word embeddings, whose row 0 is padding.
    NormalWithPadding,
    /// Independent N(0, 0.02 / √(2 layers)): projections into the residual stream of a decoder.
    NormalOverDepth {
        /// Layers of the network.
        layers: usize,
    },
    /// Independent N(0, 0.01): a decoder's projections between embeddings and hidden states.
    NarrowNormal,
    /// Zeros: biases.
    Zeros,
    /// Ones: gains of layer norms.
    Ones,
    /// Independent N(1, 0.02): gains of a Transformer-XL's layer norms.
    NormalAroundOne,
}

/// What stands on top of the encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Head {
    /// Nothing.
    None,
    /// ELECTRA's discriminator: dense, GELU, one logit a token.
    Discriminator,
    /// ELECTRA's generator: dense to the embedding size, GELU, norm, logits over the vocabulary with the word table as
    /// output matrix.
    Generator,
    /// One linear layer for a task that a trained encoder is fine-tuned on.
    Task {
        /// Classes, 1 for a number, or 2 for the ends of a span.
        outputs: usize,
    },
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "empty",
            Self::Discriminator => "discriminator",
            Self::Generator => "generator",
            Self::Task { .. } => "task",
        })
    }
}

/// How a matrix lies in published files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stored {
    /// As here.
    AsIs,
    /// As (inputs, outputs), the transpose.
    Transposed,
}

/// A parameter of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its path, such as `electra.encoder.layer.0.output.dense.weight`.
    pub path: String,
    /// Its shape; linear weights are (outputs, inputs).
    pub shape: Vec<usize>,
    /// How it starts.
    pub fill: Fill,
    /// Where it lies.
    pub arena: Arena,
    /// Its elements there, row-major; fewer than the shape says where only some rows of a table are there.
    pub elements: Range<usize>,
    /// How files have it.
    pub stored: Stored,
    /// Whether it belongs to the head, which parameter counts leave out.
    pub in_head: bool,
}

/// One or several parameters that lie one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Their indices among the layout's parameters.
    pub parameters: Range<usize>,
    /// Where they lie.
    pub arena: Arena,
    /// Their elements there.
    pub elements: Range<usize>,
}
