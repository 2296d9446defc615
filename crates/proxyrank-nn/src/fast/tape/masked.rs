//! The generator's prediction of masked tokens, at the masked rows alone.

use super::{Node, Observer, Place, Sink, Step, Tape};
use crate::fast::workspace::Buffer;
use crate::kernels;
use crate::number::{Factor, Number};
use crate::ops::{Columns, Tap};
use crate::taps::Site;
use crate::weights::{EncoderLayout, GeneratorLayout, Linear};

/// y = some rows of x.
#[derive(Debug)]
pub(super) struct Gather {
    x: Node,
    y: Node,
    rows: Vec<usize>,
}

/// y = x Wᵀ + b with the word table as W.
#[derive(Debug)]
pub(super) struct TiedOutput {
    x: Node,
    y: Node,
    linear: Linear,
}

impl<N: Number, O: Observer<N>> Tape<'_, N, O> {
    /// Logits over the vocabulary at some rows of the hidden state.
    pub(super) fn predictions(
        &mut self,
        layout: &EncoderLayout,
        head: &GeneratorLayout,
        hidden: Node,
        rows: Vec<usize>,
    ) -> Node {
        self.hidden_output = Some(head.dense.clone());
        let x = self.gather(hidden, rows);
        let dense = self.record_linear_gelu(Columns::first(&x, head.dense.inputs).into(), &head.dense);
        let normed = self.record_norm(dense, &head.norm);
        let linear = Linear {
            weight: layout.embeddings.word.clone(),
            bias: Some(head.bias.clone()),
            outputs: layout.network.vocab_size,
            inputs: layout.network.embedding_size,
        };
        let x = Columns::first(self.values.get(normed), linear.inputs);
        let y = self.pass.affine(x, &linear);
        let y = self.push(y);
        if self.observer.wants(Site::Predictions) {
            let tap = Tap { site: Site::Predictions, layer: layout.layers.len() - 1, index: 0, heads: 1 };
            let values = Columns::first(self.values.get(y), linear.outputs).view();
            self.observer.see(tap, self.pass.block, values);
        }
        self.steps.push(Step::TiedOutput(TiedOutput { x: normed, y, linear }));
        y
    }

    fn gather(&mut self, x: Node, rows: Vec<usize>) -> Node {
        let gathered = self.rows_of(x, &rows);
        let y = self.push(gathered);
        self.steps.push(Step::Gather(Gather { x, y, rows }));
        y
    }

    /// A copy of some rows of a value.
    pub(super) fn rows_of(&mut self, node: Node, rows: &[usize]) -> Buffer<N> {
        let from = self.values.get(node);
        let width = from.width;
        let mut gathered = self.pass.workspace.take(rows.len(), width);
        for (target, &row) in gathered.values_mut().chunks_exact_mut(width).zip(rows) {
            target.copy_from_slice(&from.values()[row * width..][..width]);
        }
        gathered
    }

    /// Adds to some rows of a value's gradient.
    pub(super) fn add_to_rows(&mut self, node: Node, rows: &[usize], gradient: &Buffer<N>) {
        let width = gradient.width;
        let place = Place { node, start: 0, width };
        if let Some(sums) = self.gradients.sums(self.pass.workspace, place, self.values.get(node)) {
            for (part, &row) in gradient.values().chunks_exact(width).zip(rows) {
                kernels::residual(&mut sums.values_mut()[row * width..][..width], part);
            }
        }
    }

    pub(super) fn gather_backward(&mut self, step: &Gather) {
        let Some(gradient) = self.arrived(step.y) else {
            return;
        };
        self.add_to_rows(step.x, &step.rows, &gradient);
        self.pass.workspace.give(gradient);
    }

    pub(super) fn tied_output_backward(&mut self, step: &TiedOutput, sink: &mut Sink<N::Real>) {
        let TiedOutput { x, y, linear } = step;
        let Some(gradient) = self.arrived(*y) else {
            return;
        };
        if let Some(bias) = &linear.bias {
            kernels::column_sums(gradient.values(), sink.sums(bias));
        }
        let operand = Factor::Activations(gradient.operand());
        let input = self.values.get(*x);
        if self.embeddings_wanted() {
            let target = sink.words(linear.outputs, linear.inputs);
            let input = Factor::Activations(input.operand());
            N::product_part(&mut self.pass.workspace.scratch, target, operand.t(), input);
        }
        let place = Place { node: *x, start: 0, width: linear.inputs };
        let weight = self.pass.weight(linear);
        self.gradients.product(self.pass.workspace, place, input, operand, weight);
        self.pass.workspace.give(gradient);
    }
}
