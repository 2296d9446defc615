//! The head of a task that an encoder is fine-tuned on, and its losses.

use super::loss::log_sum_exp;
use super::{Node, Observer, Place, Tape};
use crate::dropout::DropoutSite;
use crate::number::Number;
use crate::readout::Readout;
use crate::real::Real;
use crate::weights::Linear;

impl<N: Number, O: Observer<N>> Tape<'_, N, O> {
    /// Outputs of the head for what it reads of each sequence, which dropout has thinned: (sequences, outputs).
    pub(super) fn sequence_outputs(&mut self, hidden: Node, head: &Linear, readout: Readout<'_>) -> Node {
        let block = self.pass.block;
        let mask = self.pass.mask(DropoutSite::Task);
        let dropped = mask.map(|mask| (mask, block.first_sequence * head.inputs));
        let pooled = self.pool(hidden, readout, dropped);
        self.token_outputs(pooled, head)
    }

    /// Outputs of the head at every row. Visitors do not see it: it may have a row a sequence instead of one a token.
    pub(super) fn token_outputs(&mut self, x: Node, head: &Linear) -> Node {
        self.hidden_output = Some(head.clone());
        self.record_linear(Place { node: x, start: 0, width: head.inputs }, head)
    }

    /// Squared differences from numbers, one a sequence.
    pub(super) fn squared_error(&mut self, outputs: Node, targets: &[N::Real], total: usize) -> f64 {
        let value = self.values.get(outputs);
        let mut gradient = self.pass.workspace.take(value.rows(), value.width);
        let share = N::Real::of_f64(2.0 / total as f64);
        let mut sum = 0.0;
        for ((gradient, &output), &target) in
            gradient.values_mut().iter_mut().zip(value.values()).zip(targets)
        {
            let difference = output - N::constant(target);
            *gradient = difference.times(share);
            sum += difference.value().as_f64().powi(2);
        }
        self.gradients.add(self.pass.workspace, outputs, gradient);
        sum / total as f64
    }

    /// Cross-entropy between each column's distribution over the tokens of a sequence and an end of its span.
    pub(super) fn span_cross_entropy(&mut self, outputs: Node, spans: &[[u32; 2]], total: usize) -> f64 {
        let seq_len = self.pass.block.seq_len;
        let value = self.values.get(outputs);
        let width = value.width;
        let mut gradient = self.pass.workspace.take(value.rows(), width);
        let share = N::Real::of_f64(0.5 / total as f64);
        let mut sum = 0.0;
        let mut column: Vec<N> = Vec::with_capacity(seq_len);
        let sequences = gradient.values_mut().chunks_exact_mut(seq_len * width);
        for ((gradient, logits), ends) in
            sequences.zip(value.values().chunks_exact(seq_len * width)).zip(spans)
        {
            for (end, &place) in ends.iter().enumerate() {
                let place = place as usize;
                column.clear();
                column.extend(logits.iter().skip(end).step_by(width));
                sum += log_sum_exp(&column) - column[place].value().as_f64();
                crate::kernels::softmax_rows(&mut column, seq_len);
                column[place] -= N::constant(N::Real::ONE);
                for (target, &part) in gradient.iter_mut().skip(end).step_by(width).zip(&column) {
                    *target = part.times(share);
                }
            }
        }
        self.gradients.add(self.pass.workspace, outputs, gradient);
        sum / (2 * total) as f64
    }
}
