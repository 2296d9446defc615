//! The operations of networks over a whole batch; activations are tensors of (B, S, columns), or (rows, columns) where all sequences
//! share them.

use std::marker::PhantomData;

use candle_core::{D, Device, Tensor};

use super::backward::Backward;
use super::decoder::Memory;
use super::loss::inner_product;
use super::tape::with_zeros;
use super::weights::Tensors;
use super::{attention, convolution, transform};
use crate::NnError;
use crate::batch::Block;
use crate::dropout::{DropoutSite, Mask};
use crate::engine::Dropout;
use crate::gradient::GradientOf;
use crate::ops::{Columns, Heads, Ops, Tap};
use crate::real::Real;
use crate::taps::{Event, Site, View, Visitor};
use crate::weights::{EncoderLayout, Linear, Norm, Span, Transform};

/// A batch on its way through the network.
#[derive(Debug)]
pub(super) struct ComposedOps<'a, T, V> {
    pub tensors: &'a Tensors,
    /// The tokens; none where the input is none.
    pub ids: &'a [u32],
    /// The whole input.
    pub block: Block,
    pub device: &'a Device,
    pub dropout: Dropout,
    /// What is added to a norm's variance.
    pub epsilon: f64,
    pub visitor: &'a mut V,
    /// Present if a backward pass follows.
    pub backward: Option<Backward<V>>,
    /// Present under a loss of segments.
    pub segments: Option<Segments<'a, T>>,
    /// What a decoder's layers remember.
    pub memory: Memory,
    pub real: PhantomData<T>,
}

/// A loss of segments on its way.
#[derive(Debug)]
pub(super) struct Segments<'a, T> {
    /// The cotangents of all segments, one after the other.
    pub cotangents: &'a [T],
    /// Inner products of the outputs so far.
    pub sum: Option<Tensor>,
}

impl<T: Real, V: Visitor<T>> ComposedOps<'_, T, V> {
    /// Multiplies by the mask of a site, if dropout is on.
    pub(super) fn masked(&self, x: Tensor, site: DropoutSite) -> Result<Tensor, NnError> {
        match self.dropout {
            Dropout::Off => Ok(x),
            Dropout::Seed(seed) => {
                let factors = Mask::new(seed, site).factors::<T>(x.elem_count());
                Ok((&x * Tensor::from_vec(factors, x.shape(), self.device)?)?)
            }
        }
    }

    /// Ones, (B, S, `width`).
    pub(super) fn ones(&self, width: usize) -> Result<Tensor, NnError> {
        let Block { sequences, seq_len, .. } = self.block;
        Ok(Tensor::ones((sequences, seq_len, width), T::DTYPE, self.device)?)
    }

    /// x Wᵀ + b of tensors that have any number of rows, without a place for visitors.
    pub(super) fn affine(&self, x: &Tensor, linear: &Linear) -> Result<Tensor, NnError> {
        let weight = self.tensors.stacked(&linear.weight, (linear.outputs, linear.inputs))?;
        let rows = x.contiguous()?.reshape(((), linear.inputs))?;
        let mut y = rows.matmul(&weight.t()?)?;
        if let Some(bias) = &linear.bias {
            y = y.broadcast_add(&self.tensors.stacked(bias, linear.outputs)?)?;
        }
        let leading = &x.dims()[..x.rank() - 1];
        Ok(y.reshape([leading, &[linear.outputs]].concat())?)
    }

    pub(super) fn normed(&self, x: &Tensor, norm: &Norm) -> Result<Tensor, NnError> {
        let width = x.dim(D::Minus1)?;
        let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        let scaled = centred.broadcast_div(&(variance + self.epsilon)?.sqrt()?)?;
        let gain = self.tensors.stacked(&norm.gain, width)?;
        Ok(scaled.broadcast_mul(&gain)?.broadcast_add(&self.tensors.stacked(&norm.shift, width)?)?)
    }
}

/// The sequences and rows that an activation of the input `whole` has: one without an axis of sequences is the same for all of
/// them, and one with a memory has more rows than the input.
pub(super) fn block_of(whole: Block, x: &Tensor) -> Block {
    match *x.dims() {
        [sequences, seq_len, _] => Block { sequences, seq_len, ..whole },
        [seq_len, _] => Block { sequences: 1, seq_len, ..whole },
        _ => whole,
    }
}

/// The columns as a tensor of their own.
pub(super) fn narrow(columns: Columns<'_, Tensor>) -> Result<Tensor, NnError> {
    Ok(columns.of.narrow(D::Minus1, columns.start, columns.width)?)
}

/// Softmax over the last axis, composed so that it can be differentiated.
pub(crate) fn softmax(x: &Tensor) -> Result<Tensor, NnError> {
    // The shift cancels in value and gradient alike, so it need not be differentiated.
    let powers = x.broadcast_sub(&x.max_keepdim(D::Minus1)?.detach())?.exp()?;
    Ok(powers.broadcast_div(&powers.sum_keepdim(D::Minus1)?)?)
}

/// x Φ(x), composed: the gradient of candle's own has a constant of six digits in it.
pub(super) fn gelu(x: &Tensor) -> Result<Tensor, NnError> {
    let twice_share = ((x * std::f64::consts::FRAC_1_SQRT_2)?.erf()? + 1.0)?;
    Ok(((x * 0.5)? * twice_share)?)
}

impl<T: Real, V: Visitor<T>> Ops for ComposedOps<'_, T, V> {
    type Value = Tensor;

    fn wants(&self, site: Site) -> bool {
        self.visitor.wants(site) || self.wants_gradient(site)
    }

    fn show(&mut self, tap: Tap, values: Columns<'_, Tensor>) -> Result<(), NnError> {
        let Tap { site, layer, index, heads } = tap;
        let marked = self.wants_gradient(site);
        if let Some(backward) = self.backward.as_mut().filter(|_| marked) {
            backward.tape.mark(GradientOf::Activation { site, layer, index }, values);
        }
        if self.visitor.wants(site) {
            let block = block_of(self.block, values.of);
            let columns = values.width;
            let values = narrow(values)?.flatten_all()?.to_vec1::<T>()?;
            let view = View::new(&values, block.rows(), columns, columns);
            self.visitor.visit(&Event { site, layer, index, heads, block, values: view });
        }
        Ok(())
    }

    /// Cuts the graph: what follows reads the value alone.
    fn cut(&mut self, segment: usize, x: Tensor) -> Result<Tensor, NnError> {
        let Some(segments) = &mut self.segments else { return Ok(x) };
        let count = x.elem_count();
        let cotangent = &segments.cotangents[segment * count..(segment + 1) * count];
        let product = inner_product(&x, cotangent)?;
        segments.sum = Some(match segments.sum.take() {
            None => product,
            Some(sum) => (sum + product)?,
        });
        self.carried(x.detach())
    }

    fn release(&mut self, _value: Tensor) {}

    fn embed(&mut self, layout: &EncoderLayout) -> Result<Tensor, NnError> {
        let width = layout.network.embedding_size;
        let Block { sequences: batch, seq_len, .. } = self.block;
        let ids = Tensor::from_slice(self.ids, batch * seq_len, self.device)?;
        let words = self.tensors.stacked(&layout.embeddings.word, ((), width))?.index_select(&ids, 0)?;
        let words = words.reshape((batch, seq_len, width))?;
        let kind = self.tensors.stacked(&layout.embeddings.token_type, ((), width))?.narrow(0, 0, 1)?;
        let positions =
            self.tensors.stacked(&layout.embeddings.position, ((), width))?.narrow(0, 0, seq_len)?;
        let mut sum = words.broadcast_add(&kind)?.broadcast_add(&positions)?;
        if let Some(backward) = &mut self.backward {
            let (with_zeros, zeros) = with_zeros(&sum)?;
            (sum, backward.tape.embeddings) = (with_zeros, Some(zeros));
        }
        let normed = self.normed(&sum, &layout.embeddings.norm)?;
        self.masked(normed, DropoutSite::Embeddings)
    }

    fn linear(&mut self, x: Columns<'_, Tensor>, linear: &Linear) -> Result<Tensor, NnError> {
        let y = self.affine(&narrow(x)?, linear)?;
        let y = self.carried(y)?;
        let shared = y.rank() == 2;
        if let Some(backward) = self.backward.as_mut().filter(|backward| backward.outputs) {
            let width = linear.outputs / linear.weight.parameters.len();
            for (position, parameter) in linear.weight.parameters.clone().enumerate() {
                let of = if shared {
                    GradientOf::SharedOutput { parameter }
                } else {
                    GradientOf::Output { parameter }
                };
                backward.tape.mark(of, Columns::nth(&y, position, width));
            }
        }
        Ok(y)
    }

    fn gelu(&mut self, x: Tensor) -> Result<Tensor, NnError> {
        self.carried(gelu(&x)?)
    }

    fn linear_gelu(&mut self, x: &Tensor, linear: &Linear) -> Result<Tensor, NnError> {
        let raw = self.linear(Columns::first(x, linear.inputs), linear)?;
        self.gelu(raw)
    }

    fn linear_residual_norm(
        &mut self,
        x: &Tensor,
        linear: &Linear,
        site: DropoutSite,
        residual: &Tensor,
        norm: &Norm,
    ) -> Result<Tensor, NnError> {
        let y = self.linear(Columns::first(x, linear.inputs), linear)?;
        let y = self.masked(y, site)?;
        let normed = self.normed(&(residual + y)?, norm)?;
        self.carried(normed)
    }

    fn attention(&mut self, heads: &Heads<'_, Tensor>) -> Result<Tensor, NnError> {
        attention::attention(self, heads)
    }

    fn transform(&mut self, x: &Tensor, heads: usize, kind: Transform) -> Result<Tensor, NnError> {
        let output = transform::transform::<T>(x, heads, kind)?;
        self.carried(output)
    }

    fn head_softmax(&mut self, x: &Tensor, heads: usize) -> Result<Tensor, NnError> {
        let (batch, seq_len, width) = x.dims3()?;
        let split = softmax(&x.reshape((batch, seq_len, heads, width / heads))?)?;
        Ok(split.reshape((batch, seq_len, width))?)
    }

    fn depthwise(&mut self, x: &Tensor, weight: &Span, kernel: usize) -> Result<Tensor, NnError> {
        let weight = self.tensors.stacked(weight, (x.dim(D::Minus1)?, kernel))?;
        convolution::depthwise(x, &weight)
    }

    fn multiply(&mut self, x: Tensor, y: Columns<'_, Tensor>) -> Result<Tensor, NnError> {
        Ok((x * narrow(y)?)?)
    }

    fn convolve(
        &mut self,
        logits: Tensor,
        values: Columns<'_, Tensor>,
        heads: usize,
        kernel: usize,
    ) -> Result<Tensor, NnError> {
        convolution::convolve(&logits, &narrow(values)?, heads, kernel)
    }

    fn concatenate(&mut self, x: Tensor, y: Tensor) -> Result<Tensor, NnError> {
        Ok(Tensor::cat(&[x, y], D::Minus1)?)
    }
}
