//! The network's operations over one block.

use faer::Accum;

use super::TransformTables;
use super::workspace::{Buffer, Workspace};
use super::{attention, convolution, fourier};
use crate::NnError;
use crate::batch::Block;
use crate::dropout::{DropoutSite, Mask};
use crate::engine::Dropout;
use crate::kernels::{self, Operand, product};
use crate::ops::{Columns, Heads, NORM_EPSILON, Ops, Tap};
use crate::real::Real;
use crate::taps::{Event, Site, View, Visitor};
use crate::weights::{EncoderWeights, Linear, Norm, Span, Transform};

/// One block on its way through the network.
#[derive(Debug)]
pub(super) struct FastOps<'a, T, V> {
    pub weights: &'a EncoderWeights<T>,
    pub ids: &'a [u32],
    pub block: Block,
    pub dropout: Dropout,
    pub workspace: &'a mut Workspace<T>,
    pub tables: &'a TransformTables<T>,
    pub visitor: &'a mut V,
}

impl<T: Real, V: Visitor<T>> FastOps<'_, T, V> {
    /// The mask of a site, if dropout is on.
    pub(super) fn mask(&self, site: DropoutSite) -> Option<Mask> {
        match self.dropout {
            Dropout::Off => None,
            Dropout::Seed(seed) => Some(Mask::new(seed, site)),
        }
    }

    pub(super) fn emit(&mut self, tap: Tap, block: Block, values: View<'_, T>) {
        let Tap { site, layer, index, heads } = tap;
        self.visitor.visit(&Event { site, layer, index, heads, block, values });
    }

    /// A new matrix of x Wᵀ, without the bias.
    fn multiplied(&mut self, x: Columns<'_, Buffer<T>>, linear: &Linear) -> Buffer<T> {
        let rows = self.block.rows();
        let mut y = self.workspace.take(rows, linear.outputs);
        let x = Operand::strided(&x.of.values()[x.start..], rows, x.width, x.of.width);
        let weight = Operand::dense(self.weights.values(&linear.weight), linear.outputs, linear.inputs);
        product(y.values_mut(), linear.outputs, Accum::Replace, T::ONE, x, weight.t());
        y
    }

    fn bias(&self, linear: &Linear) -> &[T] {
        linear.bias.as_ref().map_or(&[], |bias| self.weights.values(bias))
    }

    fn norm(&self, values: &mut [T], norm: &Norm) {
        let (gain, shift) = (self.weights.values(&norm.gain), self.weights.values(&norm.shift));
        kernels::layer_norm(values, gain, shift, T::of_f64(NORM_EPSILON));
    }
}

impl<T: Real, V: Visitor<T>> Ops for FastOps<'_, T, V> {
    type Value = Buffer<T>;

    fn wants(&self, site: Site) -> bool {
        self.visitor.wants(site)
    }

    fn show(&mut self, tap: Tap, values: Columns<'_, Buffer<T>>) -> Result<(), NnError> {
        let Columns { of, start, width } = values;
        let view = View::new(&of.values()[start..], self.block.rows(), width, of.width);
        self.emit(tap, self.block, view);
        Ok(())
    }

    fn release(&mut self, value: Buffer<T>) {
        self.workspace.give(value);
    }

    fn embed(&mut self) -> Result<Buffer<T>, NnError> {
        let layout = &self.weights.layout().embeddings;
        let width = self.weights.layout().network.embedding_size;
        let mut x = self.workspace.take(self.block.rows(), width);
        let words = self.weights.values(&layout.word);
        let positions = self.weights.values(&layout.position);
        let kind = &self.weights.values(&layout.token_type)[..width];
        for (row, target) in x.values_mut().chunks_exact_mut(width).enumerate() {
            let word = &words[self.ids[row] as usize * width..][..width];
            let position = &positions[row % self.block.seq_len * width..][..width];
            for (((target, &word), &kind), &position) in target.iter_mut().zip(word).zip(kind).zip(position) {
                *target = word + kind + position;
            }
        }
        self.norm(x.values_mut(), &layout.norm);
        if let Some(mask) = self.mask(DropoutSite::Embeddings) {
            mask.apply(x.values_mut(), self.block.first_row() * width);
        }
        Ok(x)
    }

    fn linear(&mut self, x: Columns<'_, Buffer<T>>, linear: &Linear) -> Result<Buffer<T>, NnError> {
        let mut y = self.multiplied(x, linear);
        if linear.bias.is_some() {
            kernels::add_bias(y.values_mut(), self.bias(linear));
        }
        Ok(y)
    }

    fn gelu(&mut self, mut x: Buffer<T>) -> Result<Buffer<T>, NnError> {
        kernels::gelu(x.values_mut());
        Ok(x)
    }

    fn linear_gelu(&mut self, x: &Buffer<T>, linear: &Linear) -> Result<Buffer<T>, NnError> {
        let mut y = self.multiplied(Columns::first(x, linear.inputs), linear);
        kernels::bias_gelu(y.values_mut(), self.bias(linear));
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
        let mut y = self.linear(Columns::first(x, linear.inputs), linear)?;
        if let Some(mask) = self.mask(site) {
            mask.apply(y.values_mut(), self.block.first_row() * linear.outputs);
        }
        kernels::residual(y.values_mut(), residual.values());
        self.norm(y.values_mut(), norm);
        Ok(y)
    }

    fn attention(&mut self, heads: &Heads<'_, Buffer<T>>) -> Result<Buffer<T>, NnError> {
        Ok(attention::attention(self, heads))
    }

    fn transform(&mut self, x: &Buffer<T>, heads: usize, kind: Transform) -> Result<Buffer<T>, NnError> {
        Ok(fourier::transform(self, x, heads, kind))
    }

    fn head_softmax(&mut self, x: &Buffer<T>, heads: usize) -> Result<Buffer<T>, NnError> {
        let mut y = self.workspace.take(self.block.rows(), x.width);
        y.values_mut().copy_from_slice(x.values());
        kernels::softmax_rows(y.values_mut(), x.width / heads);
        Ok(y)
    }

    fn depthwise(&mut self, x: &Buffer<T>, weight: &Span, kernel: usize) -> Result<Buffer<T>, NnError> {
        Ok(convolution::depthwise(self, x, weight, kernel))
    }

    fn multiply(&mut self, mut x: Buffer<T>, y: Columns<'_, Buffer<T>>) -> Result<Buffer<T>, NnError> {
        let width = x.width;
        let rows = y.of.values().chunks_exact(y.of.width);
        for (x, y_row) in x.values_mut().chunks_exact_mut(width).zip(rows) {
            for (x, &y) in x.iter_mut().zip(&y_row[y.start..]) {
                *x *= y;
            }
        }
        Ok(x)
    }

    fn convolve(
        &mut self,
        logits: Buffer<T>,
        values: Columns<'_, Buffer<T>>,
        heads: usize,
        kernel: usize,
    ) -> Result<Buffer<T>, NnError> {
        Ok(convolution::convolve(self, logits, values, heads, kernel))
    }

    fn concatenate(&mut self, x: Buffer<T>, y: Buffer<T>) -> Result<Buffer<T>, NnError> {
        let (left, right) = (x.width, y.width);
        let mut both = self.workspace.take(self.block.rows(), left + right);
        let rows = both.values_mut().chunks_exact_mut(left + right);
        for ((row, x), y) in rows.zip(x.values().chunks_exact(left)).zip(y.values().chunks_exact(right)) {
            row[..left].copy_from_slice(x);
            row[left..].copy_from_slice(y);
        }
        self.workspace.give(x);
        self.workspace.give(y);
        Ok(both)
    }
}
