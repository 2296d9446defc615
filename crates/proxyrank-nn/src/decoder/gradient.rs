//! What reaches a decoder's vocabulary on the way back.

use crate::gradient::folded;
use crate::real::Real;

/// The gradient of what lies between ids and the first layer, and of the softmax.
#[derive(Debug, Clone, PartialEq)]
pub struct VocabularyGradient<T> {
    /// Of the first layer's input, positions included, (B·S, `d_model`).
    pub input: Vec<T>,
    /// Tokens in a sequence.
    pub seq_len: usize,
    /// `d_model`.
    pub width: usize,
    /// Of every parameter of the vocabulary, with the layout of [`crate::Weights::embeddings`]; only where a visitor wants it.
    /// A tied parameter has what comes from both sides.
    pub tables: Option<Vec<T>>,
}

impl<T: Real> VocabularyGradient<T> {
    /// Of the first S rows of the position table, (S, `d_model`); the others have none.
    pub fn position(&self) -> Vec<T> {
        folded(&self.input, self.seq_len * self.width)
    }
}
