//! What the head of a task reads: one row a sequence.

use super::{Node, Observer, Place, Step, Tape};
use crate::dropout::Mask;
use crate::kernels;
use crate::number::Number;
use crate::readout::Readout;
use crate::real::Real;

/// y = dropout(means over the first rows of each sequence of x, with or without the first row once more).
#[derive(Debug)]
pub(super) struct Pool {
    x: Node,
    y: Node,
    /// Rows of each sequence that are averaged.
    counts: Vec<usize>,
    /// Whether the first row is added to the mean.
    first_again: bool,
    /// The mask, and the first element of `y` in the batch's tensor.
    dropped: Option<(Mask, usize)>,
}

impl<N: Number, O: Observer<N>> Tape<'_, N, O> {
    pub(super) fn pool(&mut self, x: Node, readout: Readout<'_>, dropped: Option<(Mask, usize)>) -> Node {
        let block = self.pass.block;
        let from = self.values.get(x);
        let width = from.width;
        let counts: Vec<usize> = (0..block.sequences).map(|sequence| readout.count(sequence)).collect();
        let mut pooled = self.pass.workspace.take(counts.len(), width);
        let sequences = from.values().chunks_exact(block.seq_len * width);
        for ((target, rows), &count) in
            pooled.values_mut().chunks_exact_mut(width).zip(sequences).zip(&counts)
        {
            let (first, others) = rows[..count * width].split_at(width);
            target.copy_from_slice(first);
            others.chunks_exact(width).for_each(|row| kernels::residual(target, row));
            scale(target, count);
            if readout.first_again() {
                kernels::residual(target, first);
            }
        }
        if let Some((mask, first)) = dropped {
            mask.apply(pooled.values_mut(), first);
        }
        let y = self.push(pooled);
        let first_again = readout.first_again();
        self.steps.push(Step::Pool(Pool { x, y, counts, first_again, dropped }));
        y
    }

    pub(super) fn pool_backward(&mut self, step: &Pool) {
        let Some(mut gradient) = self.arrived(step.y) else {
            return;
        };
        if let Some((mask, first)) = step.dropped {
            mask.apply(gradient.values_mut(), first);
        }
        let (width, seq_len) = (gradient.width, self.pass.block.seq_len);
        let place = Place { node: step.x, start: 0, width };
        if let Some(sums) = self.gradients.sums(self.pass.workspace, place, self.values.get(step.x)) {
            let sequences = sums.values_mut().chunks_exact_mut(seq_len * width);
            for ((rows, part), &count) in
                sequences.zip(gradient.values_mut().chunks_exact_mut(width)).zip(&step.counts)
            {
                if step.first_again {
                    kernels::residual(&mut rows[..width], part);
                }
                scale(part, count);
                rows[..count * width].chunks_exact_mut(width).for_each(|row| kernels::residual(row, part));
            }
        }
        self.pass.workspace.give(gradient);
    }
}

/// Divides a row by a number of tokens.
fn scale<N: Number>(row: &mut [N], count: usize) {
    if count > 1 {
        let share = N::Real::of_f64(1.0 / count as f64);
        for value in row {
            *value = value.times(share);
        }
    }
}
