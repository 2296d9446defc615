//! Where gradients of parameters are collected: one slice with the body's layout for several blocks.
//!
//! The first block that reaches a parameter replaces what stands there, so memory that was used before need not be
//! cleared.

use faer::Accum;

use crate::number::Target;
use crate::real::Real;
use crate::weights::{Arena, Layout, Norm, Span};

/// The gradient of the body, summed over blocks in the order in which they come.
#[derive(Debug)]
pub(in crate::fast) struct Sink<T> {
    body: Vec<T>,
    /// For each parameter.
    reached: Vec<bool>,
    /// Of an encoder's word table as the generator's output matrix, or of all that a decoder's vocabulary has; empty if no
    /// block has come there.
    tables: Vec<T>,
}

impl<T: Real> Sink<T> {
    /// An empty sink in memory whose contents do not matter.
    pub(in crate::fast) fn new(mut memory: Vec<T>, layout: &impl Layout) -> Self {
        memory.resize(layout.len(Arena::Body), T::ZERO);
        Self { body: memory, reached: vec![false; layout.parameters().len()], tables: Vec::new() }
    }

    /// The sums: of the body, and of tables if any block has come there.
    pub(in crate::fast) fn finish(mut self, layout: &impl Layout) -> (Vec<T>, Vec<T>) {
        for (parameter, reached) in layout.parameters().iter().zip(self.reached) {
            if parameter.arena == Arena::Body && !reached {
                self.body[parameter.elements.clone()].fill(T::ZERO);
            }
        }
        (self.body, self.tables)
    }

    fn reach(&mut self, span: &Span) -> Accum {
        let reached = &mut self.reached[span.parameters.clone()];
        let before = reached.iter().all(|&reached| reached);
        reached.fill(true);
        if before { Accum::Add } else { Accum::Replace }
    }

    /// Where a matrix with `inputs` columns collects products.
    pub(super) fn matrix(&mut self, span: &Span, inputs: usize) -> Target<'_, T> {
        let accumulate = self.reach(span);
        Target { values: &mut self.body[span.elements.clone()], stride: inputs, accumulate }
    }

    /// Where a parameter's sums stand, to be added to.
    pub(super) fn sums(&mut self, span: &Span) -> &mut [T] {
        let accumulate = self.reach(span);
        let sums = &mut self.body[span.elements.clone()];
        if accumulate == Accum::Replace {
            sums.fill(T::ZERO);
        }
        sums
    }

    /// The sums of a norm's gain and shift, which lie in this order.
    pub(super) fn norm_sums(&mut self, norm: &Norm) -> (&mut [T], &mut [T]) {
        self.sums(&norm.gain);
        self.sums(&norm.shift);
        let (before, after) = self.body.split_at_mut(norm.shift.elements.start);
        (&mut before[norm.gain.elements.clone()], &mut after[..norm.shift.elements.len()])
    }

    /// Where the tied word table, (vocabulary, `width`), collects products.
    pub(super) fn words(&mut self, vocabulary: usize, width: usize) -> Target<'_, T> {
        let accumulate = if self.tables.is_empty() { Accum::Replace } else { Accum::Add };
        self.tables.resize(vocabulary * width, T::ZERO);
        Target { values: &mut self.tables, stride: width, accumulate }
    }

    /// Makes room for the gradient of a decoder's vocabulary, which has `len` elements.
    pub(in crate::fast) fn expect_tables(&mut self, len: usize) {
        self.tables.resize(len, T::ZERO);
    }

    /// Where a part of a decoder's vocabulary collects its gradient, to be added to; none if nobody wants it.
    pub(super) fn table(&mut self, span: &Span) -> Option<&mut [T]> {
        self.tables.get_mut(span.elements.clone())
    }
}
