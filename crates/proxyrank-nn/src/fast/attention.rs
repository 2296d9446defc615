//! Scaled dot products of one head in one sequence at a time.

use faer::Accum;

use super::ops::FastOps;
use super::workspace::Buffer;
use crate::batch::Block;
use crate::dropout::DropoutSite;
use crate::kernels::{self, Operand, product};
use crate::ops::{Columns, Heads, Tap};
use crate::real::Real;
use crate::taps::{Site, View, Visitor};

/// softmax(q kᵀ / √d) v; the scores of a tile stay in cache between the two products.
pub(super) fn attention<T: Real, V: Visitor<T>>(
    ops: &mut FastOps<'_, T, V>,
    heads: &Heads<'_, Buffer<T>>,
) -> Buffer<T> {
    let Block { seq_len, sequences, first_sequence, .. } = ops.block;
    let width = heads.query.width;
    let d = width / heads.count;
    let scale = T::of_f64(1.0 / (d as f64).sqrt());
    let wanted = ops.visitor.wants(Site::Attention);
    let mask = ops.mask(DropoutSite::Attention(heads.layer));
    let mut merged = ops.workspace.take(ops.block.rows(), width);
    let mut scores = ops.workspace.take(seq_len, seq_len);
    for sequence in 0..sequences {
        for head in 0..heads.count {
            let operand = |columns: Columns<'_, Buffer<T>>| -> usize {
                sequence * seq_len * columns.of.width + columns.start + head * d
            };
            let part = |columns| tile(columns, operand(columns), seq_len, d);
            product(
                scores.values_mut(),
                seq_len,
                Accum::Replace,
                scale,
                part(heads.query),
                part(heads.key).t(),
            );
            kernels::softmax_rows(scores.values_mut(), seq_len);
            let sequence_in_batch = first_sequence + sequence;
            if wanted {
                let tap = Tap { site: Site::Attention, layer: heads.layer, index: head, heads: heads.count };
                let block = Block { first_sequence: sequence_in_batch, sequences: 1, ..ops.block };
                ops.emit(tap, block, View::new(scores.values(), seq_len, seq_len, seq_len));
            }
            if let Some(mask) = mask {
                let tile = sequence_in_batch * heads.count + head;
                mask.apply(scores.values_mut(), tile * seq_len * seq_len);
            }
            let target = &mut merged.values_mut()[sequence * seq_len * width + head * d..];
            let probabilities = Operand::dense(scores.values(), seq_len, seq_len);
            product(target, width, Accum::Replace, T::ONE, probabilities, part(heads.value));
        }
    }
    ops.workspace.give(scores);
    merged
}

/// `rows` x `d` numbers of a matrix from element `start` on.
fn tile<T: Real>(columns: Columns<'_, Buffer<T>>, start: usize, rows: usize, d: usize) -> Operand<'_, T> {
    Operand::strided(&columns.of.values()[start..], rows, d, columns.of.width)
}
