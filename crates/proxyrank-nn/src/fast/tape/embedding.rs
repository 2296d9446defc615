//! The embeddings: their tables are constant, or get a gradient of their own.

use super::norm::Kept;
use super::{Node, Observer, Step, Tape};
use crate::dropout::{DropoutSite, Mask};
use crate::number::Number;
use crate::real::Real;

/// dropout(norm(word + position + type)).
#[derive(Debug)]
pub(super) struct Embed<N> {
    y: Node,
    mask: Option<Mask>,
    kept: Kept<N>,
}

/// What reaches the embeddings from one block.
#[derive(Debug, Default)]
pub(in crate::fast) struct EmbeddingPart<T> {
    /// Of the sum of the embeddings, (rows, E).
    pub sum: Vec<T>,
    /// Of the norm's gain.
    pub gain: Vec<T>,
    /// Of the norm's shift.
    pub shift: Vec<T>,
}

impl<N: Number, O: Observer<N>> Tape<'_, N, O> {
    /// The embeddings' output before the projection.
    pub(super) fn embed_tokens(&mut self) -> Node {
        let norm = &self.pass.parameters.weights.layout().embeddings.norm;
        let mut x = self.pass.embedded(self.ids);
        let kept = self.normed(&mut x, norm);
        let mask = self.pass.mask(DropoutSite::Embeddings);
        self.pass.drop_out(mask, &mut x);
        if !self.embeddings_wanted() {
            self.forget(kept);
            return self.push_constant(x);
        }
        let y = self.push(x);
        self.steps.push(Step::Embed(Embed { y, mask, kept }));
        y
    }

    /// Whether gradients of the embeddings are: a direction in the body's space leaves them alone.
    pub(super) fn embeddings_wanted(&self) -> bool {
        self.pass.parameters.direction.is_none() && !self.ids.is_empty()
    }

    /// Ones, (rows, h).
    pub(in crate::fast) fn ones(&mut self) -> Node {
        let width = self.pass.parameters.weights.layout().network.hidden_size;
        let mut ones = self.pass.workspace.take(self.pass.block.rows(), width);
        ones.values_mut().fill(N::constant(N::Real::ONE));
        self.push_constant(ones)
    }

    pub(super) fn embed_backward(&mut self, step: Embed<N>) {
        let Embed { y, mask, kept } = step;
        let norm = &self.pass.parameters.weights.layout().embeddings.norm;
        let Some(mut gradient) = self.arrived(y) else {
            return self.forget(kept);
        };
        self.pass.drop_out(mask, &mut gradient);
        let zeros = || vec![N::Real::ZERO; norm.gain.elements.len()];
        let (mut gain, mut shift) = (zeros(), zeros());
        self.norm_transpose(norm, kept, &mut gradient, &mut gain, &mut shift);
        let sum = gradient.values().iter().map(|number| number.part()).collect();
        self.embeddings = EmbeddingPart { sum, gain, shift };
        self.pass.workspace.give(gradient);
    }
}
