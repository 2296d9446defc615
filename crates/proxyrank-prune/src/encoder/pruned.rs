//! A sub-network's weights, cut out of the whole encoder's.

use rayon::prelude::*;

use super::matrix::{Kept, Slice};
use super::{Dropout, EncoderConfig, Layout, Text, Texts, Weights};
use crate::PruneError;
use crate::space::Masks;

/// Tokens of the texts that a thread takes at a time.
const CHUNK: usize = 768;

/// What is kept of a layer's attention.
#[derive(Debug)]
pub(super) struct Attention<'a> {
    /// The heads, by their places in the whole layer.
    pub heads: Vec<usize>,
    /// Weights of queries, keys and values, (h dh, d), and their biases.
    pub query_key_value: [(Slice<'a>, Slice<'a>); 3],
    /// Weight of the output, (d, h dh).
    pub output: Slice<'a>,
}

/// What is kept of a layer's feed-forward block.
#[derive(Debug)]
pub(super) struct Ffn<'a> {
    /// Weight (u, d) and bias into it.
    pub up: (Slice<'a>, Slice<'a>),
    /// Weight out of it, (d, u).
    pub down: Slice<'a>,
}

/// A sub-network that runs on what is left of the weights.
///
/// Where the first heads and units are kept the weights are looked at in place; otherwise what is kept is copied once.
#[derive(Debug)]
pub struct Pruned<'a> {
    pub(super) config: &'a EncoderConfig,
    pub(super) layout: &'a Layout,
    pub(super) values: &'a [f32],
    /// For each layer what is kept of its two blocks; a block of which nothing is kept is passed by.
    pub(super) layers: Vec<(Option<Attention<'a>>, Option<Ffn<'a>>)>,
}

impl<'a> Pruned<'a> {
    /// Cuts a sub-network out.
    pub fn new(weights: &'a Weights, masks: &Masks) -> Result<Self, PruneError> {
        let Weights { config, layout, values } = weights;
        let shape = config.shape();
        if !masks.fits(shape) {
            return Err(PruneError::Masks { layers: shape.layers, heads: shape.heads, units: shape.units });
        }
        let (d, width) = (shape.hidden, shape.head_width());
        let cut = |layer: usize| {
            let places = &layout.layers[layer];
            let (heads, units) = (masks.kept_heads(layer), masks.kept_units(layer));
            let columns = Kept::new(heads.iter().flat_map(|head| head * width..(head + 1) * width).collect());
            let attention = (!heads.is_empty()).then(|| Attention {
                query_key_value: places.query_key_value.each_ref().map(|(weight, bias)| {
                    let weight = Slice::new(values, weight, columns.clone(), Kept::all(d));
                    (weight, Slice::new(values, bias, Kept::all(1), columns.clone()))
                }),
                output: Slice::new(values, &places.output.0, Kept::all(d), columns.clone()),
                heads,
            });
            let units = Kept::new(units);
            let ffn = (units.len() > 0).then(|| Ffn {
                up: (
                    Slice::new(values, &places.up.0, units.clone(), Kept::all(d)),
                    Slice::new(values, &places.up.1, Kept::all(1), units.clone()),
                ),
                down: Slice::new(values, &places.down.0, Kept::all(d), units.clone()),
            });
            (attention, ffn)
        };
        Ok(Self { config, layout, values, layers: (0..shape.layers).map(cut).collect() })
    }

    /// The last layer whose attention is kept.
    pub(super) fn last_attention(&self) -> Option<usize> {
        self.layers.iter().rposition(|(attention, _)| attention.is_some())
    }

    /// Logits of each text, in the order of the texts and without dropout. Texts are taken in order of length, a chunk to a thread; what a
    /// text gets does not depend on threads.
    pub fn logits(&self, texts: &[Text]) -> Result<Vec<Vec<f32>>, PruneError> {
        for (place, text) in texts.iter().enumerate() {
            text.check(self.config, place)?;
        }
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&place| texts[place].ids.len());
        let mut chunks: Vec<Vec<usize>> = Vec::new();
        let mut tokens = 0;
        for place in order {
            let here = texts[place].ids.len();
            match chunks.last_mut() {
                Some(chunk) if tokens + here <= CHUNK => {
                    chunk.push(place);
                    tokens += here;
                }
                _ => {
                    chunks.push(vec![place]);
                    tokens = here;
                }
            }
        }
        let outputs = self.layout.classifier.0.rows;
        let run = |chunk: &Vec<usize>| {
            let batch = Texts::new(chunk.iter().map(|&place| (place, &texts[place])));
            let logits = self.forward(&batch, None, None);
            chunk.iter().copied().zip(logits.chunks_exact(outputs).map(<[f32]>::to_vec)).collect::<Vec<_>>()
        };
        let found: Vec<Vec<(usize, Vec<f32>)>> = chunks.par_iter().map(run).collect();
        let mut logits = vec![Vec::new(); texts.len()];
        for (place, row) in found.into_iter().flatten() {
            logits[place] = row;
        }
        Ok(logits)
    }

    /// The dropout that the encoder was trained with, for a pass with this seed.
    pub const fn usual_dropout(&self, seed: u64) -> Dropout {
        Dropout::of(self.config, seed)
    }
}
