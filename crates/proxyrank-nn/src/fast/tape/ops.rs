//! The network's operations, each with a note of how it was made.

use super::{Node, Observer, Place, Step, Tape};
use crate::NnError;
use crate::dropout::DropoutSite;
use crate::fast::relative;
use crate::kernels;
use crate::number::Number;
use crate::ops::{Columns, DecoderOps, Heads, Ops, RelativeHeads, Tap};
use crate::taps::Site;
use crate::weights::{EncoderLayout, Linear, Norm, Span, Transform};

impl<N: Number, O: Observer<N>> Ops for Tape<'_, N, O> {
    type Value = Node;

    fn wants(&self, site: Site) -> bool {
        self.observer.wants(site) || self.observer.wants_gradient(site)
    }

    fn show(&mut self, tap: Tap, values: Columns<'_, Node>) -> Result<(), NnError> {
        let place = Place::from(values);
        if self.observer.wants(tap.site) {
            let values = self.values.columns(place);
            self.observer.see(tap, self.pass.block_of(values.of.over), values.view());
        }
        if self.observer.wants_gradient(tap.site) {
            self.steps.push(Step::Show(tap, place));
        }
        Ok(())
    }

    fn cut(&mut self, segment: usize, x: Node) -> Result<Node, NnError> {
        self.record_cut(segment, x);
        Ok(x)
    }

    /// The way back needs it.
    fn release(&mut self, _value: Node) {}

    fn embed(&mut self, layout: &EncoderLayout) -> Result<Node, NnError> {
        Ok(self.embed_tokens(&layout.embeddings))
    }

    fn linear(&mut self, x: Columns<'_, Node>, linear: &Linear) -> Result<Node, NnError> {
        Ok(self.record_linear(x.into(), linear))
    }

    fn gelu(&mut self, x: Node) -> Result<Node, NnError> {
        Ok(self.record_gelu(x))
    }

    fn linear_gelu(&mut self, x: &Node, linear: &Linear) -> Result<Node, NnError> {
        Ok(self.record_linear_gelu(Columns::first(x, linear.inputs).into(), linear))
    }

    fn linear_residual_norm(
        &mut self,
        x: &Node,
        linear: &Linear,
        site: DropoutSite,
        residual: &Node,
        norm: &Norm,
    ) -> Result<Node, NnError> {
        let x = Columns::first(x, linear.inputs).into();
        Ok(self.record_residual_norm(x, linear, site, *residual, norm))
    }

    fn attention(&mut self, heads: &Heads<'_, Node>) -> Result<Node, NnError> {
        Ok(self.record_attention(heads))
    }

    fn transform(&mut self, x: &Node, heads: usize, kind: Transform) -> Result<Node, NnError> {
        Ok(self.record_transform(*x, heads, kind))
    }

    /// The network does not use it, so there is no way back.
    fn head_softmax(&mut self, x: &Node, heads: usize) -> Result<Node, NnError> {
        let mut y = self.pass.workspace.copy(self.values.get(*x));
        let width = y.width / heads;
        kernels::softmax_rows(y.values_mut(), width);
        Ok(self.push_constant(y))
    }

    fn depthwise(&mut self, x: &Node, weight: &Span, kernel: usize) -> Result<Node, NnError> {
        Ok(self.record_depthwise(*x, weight, kernel))
    }

    fn multiply(&mut self, x: Node, y: Columns<'_, Node>) -> Result<Node, NnError> {
        Ok(self.record_multiply(x, y.into()))
    }

    fn convolve(
        &mut self,
        logits: Node,
        values: Columns<'_, Node>,
        heads: usize,
        kernel: usize,
    ) -> Result<Node, NnError> {
        Ok(self.record_convolve(logits, values.into(), heads, kernel))
    }

    fn concatenate(&mut self, x: Node, y: Node) -> Result<Node, NnError> {
        Ok(self.record_concatenate(x, y))
    }
}

impl<N: Number, O: Observer<N>> DecoderOps for Tape<'_, N, O> {
    fn norm(&mut self, x: &Node, norm: &Norm) -> Result<Node, NnError> {
        Ok(self.record_norm(*x, norm))
    }

    fn tanh_gelu(&mut self, x: Node) -> Result<Node, NnError> {
        Ok(self.record_tanh_gelu(x))
    }

    fn add(&mut self, x: Node, y: Node, site: DropoutSite) -> Result<Node, NnError> {
        Ok(self.record_add(x, y, site))
    }

    fn relu(&mut self, x: Node) -> Result<Node, NnError> {
        Ok(self.record_relu(x))
    }

    fn drop_out(&mut self, x: Node, site: DropoutSite) -> Result<Node, NnError> {
        Ok(self.record_drop_out(x, site))
    }

    fn remember(&mut self, layer: usize, x: &Node) -> Result<Option<Node>, NnError> {
        Ok(self.record_context(layer, *x))
    }

    fn distances(&mut self, d: usize) -> Result<Node, NnError> {
        let distances = relative::distances(&mut self.pass, d);
        Ok(self.push_constant(distances))
    }

    fn relative_attention(&mut self, heads: &RelativeHeads<'_, Node>) -> Result<Node, NnError> {
        Ok(self.record_relative_attention(heads))
    }
}
