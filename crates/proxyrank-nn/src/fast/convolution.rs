//! The two convolutions of a span convolution, over each sequence on its own.

use super::ops::FastOps;
use super::workspace::Buffer;
use crate::kernels::{self, kernel};
use crate::ops::Columns;
use crate::real::Real;
use crate::taps::Visitor;
use crate::weights::Span;

/// Pairs a token of a sequence with each token that its kernel covers: (position in the kernel, that token).
fn neighbours(token: usize, seq_len: usize, kernel: usize) -> impl Iterator<Item = (usize, usize)> {
    let reach = kernel / 2;
    let first = reach.saturating_sub(token);
    let end = kernel.min(seq_len + reach - token);
    (first..end).map(move |position| (position, token + position - reach))
}

/// Every column with its own kernel.
pub(super) fn depthwise<T: Real, V: Visitor<T>>(
    ops: &mut FastOps<'_, T, V>,
    x: &Buffer<T>,
    weight: &Span,
    kernel: usize,
) -> Buffer<T> {
    let (rows, width, seq_len) = (ops.block.rows(), x.width, ops.block.seq_len);
    let stored = ops.weights.values(weight);
    // Kernels as rows over the columns, so that the inner loop runs over adjacent numbers.
    let mut kernels = ops.workspace.take(kernel, width);
    for (position, row) in kernels.values_mut().chunks_exact_mut(width).enumerate() {
        for (column, value) in row.iter_mut().enumerate() {
            *value = stored[column * kernel + position];
        }
    }
    let mut output = ops.workspace.take(rows, width);
    depthwise_loop(output.values_mut(), x.values(), kernels.values(), width, seq_len, kernel);
    ops.workspace.give(kernels);
    output
}

/// Every token and head with the softmax of its own logits.
pub(super) fn convolve<T: Real, V: Visitor<T>>(
    ops: &mut FastOps<'_, T, V>,
    mut logits: Buffer<T>,
    values: Columns<'_, Buffer<T>>,
    heads: usize,
    kernel: usize,
) -> Buffer<T> {
    let (rows, width) = (ops.block.rows(), values.width);
    kernels::softmax_rows(logits.values_mut(), kernel);
    let mut output = ops.workspace.take(rows, width);
    let shape = Convolution { seq_len: ops.block.seq_len, kernel, heads, width, stride: values.of.width };
    convolve_loop(output.values_mut(), &values.of.values()[values.start..], logits.values(), shape);
    ops.workspace.give(logits);
    output
}

kernel! {
    /// `kernels` has a row over all columns for each position.
    fn depthwise_loop<'a, T: Real>(
        output: &'a mut [T],
        input: &'a [T],
        kernels: &'a [T],
        width: usize,
        seq_len: usize,
        kernel: usize,
    ) {
        for (row, target) in output.chunks_exact_mut(width).enumerate() {
            let token = row % seq_len;
            target.fill(T::ZERO);
            for (position, neighbour) in neighbours(token, seq_len, kernel) {
                let source = &input[(row - token + neighbour) * width..][..width];
                let weights = &kernels[position * width..][..width];
                for ((target, &x), &weight) in target.iter_mut().zip(source).zip(weights) {
                    *target += x * weight;
                }
            }
        }
    }
}

/// Sizes of a dynamic convolution.
#[derive(Debug, Clone, Copy)]
struct Convolution {
    seq_len: usize,
    kernel: usize,
    heads: usize,
    /// Columns of the output.
    width: usize,
    /// Distance between rows of the input.
    stride: usize,
}

kernel! {
    /// `weights` has `heads` rows of kernel weights for each token.
    fn convolve_loop<'a, T: Real>(output: &'a mut [T], input: &'a [T], weights: &'a [T], shape: Convolution) {
        let Convolution { seq_len, kernel, heads, width, stride } = shape;
        let d = width / heads;
        for (row, target) in output.chunks_exact_mut(width).enumerate() {
            let token = row % seq_len;
            target.fill(T::ZERO);
            for (head, target) in target.chunks_exact_mut(d).enumerate() {
                let weights = &weights[(row * heads + head) * kernel..][..kernel];
                for (position, neighbour) in neighbours(token, seq_len, kernel) {
                    let source = &input[(row - token + neighbour) * stride + head * d..][..d];
                    let weight = weights[position];
                    for (target, &x) in target.iter_mut().zip(source) {
                        *target += x * weight;
                    }
                }
            }
        }
    }
}
