//! The two convolutions of a span convolution.

use super::{Node, Observer, Place, Sink, Step, Tape};
use crate::fast::convolution::{Convolution, convolve, depthwise, kernel_rows, neighbours};
use crate::fast::workspace::Buffer;
use crate::kernels::{self, inner, kernel};
use crate::number::Number;
use crate::weights::Span;

/// y = every column of x with its own kernel.
#[derive(Debug)]
pub(super) struct Depthwise {
    x: Node,
    y: Node,
    weight: Span,
    kernel: usize,
}

/// y = every token and head of the values with the softmax of its own logits.
#[derive(Debug)]
pub(super) struct Convolve<N> {
    logits: Node,
    values: Place,
    y: Node,
    heads: usize,
    kernel: usize,
    /// The softmax of the logits.
    weights: Buffer<N>,
}

impl<N: Number, O: Observer<N>> Tape<'_, N, O> {
    pub(super) fn record_depthwise(&mut self, x: Node, weight: &Span, kernel: usize) -> Node {
        let y = depthwise(&mut self.pass, self.values.get(x), weight, kernel);
        let y = self.push(y);
        self.steps.push(Step::Depthwise(Depthwise { x, y, weight: weight.clone(), kernel }));
        y
    }

    pub(super) fn record_convolve(
        &mut self,
        logits: Node,
        values: Place,
        heads: usize,
        kernel: usize,
    ) -> Node {
        let mut weights = self.pass.workspace.copy(self.values.get(logits));
        kernels::softmax_rows(weights.values_mut(), kernel);
        let y = convolve(&mut self.pass, &weights, self.values.columns(values), heads, kernel);
        let y = self.push(y);
        self.steps.push(Step::Convolve(Convolve { logits, values, y, heads, kernel, weights }));
        y
    }

    pub(super) fn depthwise_backward(&mut self, step: &Depthwise, sink: &mut Sink<N::Real>) {
        let Some(gradient) = self.arrived(step.y) else {
            return;
        };
        let (width, kernel) = (gradient.width, step.kernel);
        let rows = kernel_rows(&mut self.pass, &step.weight, kernel);
        let mut row_sums = self.pass.workspace.zeros(kernel, width);
        let x = self.values.get(step.x);
        let place = Place { node: step.x, start: 0, width };
        // Where nobody wants the input's gradient, it still has to go somewhere.
        let mut unwanted = Buffer::none();
        let input_sums = if let Some(sums) = self.gradients.sums(self.pass.workspace, place, x) {
            sums
        } else {
            unwanted = self.pass.workspace.zeros(x.rows(), width);
            &mut unwanted
        };
        depthwise_backward_loop(
            input_sums.values_mut(),
            row_sums.values_mut(),
            gradient.values(),
            x.values(),
            rows.values(),
            [width, self.pass.block.seq_len, kernel],
        );
        let sums = sink.sums(&step.weight);
        for (position, row) in row_sums.values().chunks_exact(width).enumerate() {
            for (column, sum) in row.iter().enumerate() {
                sums[column * kernel + position] += sum.part();
            }
        }
        for buffer in [gradient, rows, row_sums, unwanted] {
            self.pass.workspace.give(buffer);
        }
    }

    pub(super) fn convolve_backward(&mut self, step: Convolve<N>) {
        let Convolve { logits, values, y, heads, kernel, weights } = step;
        if let Some(gradient) = self.arrived(y) {
            let mut weight_gradient = self.pass.workspace.take(weights.rows(), weights.width);
            let columns = self.values.columns(values);
            let shape = Convolution::new(self.pass.block.seq_len, kernel, heads, columns);
            if let Some(sums) = self.gradients.sums(self.pass.workspace, values, columns.of) {
                convolve_backward_loop(
                    &mut sums.values_mut()[values.start..],
                    weight_gradient.values_mut(),
                    gradient.values(),
                    &columns.of.values()[values.start..],
                    weights.values(),
                    shape,
                );
            }
            kernels::softmax_backward(weight_gradient.values_mut(), weights.values(), kernel);
            self.gradients.add(self.pass.workspace, logits, weight_gradient);
            self.pass.workspace.give(gradient);
        }
        self.pass.workspace.give(weights);
    }
}

kernel! {
    /// `kernels` and `kernel_sums` have a row over all columns for each position.
    pub(in crate::fast) fn depthwise_backward_loop<'a, N: Number>(
        input_sums: &'a mut [N],
        kernel_sums: &'a mut [N],
        gradient: &'a [N],
        input: &'a [N],
        kernels: &'a [N],
        sizes: [usize; 3],
    ) {
        let [width, seq_len, kernel] = sizes;
        for (row, gradient) in gradient.chunks_exact(width).enumerate() {
            let token = row % seq_len;
            for (position, neighbour) in neighbours(token, seq_len, kernel) {
                let start = (row - token + neighbour) * width;
                let input = &input[start..][..width];
                let input_sums = &mut input_sums[start..][..width];
                let weights = &kernels[position * width..][..width];
                let weight_sums = &mut kernel_sums[position * width..][..width];
                for ((input_sum, &weight), &gradient) in input_sums.iter_mut().zip(weights).zip(gradient) {
                    *input_sum += gradient * weight;
                }
                for ((weight_sum, &x), &gradient) in weight_sums.iter_mut().zip(input).zip(gradient) {
                    *weight_sum += gradient * x;
                }
            }
        }
    }
}

kernel! {
    /// `weights` and `weight_gradient` have `heads` rows of kernel weights for each token.
    pub(in crate::fast) fn convolve_backward_loop<'a, N: Number>(
        input_sums: &'a mut [N],
        weight_gradient: &'a mut [N],
        gradient: &'a [N],
        input: &'a [N],
        weights: &'a [N],
        shape: Convolution,
    ) {
        let Convolution { seq_len, kernel, heads, width, stride } = shape;
        let d = width / heads;
        weight_gradient.fill(N::default());
        for (row, gradient) in gradient.chunks_exact(width).enumerate() {
            let token = row % seq_len;
            for (head, gradient) in gradient.chunks_exact(d).enumerate() {
                let first = (row * heads + head) * kernel;
                for (position, neighbour) in neighbours(token, seq_len, kernel) {
                    let start = (row - token + neighbour) * stride + head * d;
                    weight_gradient[first + position] = inner(gradient, &input[start..][..d]);
                    let weight = weights[first + position];
                    for (sum, &gradient) in input_sums[start..][..d].iter_mut().zip(gradient) {
                        *sum += gradient * weight;
                    }
                }
            }
        }
    }
}
