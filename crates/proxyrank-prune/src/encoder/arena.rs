//! Gradients: a flat slice with the weights' layout, but for the word table, of which a batch touches few rows.

use std::ops::Range;

use super::kernels::add;
use super::{Layout, MaskGradients};

/// Gradients of word rows as they come, token by token.
#[derive(Debug, Clone, Default)]
pub struct WordRows {
    /// Tokens.
    pub ids: Vec<u32>,
    /// (tokens, d).
    pub rows: Vec<f32>,
}

/// The gradient of every parameter that some texts have.
#[derive(Debug, Clone)]
pub struct Gradient {
    /// With the layout of the weights. The word table's part is not used.
    pub values: Vec<f32>,
    /// Gradients of word rows.
    pub words: WordRows,
    /// Derivatives by the masks, where they are wanted: passes over one batch add to them, and nothing clears them.
    pub masks: Option<MaskGradients>,
    rest: Range<usize>,
}

impl Gradient {
    /// Zeros.
    pub fn new(layout: &Layout) -> Self {
        let values = vec![0.0; layout.len()];
        let rest = layout.words.range().end..layout.len();
        Self { values, words: WordRows::default(), masks: None, rest }
    }

    /// Zeros again.
    pub fn clear(&mut self) {
        self.values[self.rest.clone()].fill(0.0);
        self.words.ids.clear();
        self.words.rows.clear();
    }

    /// The gradient of a whole parameter, the word table included; for tests.
    pub fn dense(&self, layout: &Layout) -> Vec<f32> {
        let mut values = self.values.clone();
        let d = layout.words.columns;
        values[layout.words.range()].fill(0.0);
        for (&id, row) in self.words.ids.iter().zip(self.words.rows.chunks_exact(d)) {
            add(&mut values[layout.words.start + id as usize * d..][..d], row);
        }
        values
    }
}
