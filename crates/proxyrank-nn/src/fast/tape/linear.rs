//! Linear layers and GELUs.
//!
//! A GELU's slope is computed with its value, for both need the error function; the way back is then one multiplication,
//! in the pass over the rows that also adds up the bias gradient.

use super::{Node, Observer, Place, Sink, Step, Tape};
use crate::fast::workspace::{Buffer, Rows};
use crate::gradient::GradientOf;
use crate::kernels;
use crate::number::{Factor, Number};
use crate::ops::Columns;
use crate::weights::Linear;

/// y = x Wᵀ + b.
#[derive(Debug)]
pub(super) struct Affine {
    x: Place,
    y: Node,
    linear: Linear,
}

/// y = gelu(x Wᵀ + b).
#[derive(Debug)]
pub(super) struct Activated<N> {
    x: Place,
    y: Node,
    linear: Linear,
    slopes: Buffer<N>,
    /// x Wᵀ + b, if a visitor wants it.
    outputs: Option<Buffer<N>>,
}

/// y = gelu(x), of either form, or max(x, 0).
#[derive(Debug)]
pub(super) struct Gelu<N> {
    x: Node,
    y: Node,
    slopes: Buffer<N>,
}

impl<N: Number, O: Observer<N>> Tape<'_, N, O> {
    pub(super) fn record_linear(&mut self, x: Place, linear: &Linear) -> Node {
        let y = self.pass.affine(self.values.columns(x), linear);
        let y = self.push(y);
        self.steps.push(Step::Linear(Affine { x, y, linear: linear.clone() }));
        y
    }

    pub(super) fn record_linear_gelu(&mut self, x: Place, linear: &Linear) -> Node {
        let mut y = self.pass.multiplied(self.values.columns(x), linear);
        let mut slopes = self.pass.workspace.take(y.rows(), y.width);
        let mut outputs = None;
        match self.pass.bias(linear) {
            Some(bias) if !self.observer.wants_outputs() => {
                kernels::bias_gelu_kept(y.values_mut(), slopes.values_mut(), &bias);
            }
            bias => {
                if let Some(bias) = bias {
                    kernels::add_bias(y.values_mut(), &bias);
                }
                outputs = Some(self.pass.workspace.copy(&y));
                kernels::gelu_kept(y.values_mut(), slopes.values_mut());
            }
        }
        let y = self.push(y);
        self.steps.push(Step::LinearGelu(Activated { x, y, linear: linear.clone(), slopes, outputs }));
        y
    }

    pub(super) fn record_gelu(&mut self, x: Node) -> Node {
        self.record_activation(x, kernels::gelu_kept)
    }

    pub(super) fn record_tanh_gelu(&mut self, x: Node) -> Node {
        self.record_activation(x, kernels::tanh_gelu_kept)
    }

    pub(super) fn record_relu(&mut self, x: Node) -> Node {
        self.record_activation(x, kernels::relu_kept)
    }

    /// Records a function that gives values in place and slopes.
    fn record_activation(&mut self, x: Node, kept: fn(&mut [N], &mut [N])) -> Node {
        let mut y = self.pass.workspace.copy(self.values.get(x));
        let mut slopes = self.pass.workspace.take(y.rows(), y.width);
        kept(y.values_mut(), slopes.values_mut());
        let y = self.push(y);
        self.steps.push(Step::Gelu(Gelu { x, y, slopes }));
        y
    }

    pub(super) fn linear_backward(&mut self, step: &Affine, sink: &mut Sink<N::Real>) {
        let outputs = self.values.remove(step.y);
        if let Some(gradient) = self.gradients.take(step.y) {
            if let Some(bias) = &step.linear.bias {
                kernels::column_sums(gradient.values(), sink.sums(bias));
            }
            self.show_outputs(&step.linear, &outputs, &gradient);
            self.through_weight(step.x, &step.linear, &gradient, sink);
            self.pass.workspace.give(gradient);
        }
        self.pass.workspace.give(outputs);
    }

    pub(super) fn linear_gelu_backward(&mut self, step: Activated<N>, sink: &mut Sink<N::Real>) {
        let Activated { x, y, linear, slopes, outputs } = step;
        if let Some(mut gradient) = self.arrived(y) {
            match &linear.bias {
                Some(bias) => {
                    kernels::gelu_bias_backward(gradient.values_mut(), slopes.values(), sink.sums(bias));
                }
                None => kernels::scale_by(gradient.values_mut(), slopes.values()),
            }
            if let Some(outputs) = &outputs {
                self.show_outputs(&linear, outputs, &gradient);
            }
            self.through_weight(x, &linear, &gradient, sink);
            self.pass.workspace.give(gradient);
        }
        self.pass.workspace.give(slopes);
        if let Some(outputs) = outputs {
            self.pass.workspace.give(outputs);
        }
    }

    pub(super) fn gelu_backward(&mut self, step: Gelu<N>) {
        let Gelu { x, y, slopes } = step;
        if let Some(mut gradient) = self.arrived(y) {
            kernels::scale_by(gradient.values_mut(), slopes.values());
            self.gradients.add(self.pass.workspace, x, gradient);
        }
        self.pass.workspace.give(slopes);
    }

    /// From the gradient of x Wᵀ to those of W and x.
    pub(super) fn through_weight(
        &mut self,
        x: Place,
        linear: &Linear,
        gradient: &Buffer<N>,
        sink: &mut Sink<N::Real>,
    ) {
        let gradient = Factor::Activations(gradient.operand());
        let target = sink.matrix(&linear.weight, linear.inputs);
        let input = Factor::Activations(self.values.columns(x).operand());
        N::product_part(&mut self.pass.workspace.scratch, target, gradient.t(), input);
        let weight = self.pass.weight(linear);
        self.gradients.product(self.pass.workspace, x, self.values.get(x.node), gradient, weight);
    }

    /// Shows the gradient of a layer's outputs, parameter by parameter. That of the generator's head is not shown: it has
    /// a row for each masked token, in their order.
    pub(super) fn show_outputs(&mut self, linear: &Linear, outputs: &Buffer<N>, gradient: &Buffer<N>) {
        if self.hidden_output.as_ref() == Some(linear) || !self.observer.wants_outputs() {
            return;
        }
        let parameters = linear.weight.parameters.clone();
        let width = linear.outputs / parameters.len();
        let block = self.pass.block_of(outputs.over);
        for (index, parameter) in parameters.enumerate() {
            let [values, gradient] =
                [outputs, gradient].map(|of| Columns { of, start: index * width, width }.view());
            let of = match outputs.over {
                Rows::Tokens | Rows::Context => GradientOf::Output { parameter },
                Rows::Distances => GradientOf::SharedOutput { parameter },
            };
            self.observer.see_gradient(of, block, values, gradient);
        }
    }
}
