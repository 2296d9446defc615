//! Derivatives by the masks: what the loss of each text would do if what a head or a unit gives were scaled.
//!
//! A mask m multiplies an activation a, so at m = 1 the derivative by m is the sum of a ∂L/∂a over the text's tokens (and the
//! head's columns).

use std::ops::Range;

use crate::space::BlockShape;

/// Derivatives by the masks of a pass; what is cut out has zeros.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskGradients {
    shape: BlockShape,
    /// For each text, layer and head: B x L x H.
    pub heads: Vec<f32>,
    /// For each text, layer and unit: B x L x F.
    pub units: Vec<f32>,
    /// The sum of (a ∂L/∂a)² over all tokens, columns of heads, and units.
    pub squares: f64,
}

impl MaskGradients {
    /// Zeros, for a batch of so many texts.
    pub fn new(shape: BlockShape, texts: usize) -> Self {
        let cells = texts * shape.layers;
        let (heads, units) = (vec![0.0; cells * shape.heads], vec![0.0; cells * shape.units]);
        Self { shape, heads, units, squares: 0.0 }
    }

    /// Adds a layer's attention: contexts and their derivatives, (R, h dh), with the rows of each text.
    pub(super) fn add_heads(
        &mut self,
        layer: usize,
        heads: &[usize],
        rows: &[Range<usize>],
        (context, derivatives): (&[f32], &[f32]),
    ) {
        let (all, width) = (self.shape.heads, self.shape.head_width());
        for (text, rows) in rows.iter().enumerate() {
            let target = &mut self.heads[(text * self.shape.layers + layer) * all..][..all];
            let stretch = rows.start * heads.len() * width..rows.end * heads.len() * width;
            let pieces = context[stretch.clone()].chunks_exact(width);
            let pieces = pieces.zip(derivatives[stretch].chunks_exact(width));
            for (&head, (context, derivatives)) in heads.iter().cycle().zip(pieces) {
                let products = context.iter().zip(derivatives).map(|(a, g)| a * g);
                self.squares += products.clone().map(|product| f64::from(product).powi(2)).sum::<f64>();
                target[head] += products.sum::<f32>();
            }
        }
    }

    /// Adds a layer's feed-forward block: units behind GELU and their derivatives, (R, u), with the rows of each text.
    pub(super) fn add_units(
        &mut self,
        layer: usize,
        kept: &[usize],
        rows: &[Range<usize>],
        (units, derivatives): (&[f32], &[f32]),
    ) {
        let (all, count) = (self.shape.units, kept.len());
        for (text, rows) in rows.iter().enumerate() {
            let target = &mut self.units[(text * self.shape.layers + layer) * all..][..all];
            let stretch = rows.start * count..rows.end * count;
            let rows = units[stretch.clone()].chunks_exact(count);
            for (units, derivatives) in rows.zip(derivatives[stretch].chunks_exact(count)) {
                for ((&unit, a), g) in kept.iter().zip(units).zip(derivatives) {
                    let product = a * g;
                    self.squares += f64::from(product).powi(2);
                    target[unit] += product;
                }
            }
        }
    }
}
