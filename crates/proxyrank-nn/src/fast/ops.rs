//! The network's operations over one block, without a way back.

use super::pass::Pass;
use super::workspace::Buffer;
use super::{attention, convolution, fourier, relative};
use crate::NnError;
use crate::dropout::DropoutSite;
use crate::kernels;
use crate::ops::{Columns, DecoderOps, Heads, Ops, RelativeHeads, Tap};
use crate::real::Real;
use crate::taps::{Event, Site, Visitor};
use crate::weights::{EncoderLayout, Linear, Norm, Span, Transform};

/// One block on its way through the network.
#[derive(Debug)]
pub(super) struct FastOps<'a, T: Real, V> {
    pub pass: Pass<'a, T>,
    pub ids: &'a [u32],
    pub visitor: &'a mut V,
}

impl<T: Real, V: Visitor<T>> FastOps<'_, T, V> {
    fn normed(&self, x: &mut Buffer<T>, norm: &Norm) {
        let (gain, shift) = self.pass.gain_and_shift(norm);
        kernels::layer_norm(x.values_mut(), &gain, &shift, self.pass.epsilon());
    }
}

impl<T: Real, V: Visitor<T>> Ops for FastOps<'_, T, V> {
    type Value = Buffer<T>;

    fn wants(&self, site: Site) -> bool {
        self.visitor.wants(site)
    }

    fn show(&mut self, tap: Tap, values: Columns<'_, Buffer<T>>) -> Result<(), NnError> {
        let block = self.pass.block_of(values.of.over);
        self.visitor.visit(&Event::new(tap, block, values.view()));
        Ok(())
    }

    fn release(&mut self, value: Buffer<T>) {
        self.pass.workspace.give(value);
    }

    fn embed(&mut self, layout: &EncoderLayout) -> Result<Buffer<T>, NnError> {
        let mut x = self.pass.embedded(&layout.embeddings, self.ids);
        self.normed(&mut x, &layout.embeddings.norm);
        self.pass.drop_out(self.pass.mask(DropoutSite::Embeddings), &mut x);
        Ok(x)
    }

    fn linear(&mut self, x: Columns<'_, Buffer<T>>, linear: &Linear) -> Result<Buffer<T>, NnError> {
        Ok(self.pass.affine(x, linear))
    }

    fn gelu(&mut self, mut x: Buffer<T>) -> Result<Buffer<T>, NnError> {
        kernels::gelu(x.values_mut());
        Ok(x)
    }

    fn linear_gelu(&mut self, x: &Buffer<T>, linear: &Linear) -> Result<Buffer<T>, NnError> {
        let mut y = self.pass.multiplied(Columns::first(x, linear.inputs), linear);
        match self.pass.bias(linear) {
            Some(bias) => kernels::bias_gelu(y.values_mut(), &bias),
            None => kernels::gelu(y.values_mut()),
        }
        Ok(y)
    }

    fn linear_residual_norm(
        &mut self,
        x: &Buffer<T>,
        linear: &Linear,
        site: DropoutSite,
        residual: &Buffer<T>,
        norm: &Norm,
    ) -> Result<Buffer<T>, NnError> {
        let mut y = self.pass.affine(Columns::first(x, linear.inputs), linear);
        self.pass.drop_out(self.pass.mask(site), &mut y);
        kernels::residual(y.values_mut(), residual.values());
        self.normed(&mut y, norm);
        Ok(y)
    }

    fn attention(&mut self, heads: &Heads<'_, Buffer<T>>) -> Result<Buffer<T>, NnError> {
        let wanted = self.visitor.wants(Site::Attention);
        let visitor = &mut *self.visitor;
        Ok(attention::attention(&mut self.pass, heads, None, |tap, block, values| {
            if wanted {
                visitor.visit(&Event::new(tap, block, values));
            }
        }))
    }

    fn transform(&mut self, x: &Buffer<T>, heads: usize, kind: Transform) -> Result<Buffer<T>, NnError> {
        Ok(fourier::transform(&mut self.pass, x, heads, kind, fourier::Way::Forward))
    }

    fn head_softmax(&mut self, x: &Buffer<T>, heads: usize) -> Result<Buffer<T>, NnError> {
        let mut y = self.pass.workspace.copy(x);
        kernels::softmax_rows(y.values_mut(), x.width / heads);
        Ok(y)
    }

    fn depthwise(&mut self, x: &Buffer<T>, weight: &Span, kernel: usize) -> Result<Buffer<T>, NnError> {
        Ok(convolution::depthwise(&mut self.pass, x, weight, kernel))
    }

    fn multiply(&mut self, mut x: Buffer<T>, y: Columns<'_, Buffer<T>>) -> Result<Buffer<T>, NnError> {
        Pass::scale_by(&mut x, y);
        Ok(x)
    }

    fn convolve(
        &mut self,
        mut logits: Buffer<T>,
        values: Columns<'_, Buffer<T>>,
        heads: usize,
        kernel: usize,
    ) -> Result<Buffer<T>, NnError> {
        kernels::softmax_rows(logits.values_mut(), kernel);
        let output = convolution::convolve(&mut self.pass, &logits, values, heads, kernel);
        self.pass.workspace.give(logits);
        Ok(output)
    }

    fn concatenate(&mut self, x: Buffer<T>, y: Buffer<T>) -> Result<Buffer<T>, NnError> {
        let both = self.pass.concatenated(&x, &y);
        self.pass.workspace.give(x);
        self.pass.workspace.give(y);
        Ok(both)
    }
}

impl<T: Real, V: Visitor<T>> DecoderOps for FastOps<'_, T, V> {
    fn norm(&mut self, x: &Buffer<T>, norm: &Norm) -> Result<Buffer<T>, NnError> {
        let mut y = self.pass.workspace.copy(x);
        self.normed(&mut y, norm);
        Ok(y)
    }

    fn tanh_gelu(&mut self, mut x: Buffer<T>) -> Result<Buffer<T>, NnError> {
        kernels::tanh_gelu(x.values_mut());
        Ok(x)
    }

    fn add(&mut self, mut x: Buffer<T>, mut y: Buffer<T>, site: DropoutSite) -> Result<Buffer<T>, NnError> {
        self.pass.drop_out(self.pass.mask(site), &mut y);
        kernels::residual(x.values_mut(), y.values());
        self.pass.workspace.give(y);
        Ok(x)
    }

    fn relu(&mut self, mut x: Buffer<T>) -> Result<Buffer<T>, NnError> {
        kernels::relu(x.values_mut());
        Ok(x)
    }

    fn drop_out(&mut self, mut x: Buffer<T>, site: DropoutSite) -> Result<Buffer<T>, NnError> {
        self.pass.drop_out(self.pass.mask(site), &mut x);
        Ok(x)
    }

    fn remember(&mut self, layer: usize, x: &Buffer<T>) -> Result<Option<Buffer<T>>, NnError> {
        Ok(relative::context(&mut self.pass, layer, x))
    }

    fn distances(&mut self, d: usize) -> Result<Buffer<T>, NnError> {
        Ok(relative::distances(&mut self.pass, d))
    }

    fn relative_attention(&mut self, heads: &RelativeHeads<'_, Buffer<T>>) -> Result<Buffer<T>, NnError> {
        let wanted = self.visitor.wants(Site::Attention);
        let visitor = &mut *self.visitor;
        Ok(relative::attention(&mut self.pass, heads, None, |tap, block, values| {
            if wanted {
                visitor.visit(&Event::new(tap, block, values));
            }
        }))
    }
}
