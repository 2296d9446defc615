//! Where gradients of parameters are collected: one slice with the body's layout for several blocks.
//!
//! The first block that reaches a parameter replaces what stands there, so memory that was used before need not be
//! cleared.

use faer::Accum;

use crate::number::Target;
use crate::real::Real;
use crate::weights::{Arena, EncoderLayout, Norm, Span};

/// The gradient of the body, summed over blocks in the order in which they come.
#[derive(Debug)]
pub(in crate::fast) struct Sink<T> {
    body: Vec<T>,
    /// For each parameter.
    reached: Vec<bool>,
    /// Of the word table as the generator's output matrix; empty if no block has come there.
    words: Vec<T>,
}

impl<T: Real> Sink<T> {
    /// An empty sink in memory whose contents do not matter.
    pub(in crate::fast) fn new(mut memory: Vec<T>, layout: &EncoderLayout) -> Self {
        memory.resize(layout.len(Arena::Body), T::ZERO);
        Self { body: memory, reached: vec![false; layout.parameters.len()], words: Vec::new() }
    }

    /// The sums: of the body, and of the tied word table if there is one.
    pub(in crate::fast) fn finish(mut self, layout: &EncoderLayout) -> (Vec<T>, Vec<T>) {
        for (parameter, reached) in layout.parameters.iter().zip(self.reached) {
            if parameter.arena == Arena::Body && !reached {
                self.body[parameter.elements.clone()].fill(T::ZERO);
            }
        }
        (self.body, self.words)
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
        let accumulate = if self.words.is_empty() { Accum::Replace } else { Accum::Add };
        self.words.resize(vocabulary * width, T::ZERO);
        Target { values: &mut self.words, stride: width, accumulate }
    }
}
