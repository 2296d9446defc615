//! Derivatives of each example's loss by the masks of the whole network.

use rayon::prelude::*;

use super::Importance;
use crate::PruneError;
use crate::encoder::{Gradient, MaskGradients, Pruned, Tape, Texts, Weights};
use crate::space::{BlockShape, Masks};
use crate::supernet::Examples;
use crate::supernet::loss::{Target, loss};

/// Examples of a pass.
const BATCH: usize = 8;
/// Passes beside each other; each has a gradient of the whole network in memory.
const LANES: usize = 2;

/// The derivative of each example's loss by each mask, at the whole network and without dropout.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivities {
    shape: BlockShape,
    /// For each example, layer and head: N x L x H.
    heads: Vec<f32>,
    /// For each example, layer and unit: N x L x F.
    units: Vec<f32>,
}

impl Sensitivities {
    /// Measures weights on examples.
    pub fn of(weights: &Weights, examples: &Examples) -> Result<Self, PruneError> {
        let shape = weights.config.shape();
        for (place, text) in examples.texts().iter().enumerate() {
            text.check(&weights.config, place)?;
        }
        if examples.is_empty() {
            return Err(PruneError::Examples("importance was asked for without examples".to_owned()));
        }
        let network = Pruned::new(weights, &Masks::full(shape))?;
        let places: Vec<usize> = (0..examples.len()).collect();
        let batches: Vec<&[usize]> = places.chunks(BATCH).collect();
        let lane = |batches: &[&[usize]]| {
            let mut gradient = Gradient::new(&weights.layout);
            let one = |batch: &&[usize]| of_batch(&network, &examples.select(batch), shape, &mut gradient);
            batches.iter().map(one).collect::<Vec<MaskGradients>>()
        };
        let lanes: Vec<_> = batches.par_chunks(batches.len().div_ceil(LANES)).map(lane).collect();
        let (mut heads, mut units) = (Vec::new(), Vec::new());
        for masks in lanes.into_iter().flatten() {
            heads.extend(masks.heads);
            units.extend(masks.units);
        }
        Ok(Self { shape, heads, units })
    }

    /// Michel et al.'s importance: the mean over examples of the absolute derivative, each layer's heads divided by their Euclidean
    /// norm, and each layer's units by theirs.
    pub fn importance(&self) -> Importance {
        let mut importance = self.mean(f64::abs);
        for row in importance.heads.iter_mut().chain(&mut importance.units) {
            let norm = row.iter().map(|value| value * value).sum::<f64>().sqrt();
            if norm > 0.0 {
                for value in row {
                    *value /= norm;
                }
            }
        }
        importance
    }

    /// The diagonal of the empirical Fisher information: the mean over examples of the squared derivative.
    pub fn fisher(&self) -> Importance {
        self.mean(|derivative| derivative * derivative)
    }

    /// A layer's derivatives by its heads or units, example by example.
    pub(super) fn of_layer(&self, layer: usize, of_heads: bool) -> Vec<&[f32]> {
        let (all, width) =
            if of_heads { (&self.heads, self.shape.heads) } else { (&self.units, self.shape.units) };
        all.chunks_exact(self.shape.layers * width).map(|row| &row[layer * width..][..width]).collect()
    }

    fn mean(&self, of: impl Fn(f64) -> f64) -> Importance {
        let rows = |of_heads: bool| -> Vec<Vec<f64>> {
            let layer = |layer: usize| {
                let examples = self.of_layer(layer, of_heads);
                let mut sums = vec![0.0; examples.first().map_or(0, |row| row.len())];
                for row in &examples {
                    sums.iter_mut().zip(*row).for_each(|(sum, &value)| *sum += of(f64::from(value)));
                }
                sums.into_iter().map(|sum| sum / examples.len() as f64).collect()
            };
            (0..self.shape.layers).map(layer).collect()
        };
        Importance { heads: rows(true), units: rows(false) }
    }
}

fn of_batch(
    network: &Pruned<'_>,
    examples: &Examples,
    shape: BlockShape,
    gradient: &mut Gradient,
) -> MaskGradients {
    let texts = Texts::new(examples.texts().iter().enumerate());
    let mut tape = Tape::default();
    let logits = network.forward(&texts, None, Some(&mut tape));
    // A mean over one: each text's own loss.
    let target = Target { labels: examples.labels(), teacher: None, batch: 1 };
    let (_, derivatives) = loss(&logits, logits.len() / texts.len(), target);
    gradient.clear();
    gradient.masks = Some(MaskGradients::new(shape, texts.len()));
    network.backward(&texts, None, &tape, &derivatives, gradient);
    gradient.masks.take().unwrap_or_else(|| MaskGradients::new(shape, 0))
}
