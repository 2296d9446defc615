//! Activations between the layers of W-PCA's networks.

use crate::batch::Block;
use crate::fast::Buffer;
use crate::real::Real;

/// The hidden state of a batch between two layers: (B·S, h), in blocks of sequences.
#[derive(Debug)]
pub struct WpcaHidden<T> {
    pub(crate) parts: Vec<(Block, Buffer<T>)>,
}

impl<T: Real> WpcaHidden<T> {
    /// Its rows, first token to last.
    pub fn rows(&self) -> impl Iterator<Item = &[T]> {
        self.parts.iter().flat_map(|(_, part)| part.values().chunks_exact(part.width))
    }
}
