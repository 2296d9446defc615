//! The embeddings: their tables are constant, or get a gradient of their own.

use super::norm::Kept;
use super::{Node, Observer, Step, Tape};
use crate::dropout::{DropoutSite, Mask};
use crate::fast::workspace::Buffer;
use crate::number::Number;
use crate::real::Real;
use crate::weights::{EmbeddingLayout, Norm};

/// dropout(norm(word + position + type)).
#[derive(Debug)]
pub(super) struct Embed<N> {
    y: Node,
    norm: Norm,
    mask: Option<Mask>,
    kept: Kept<N>,
}

/// The input of a network whose embeddings are not part of the tape.
#[derive(Debug)]
pub(super) struct Input {
    x: Node,
}

/// What reaches the embeddings from one block.
#[derive(Debug, Default)]
pub(in crate::fast) struct EmbeddingPart<T> {
    /// Of the sum of the embeddings, (rows, E), or of the input.
    pub sum: Vec<T>,
    /// Of the norm's gain.
    pub gain: Vec<T>,
    /// Of the norm's shift.
    pub shift: Vec<T>,
}

impl<N: Number, O: Observer<N>> Tape<'_, N, O> {
    /// The embeddings' output before the projection.
    pub(super) fn embed_tokens(&mut self, layout: &EmbeddingLayout) -> Node {
        let norm = &layout.norm;
        let mut x = self.pass.embedded(layout, self.ids);
        let kept = self.normed(&mut x, norm);
        let mask = self.pass.mask(DropoutSite::Embeddings);
        self.pass.drop_out(mask, &mut x);
        if !self.embeddings_wanted() {
            self.forget(kept);
            return self.push_constant(x);
        }
        let y = self.push(x);
        self.steps.push(Step::Embed(Embed { y, norm: norm.clone(), mask, kept }));
        y
    }

    /// Whether gradients of the embeddings are: a direction in the body's space leaves them alone.
    pub(super) fn embeddings_wanted(&self) -> bool {
        self.pass.parameters.direction.is_none() && !self.ids.is_empty()
    }

    /// Ones, (rows, width).
    pub(in crate::fast) fn ones(&mut self, width: usize) -> Node {
        let mut ones = self.pass.workspace.take(self.pass.block.rows(), width);
        ones.values_mut().fill(N::constant(N::Real::ONE));
        self.push_constant(ones)
    }

    /// An input that was embedded elsewhere.
    pub(in crate::fast) fn input(&mut self, x: Buffer<N>) -> Node {
        if self.pass.parameters.direction.is_some() {
            return self.push_constant(x);
        }
        let x = self.push(x);
        self.steps.push(Step::Input(Input { x }));
        x
    }

    pub(super) fn input_backward(&mut self, step: &Input) {
        if let Some(gradient) = self.arrived(step.x) {
            self.embeddings.sum = gradient.values().iter().map(|number| number.part()).collect();
            self.pass.workspace.give(gradient);
        }
    }

    pub(super) fn embed_backward(&mut self, step: Embed<N>) {
        let Embed { y, norm, mask, kept } = step;
        let Some(mut gradient) = self.arrived(y) else {
            return self.forget(kept);
        };
        self.pass.drop_out(mask, &mut gradient);
        let zeros = || vec![N::Real::ZERO; norm.gain.elements.len()];
        let (mut gain, mut shift) = (zeros(), zeros());
        self.norm_transpose(&norm, kept, &mut gradient, &mut gain, &mut shift);
        let sum = gradient.values().iter().map(|number| number.part()).collect();
        self.embeddings = EmbeddingPart { sum, gain, shift };
        self.pass.workspace.give(gradient);
    }
}
