//! W-PCA's networks, one layer at a time.
//!
//! A search asks for thousands of networks of which many begin alike, and wants of each only the input of every layer's first
//! feed-forward layer. So a layer is a call of its own: whoever searches keeps hidden states and takes each of them up with as
//! many next layers as it likes.
//!
//! Dropout is off and no token is masked.

use rayon::prelude::*;

use super::FastEngine;
use super::attention;
use super::pass::Pass;
use super::workspace::{Buffer, Workspace};
use crate::NnError;
use crate::batch::{Block, TokenBatch};
use crate::decoder::Sight;
use crate::engine::{Depth, Dropout};
use crate::kernels;
use crate::number::Parameters;
use crate::ops::{Columns, Heads, Tap};
use crate::real::Real;
use crate::taps::{Event, Site, Visitor};
use crate::weights::{
    Layout, Linear, Norm, Weights, WpcaBlockLayout, WpcaBlockWeights, WpcaEmbeddingLayout,
    WpcaEmbeddingWeights,
};
use crate::wpca::WpcaHidden;

/// PyTorch's default, which the released networks have.
const NORM_EPSILON: f64 = 1e-5;

impl<T: Real> FastEngine<T> {
    /// What the first layer reads, of a batch in which every token has segment 0.
    pub fn wpca_embed(
        &self,
        weights: &WpcaEmbeddingWeights<T>,
        batch: &TokenBatch,
    ) -> Result<WpcaHidden<T>, NnError> {
        let shape = &weights.layout().shape;
        batch.check_sizes(shape.vocab_size, shape.max_positions)?;
        let run = |block: Block| {
            let mut workspace = self.workspaces.take();
            let mut layer = Layer { pass: self.pass(weights, block, &mut workspace) };
            let x = layer.embedded(weights.layout(), batch.block_ids(&block));
            let part = (block, kept(&x));
            workspace.give(x);
            self.workspaces.give(workspace);
            part
        };
        Ok(WpcaHidden { parts: batch.blocks(shape.hidden).into_par_iter().map(run).collect() })
    }

    /// One layer. A visitor for each block of sequences, made by `visitor`, is shown [`Site::FfnInput`] (a MobileBERT block's has
    /// the inner width) and [`Site::FfnPreactivation`]; they come back in block order.
    ///
    /// With [`Depth::LastFfnInput`] the layer ends there and gives no hidden state.
    pub fn wpca_block<V, F>(
        &self,
        weights: &WpcaBlockWeights<T>,
        x: &WpcaHidden<T>,
        depth: Depth,
        visitor: F,
    ) -> Result<(Option<WpcaHidden<T>>, Vec<V>), NnError>
    where
        V: Visitor<T> + Send,
        F: Fn(Block) -> V + Sync,
    {
        let width = weights.layout().qkv.inputs;
        if let Some((block, part)) = x.parts.iter().find(|(_, part)| part.width != width) {
            let (found, wanted) = (block.rows() * part.width, block.rows() * width);
            return Err(NnError::Length { what: "the hidden state", found, wanted });
        }
        let run = |(block, x): &(Block, Buffer<T>)| {
            let mut visitor = visitor(*block);
            let mut workspace = self.workspaces.take();
            let mut layer = Layer { pass: self.pass(weights, *block, &mut workspace) };
            let y = layer.block(weights.layout(), x, depth, &mut visitor);
            let part = y.map(|y| {
                let part = (*block, kept(&y));
                workspace.give(y);
                part
            });
            self.workspaces.give(workspace);
            (part, visitor)
        };
        let (parts, visitors): (Vec<_>, Vec<V>) = x.parts.par_iter().map(run).unzip();
        let parts: Option<Vec<_>> = parts.into_iter().collect();
        Ok((parts.map(|parts| WpcaHidden { parts }), visitors))
    }

    fn pass<'a, L: Layout>(
        &'a self,
        weights: &'a Weights<T, L>,
        block: Block,
        workspace: &'a mut Workspace<T, ()>,
    ) -> Pass<'a, T> {
        Pass {
            parameters: Parameters::new(weights, None),
            block,
            dropout: Dropout::Off,
            epsilon: NORM_EPSILON,
            workspace,
            tables: &self.tables,
            memory: None,
        }
    }
}

/// A copy outside the workspace, no longer than it must be.
fn kept<T: Real>(x: &Buffer<T>) -> Buffer<T> {
    Buffer::of(x.values().to_vec(), x.width)
}

/// One block of sequences in one layer.
struct Layer<'a, T: Real> {
    pass: Pass<'a, T>,
}

impl<T: Real> Layer<'_, T> {
    fn give(&mut self, buffer: Buffer<T>) {
        self.pass.workspace.give(buffer);
    }

    fn linear(&mut self, x: &Buffer<T>, linear: &Linear) -> Buffer<T> {
        self.pass.affine(Columns::first(x, linear.inputs), linear)
    }

    fn layer_norm(&self, x: &mut Buffer<T>, norm: &Norm) {
        let (gain, shift) = self.pass.gain_and_shift(norm);
        kernels::layer_norm(x.values_mut(), &gain, &shift, self.pass.epsilon());
    }

    /// The elementwise stand-in for a norm: gain · x + shift.
    fn no_norm(&self, x: &mut Buffer<T>, norm: &Norm) {
        let (gain, shift) = self.pass.gain_and_shift(norm);
        kernels::scale_and_shift(x.values_mut(), &gain, &shift);
    }

    /// Norm of projection, segment and position; the projection reads the next, the present and the previous word, zeros beyond
    /// the ends of a sequence.
    fn embedded(&mut self, layout: &WpcaEmbeddingLayout, ids: &[u32]) -> Buffer<T> {
        let (h, e) = (layout.shape.hidden, layout.shape.embedding);
        let seq_len = self.pass.block.seq_len;
        let words = self.pass.parameters.values(&layout.word);
        let word = |id: u32| &words[id as usize * e..][..e];
        let mut wide = self.pass.workspace.zeros(ids.len(), 3 * e);
        for (row, target) in wide.values_mut().chunks_exact_mut(3 * e).enumerate() {
            let token = row % seq_len;
            if token + 1 < seq_len {
                target[..e].copy_from_slice(word(ids[row + 1]));
            }
            target[e..2 * e].copy_from_slice(word(ids[row]));
            if token > 0 {
                target[2 * e..].copy_from_slice(word(ids[row - 1]));
            }
        }
        let mut x = self.linear(&wide, &layout.projection);
        self.give(wide);
        kernels::add_bias(x.values_mut(), &self.pass.parameters.values(&layout.token_type)[..h]);
        let positions = &self.pass.parameters.values(&layout.position)[..seq_len * h];
        for sequence in x.values_mut().chunks_exact_mut(seq_len * h) {
            kernels::residual(sequence, positions);
        }
        self.layer_norm(&mut x, &layout.norm);
        x
    }

    fn block(
        &mut self,
        layout: &WpcaBlockLayout,
        x: &Buffer<T>,
        depth: Depth,
        visitor: &mut impl Visitor<T>,
    ) -> Option<Buffer<T>> {
        let attended = self.attention(layout, x);
        let attended = match &layout.bottleneck {
            None => {
                let mut sum = attended;
                kernels::residual(sum.values_mut(), x.values());
                self.layer_norm(&mut sum, &layout.attention_norm);
                sum
            }
            Some(bottleneck) => {
                let mut sum = self.linear(x, &bottleneck.input);
                kernels::residual(sum.values_mut(), attended.values());
                self.give(attended);
                self.no_norm(&mut sum, &layout.attention_norm);
                sum
            }
        };
        self.show(layout, Site::FfnInput, &attended, visitor);
        let last = depth == Depth::LastFfnInput;
        if last && !visitor.wants(Site::FfnPreactivation) {
            self.give(attended);
            return None;
        }
        let mut wide = self.linear(&attended, &layout.ffn_in);
        self.show(layout, Site::FfnPreactivation, &wide, visitor);
        if last {
            self.give(attended);
            self.give(wide);
            return None;
        }
        match &layout.bottleneck {
            None => kernels::tanh_gelu(wide.values_mut()),
            Some(_) => kernels::relu(wide.values_mut()),
        }
        let mut y = self.linear(&wide, &layout.ffn_out);
        self.give(wide);
        kernels::residual(y.values_mut(), attended.values());
        self.give(attended);
        Some(match &layout.bottleneck {
            None => {
                self.layer_norm(&mut y, &layout.ffn_norm);
                y
            }
            Some(bottleneck) => {
                self.no_norm(&mut y, &layout.ffn_norm);
                let mut out = self.linear(&y, &bottleneck.output);
                self.give(y);
                kernels::residual(out.values_mut(), x.values());
                self.no_norm(&mut out, &bottleneck.norm);
                out
            }
        })
    }

    /// The attention's output behind its output projection.
    fn attention(&mut self, layout: &WpcaBlockLayout, x: &Buffer<T>) -> Buffer<T> {
        let qkv = self.linear(x, &layout.qkv);
        let [query, key, value] = [0, 1, 2].map(|part| Columns::nth(&qkv, part, layout.output.inputs));
        let (layer, count) = (layout.layer, layout.heads);
        let heads = Heads { layer, count, sight: Sight::All, query, key, value, dropout: None };
        let merged = attention::attention(&mut self.pass, &heads, None, |_, _, _| ());
        self.give(qkv);
        let output = self.linear(&merged, &layout.output);
        self.give(merged);
        output
    }

    fn show(&self, layout: &WpcaBlockLayout, site: Site, x: &Buffer<T>, visitor: &mut impl Visitor<T>) {
        if visitor.wants(site) {
            let tap = Tap { site, layer: layout.layer, index: 0, heads: 1 };
            visitor.visit(&Event::new(tap, self.pass.block, Columns::first(x, x.width).view()));
        }
    }
}
