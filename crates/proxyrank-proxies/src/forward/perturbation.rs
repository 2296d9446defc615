//! How far the hidden state moves when the embeddings are perturbed.
//!
//! The perturbation is a second draw of the embeddings at a hundredth of the scale: every row of a table that the batch
//! reads moves by N(0, 0.02²) / 100, so the sum of the embeddings x becomes x + e / 100 with e distributed as x is. The
//! noise belongs to the batch.

use std::collections::BTreeSet;

use proxyrank_nn::{
    Collect, Depth, Dropout, EncoderWeights, Engine, ForwardOptions, INITIAL_DEVIATION, NnError, Real, Site,
    TokenBatch, Weights,
};

use super::tree::Merge;
use crate::model::Model;
use crate::noise::{Purpose, normal, seed_of};

/// The noise.
const NOISE: &Purpose = b"proxyrank/moved ";

/// Size of the perturbation over that of the embeddings.
const SHARE: f64 = 0.01;

/// Hidden state of some consecutive blocks, row-major.
#[derive(Debug, Default)]
pub(crate) struct HiddenRows(pub(super) Vec<f64>);

impl Merge for HiddenRows {
    fn merge(&mut self, next: Self) {
        self.0.extend(next.0);
    }
}

/// The distance of a sequence's hidden state from that under perturbed embeddings.
#[derive(Debug, Clone, PartialEq)]
pub struct Perturbation {
    /// Frobenius norms of the differences, (S, h) each, one a sequence.
    pub distances: Vec<f64>,
}

impl Perturbation {
    /// Runs the network once more, from where `hidden` was its state.
    ///
    /// Nothing where the family's embeddings are not moved.
    pub(super) fn run<T: Real, L: Model>(
        engine: &impl Engine<T, L>,
        weights: &Weights<T, L>,
        batch: &TokenBatch,
        dropout: Dropout,
        hidden: &HiddenRows,
    ) -> Result<Option<Self>, NnError> {
        let Some(perturbed) = L::perturbed(weights, batch) else { return Ok(None) };
        let options = ForwardOptions { depth: Depth::Full, dropout };
        let blocks = engine.forward(&perturbed, batch, options, |_| Collect::new(Site::Hidden))?;
        let moved = blocks.iter().flat_map(|block| &block.values);
        let squares: Vec<f64> =
            hidden.0.iter().zip(moved).map(|(before, after)| (after.as_f64() - before).powi(2)).collect();
        let sequence = squares.len() / batch.batch();
        let distances = squares.chunks_exact(sequence).map(|squares| squares.iter().sum::<f64>().sqrt());
        Ok(Some(Self { distances: distances.collect() }))
    }
}

/// The weights with every embedding that the batch reads moved.
pub(crate) fn moved_embeddings<T: Real>(
    weights: &EncoderWeights<T>,
    batch: &TokenBatch,
) -> EncoderWeights<T> {
    let layout = &weights.layout().embeddings;
    let width = weights.layout().network.embedding_size;
    let words: BTreeSet<usize> = batch.ids().iter().map(|&id| id as usize).collect();
    let words = words.into_iter().map(|row| layout.word.elements.start + row * width);
    let positions = (0..batch.seq_len()).map(|row| layout.position.elements.start + row * width);
    let rows: Vec<usize> = words.chain(positions).chain([layout.token_type.elements.start]).collect();
    let noise: Vec<T> = normal(NOISE, seed_of(batch), rows.len() * width);
    let scale = T::of_f64(SHARE * f64::from(INITIAL_DEVIATION));
    let mut perturbed = weights.clone();
    let tables = perturbed.embeddings_mut();
    for (&row, noise) in rows.iter().zip(noise.chunks_exact(width)) {
        for (value, &noise) in tables[row..row + width].iter_mut().zip(noise) {
            *value += scale * noise;
        }
    }
    perturbed
}
