//! Layer norms, and the linear layer with dropout and residual sum before them.

use super::{Node, Observer, Place, Sink, Step, Tape};
use crate::dropout::{DropoutSite, Mask};
use crate::fast::workspace::Buffer;
use crate::kernels;
use crate::number::Number;
use crate::weights::{Linear, Norm};

/// What a norm's derivative needs.
#[derive(Debug)]
pub(super) struct Kept<N> {
    /// Rows before gain and shift.
    pub normed: Buffer<N>,
    /// One over each row's deviation, (rows, 1).
    pub scales: Buffer<N>,
}

/// y = norm(residual + dropout(x Wᵀ + b)).
#[derive(Debug)]
pub(super) struct LinearResidualNorm<N> {
    x: Place,
    linear: Linear,
    mask: Option<Mask>,
    residual: Node,
    norm: Norm,
    y: Node,
    kept: Kept<N>,
    /// x Wᵀ + b, if a visitor wants it.
    outputs: Option<Buffer<N>>,
}

/// y = norm(x).
#[derive(Debug)]
pub(super) struct Plain<N> {
    x: Node,
    norm: Norm,
    y: Node,
    kept: Kept<N>,
}

impl<N: Number, O: Observer<N>> Tape<'_, N, O> {
    pub(super) fn record_residual_norm(
        &mut self,
        x: Place,
        linear: &Linear,
        site: DropoutSite,
        residual: Node,
        norm: &Norm,
    ) -> Node {
        let mut y = self.pass.affine(self.values.columns(x), linear);
        let outputs = self.observer.wants_outputs().then(|| self.pass.workspace.copy(&y));
        let mask = self.pass.mask(site);
        self.pass.drop_out(mask, &mut y);
        kernels::residual(y.values_mut(), self.values.get(residual).values());
        let kept = self.normed(&mut y, norm);
        let y = self.push(y);
        let (linear, norm) = (linear.clone(), norm.clone());
        let step = LinearResidualNorm { x, linear, mask, residual, norm, y, kept, outputs };
        self.steps.push(Step::LinearResidualNorm(step));
        y
    }

    pub(super) fn record_norm(&mut self, x: Node, norm: &Norm) -> Node {
        let mut y = self.pass.workspace.copy(self.values.get(x));
        let kept = self.normed(&mut y, norm);
        let y = self.push(y);
        self.steps.push(Step::Norm(Plain { x, norm: norm.clone(), y, kept }));
        y
    }

    /// Norms the rows of `x` in place.
    pub(super) fn normed(&mut self, x: &mut Buffer<N>, norm: &Norm) -> Kept<N> {
        let mut normed = self.pass.workspace.take(x.rows(), x.width);
        let mut scales = self.pass.workspace.take(x.rows(), 1);
        let (gain, shift) = self.pass.gain_and_shift(norm);
        kernels::layer_norm_kept(
            x.values_mut(),
            normed.values_mut(),
            scales.values_mut(),
            &gain,
            &shift,
            self.pass.epsilon(),
        );
        Kept { normed, scales }
    }

    /// From the gradient of a norm's result to that of what was normed, in place, and to those of gain and shift.
    pub(super) fn norm_transpose(
        &mut self,
        norm: &Norm,
        kept: Kept<N>,
        gradient: &mut Buffer<N>,
        gain_sums: &mut [N::Real],
        shift_sums: &mut [N::Real],
    ) {
        let gain = self.pass.values(&norm.gain);
        kernels::layer_norm_backward(
            gradient.values_mut(),
            kept.normed.values(),
            kept.scales.values(),
            &gain,
            gain_sums,
            shift_sums,
        );
        self.forget(kept);
    }

    pub(super) fn forget(&mut self, kept: Kept<N>) {
        self.pass.workspace.give(kept.normed);
        self.pass.workspace.give(kept.scales);
    }

    pub(super) fn residual_norm_backward(&mut self, step: LinearResidualNorm<N>, sink: &mut Sink<N::Real>) {
        let LinearResidualNorm { x, linear, mask, residual, norm, y, kept, outputs } = step;
        let Some(mut gradient) = self.arrived(y) else {
            return self.forget(kept);
        };
        let (gain_sums, shift_sums) = sink.norm_sums(&norm);
        self.norm_transpose(&norm, kept, &mut gradient, gain_sums, shift_sums);
        let masked = mask.map(|mask| {
            let mut masked = self.pass.workspace.copy(&gradient);
            self.pass.drop_out(Some(mask), &mut masked);
            masked
        });
        let through = masked.as_ref().unwrap_or(&gradient);
        if let Some(bias) = &linear.bias {
            kernels::column_sums(through.values(), sink.sums(bias));
        }
        if let Some(outputs) = outputs {
            self.show_outputs(&linear, &outputs, through);
            self.pass.workspace.give(outputs);
        }
        self.through_weight(x, &linear, through, sink);
        if let Some(masked) = masked {
            self.pass.workspace.give(masked);
        }
        self.gradients.add(self.pass.workspace, residual, gradient);
    }

    pub(super) fn norm_backward(&mut self, step: Plain<N>, sink: &mut Sink<N::Real>) {
        let Plain { x, norm, y, kept } = step;
        let Some(mut gradient) = self.arrived(y) else {
            return self.forget(kept);
        };
        let (gain_sums, shift_sums) = sink.norm_sums(&norm);
        self.norm_transpose(&norm, kept, &mut gradient, gain_sums, shift_sums);
        self.gradients.add(self.pass.workspace, x, gradient);
    }
}
