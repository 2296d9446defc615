//! The two convolutions of a span convolution, over each sequence on its own.
//!
//! A kernel of five or nine tokens is too short for a matrix product, so these are sums of scaled rows that stay in the
//! first-level cache: 26 GFLOP/s over columns and, with the softmax of the kernels, 14 over heads on one core of an AMD EPYC
//! (Zen 4), bound by its loads; that is 24% and 13% of the rate of a matrix product. Backward it is 24 and 18 GFLOP/s. At
//! nine tokens and a hidden size of 256 they and their derivatives are under 3% of the layer's time.

use super::pass::Pass;
use super::workspace::Buffer;
use crate::kernels::kernel;
use crate::number::Number;
use crate::ops::Columns;
use crate::weights::Span;

/// Pairs a token of a sequence with each token that its kernel covers: (position in the kernel, that token).
pub(super) fn neighbours(
    token: usize,
    seq_len: usize,
    kernel: usize,
) -> impl Iterator<Item = (usize, usize)> {
    let reach = kernel / 2;
    let first = reach.saturating_sub(token);
    let end = kernel.min(seq_len + reach - token);
    (first..end).map(move |position| (position, token + position - reach))
}

/// A kernel for each column, stored as (columns, kernel), as rows over the columns: the inner loops then run over
/// adjacent numbers.
pub(super) fn kernel_rows<N: Number>(pass: &mut Pass<'_, N>, weight: &Span, kernel: usize) -> Buffer<N> {
    let stored = pass.values(weight);
    let width = stored.len() / kernel;
    let mut rows = pass.workspace.take(kernel, width);
    for (position, row) in rows.values_mut().chunks_exact_mut(width).enumerate() {
        for (column, value) in row.iter_mut().enumerate() {
            *value = stored[column * kernel + position];
        }
    }
    rows
}

/// Every column with its own kernel.
pub(super) fn depthwise<N: Number>(
    pass: &mut Pass<'_, N>,
    x: &Buffer<N>,
    weight: &Span,
    kernel: usize,
) -> Buffer<N> {
    let kernels = kernel_rows(pass, weight, kernel);
    let mut output = pass.workspace.take(x.rows(), x.width);
    depthwise_loop(output.values_mut(), x.values(), kernels.values(), x.width, pass.block.seq_len, kernel);
    pass.workspace.give(kernels);
    output
}

/// Every token and head with its own kernel; `weights` has `heads` rows of them for each token.
pub(super) fn convolve<N: Number>(
    pass: &mut Pass<'_, N>,
    weights: &Buffer<N>,
    values: Columns<'_, Buffer<N>>,
    heads: usize,
    kernel: usize,
) -> Buffer<N> {
    let mut output = pass.workspace.take(values.of.rows(), values.width);
    let shape = Convolution::new(pass.block.seq_len, kernel, heads, values);
    convolve_loop(output.values_mut(), &values.of.values()[values.start..], weights.values(), shape);
    output
}

kernel! {
    /// `kernels` has a row over all columns for each position.
    fn depthwise_loop<'a, N: Number>(
        output: &'a mut [N],
        input: &'a [N],
        kernels: &'a [N],
        width: usize,
        seq_len: usize,
        kernel: usize,
    ) {
        for (row, target) in output.chunks_exact_mut(width).enumerate() {
            let token = row % seq_len;
            target.fill(N::default());
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
pub(super) struct Convolution {
    pub seq_len: usize,
    pub kernel: usize,
    pub heads: usize,
    /// Columns of the output.
    pub width: usize,
    /// Distance between rows of the input.
    pub stride: usize,
}

impl Convolution {
    /// That of these values.
    pub(super) const fn new<N>(
        seq_len: usize,
        kernel: usize,
        heads: usize,
        values: Columns<'_, Buffer<N>>,
    ) -> Self {
        Self { seq_len, kernel, heads, width: values.width, stride: values.of.width }
    }
}

kernel! {
    /// `weights` has `heads` rows of kernel weights for each token.
    fn convolve_loop<'a, N: Number>(output: &'a mut [N], input: &'a [N], weights: &'a [N], shape: Convolution) {
        let Convolution { seq_len, kernel, heads, width, stride } = shape;
        let d = width / heads;
        for (row, target) in output.chunks_exact_mut(width).enumerate() {
            let token = row % seq_len;
            target.fill(N::default());
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
