//! One block at a time, with its sum before the norm in the parts that masks scale.

use faer::Accum;

use super::forward::Flow;
use super::kernels;
use super::matrix::{Factor, Slice, product};
use super::pruned::Pruned;
use super::{Place, Texts};

/// A block of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    /// Heads.
    Attention,
    /// Units.
    Ffn,
}

/// A block's sum before its norm: x + b, and activations times the weight behind them.
#[derive(Debug)]
pub(crate) struct BlockParts<'a> {
    /// x + b, (T, d).
    pub fixed: Vec<f32>,
    /// What masks multiply, (T, n): columns of kept heads, or kept units behind GELU.
    pub activations: Vec<f32>,
    /// The weight behind them, (d, n).
    pub outward: &'a Slice<'a>,
    norm: &'a (Place, Place),
}

impl BlockParts<'_> {
    /// x + b + A m with a scale for each column of the activations, (T, d).
    pub(crate) fn total(&self, scales: &[f32]) -> Vec<f32> {
        let (n, d) = (scales.len(), self.norm.0.columns);
        let mut scaled = self.activations.clone();
        for row in scaled.chunks_exact_mut(n) {
            row.iter_mut().zip(scales).for_each(|(value, scale)| *value *= scale);
        }
        let mut total = self.fixed.clone();
        let rows = Factor::new(&scaled, scaled.len() / n, n, n);
        product(&mut total, d, Accum::Add, 1.0, rows, self.outward.factor().t());
        total
    }
}

impl Pruned<'_> {
    /// Hidden states of all tokens before the first layer, (T, d).
    pub(crate) fn embedded(&self, texts: &Texts) -> Vec<f32> {
        self.embed(&Flow { texts, dropout: None, first_only: false }).0
    }

    /// The parts of a block's sum for hidden states of all tokens; nothing where it is passed by.
    pub(crate) fn block_parts(
        &self,
        layer: usize,
        block: Block,
        texts: &Texts,
        x: &[f32],
    ) -> Option<BlockParts<'_>> {
        let flow = Flow { texts, dropout: None, first_only: false };
        let places = &self.layout.layers[layer];
        let (attention, ffn) = &self.layers[layer];
        let (activations, outward, bias, norm) = match block {
            Block::Attention => {
                let attention = attention.as_ref()?;
                let (_, tape) = self.attend(layer, attention, &flow, x.to_vec());
                (tape.context, &attention.output, &places.output.1, &places.attention_norm)
            }
            Block::Ffn => {
                let ffn = ffn.as_ref()?;
                let (_, tape) = self.feed(layer, ffn, &flow, x.to_vec(), false);
                (tape.units, &ffn.down, &places.down.1, &places.ffn_norm)
            }
        };
        let mut fixed = x.to_vec();
        kernels::add_bias(&mut fixed, self.part(bias));
        Some(BlockParts { fixed, activations, outward, norm })
    }

    /// Hidden states from a block's sum.
    pub(crate) fn normed(&self, parts: &BlockParts<'_>, mut total: Vec<f32>) -> Vec<f32> {
        self.norm(&mut total, parts.norm);
        total
    }
}
