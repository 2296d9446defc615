//! Initial weights: the released recipe, from a counter instead of a sequence.
//!
//! Linear and embedding weights are N(0, 0.02), biases 0, gains of norms 1, and the padding row of the word embeddings
//! zero. A value depends on the seed, the parameter's path and the element's index, and on nothing else: not on the
//! architecture around it, not on which parameters were drawn before, not on threads, not on the vector unit. Equal
//! networks therefore have bit-equal weights, networks that share a layer share its weights, and the 15 MB of
//! embedding tables are drawn once for all architectures of a seed. f64 weights are the f32 ones, so that an audit in
//! double precision looks at the same network.
//!
//! Decoders have their own recipe: projections into the residual stream are N(0, 0.02 / √(2 L)), so that the stream does not
//! grow with depth, and those between embeddings and hidden states N(0, 0.01). A Transformer-XL draws the former as any other
//! matrix, and gains as N(1, 0.02). Of a table of words only the rows that are wanted are drawn.
//!
//! W-PCA's networks have N(0, 0.02) everywhere, their padding row included.

mod normal;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use proxyrank_space::wpca::{WpcaBlock, WpcaShape};
use proxyrank_space::{DecoderNetwork, EncoderNetwork};
use rayon::prelude::*;

use crate::NnError;
use crate::real::Real;
use crate::weights::{
    Arena, DecoderLayout, DecoderWeights, EncoderLayout, EncoderWeights, Fill, Head, Layout, Parameter,
    TableExtent, TableRows, Weights, WpcaBlockLayout, WpcaBlockWeights, WpcaEmbeddingLayout,
    WpcaEmbeddingWeights,
};
use normal::{fill_normal, fill_part};

/// Standard deviation of the initial weights (ELECTRA's `initializer_range`).
pub const INITIAL_DEVIATION: f32 = 0.02;

/// Standard deviation of a decoder's projections between embeddings and hidden states.
const PROJECTION_DEVIATION: f32 = 0.01;

/// Sizes that decide the embedding tables: vocabulary, width, positions, types.
type Tables = [usize; 4];

/// Draws the weights of networks for one seed.
#[derive(Debug)]
pub struct Initialiser<T> {
    seed: u64,
    tables: Mutex<HashMap<Tables, Arc<[T]>>>,
}

impl<T: Real> Initialiser<T> {
    /// An initialiser for a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, tables: Mutex::new(HashMap::new()) }
    }

    /// The weights of `network`.
    pub fn encoder(&self, network: &EncoderNetwork, head: Head) -> Result<EncoderWeights<T>, NnError> {
        self.encoder_in(network, head, Vec::new())
    }

    /// The same in memory that an earlier network has given back ([`EncoderWeights::into_body`]).
    pub fn encoder_in(
        &self,
        network: &EncoderNetwork,
        head: Head,
        mut memory: Vec<T>,
    ) -> Result<EncoderWeights<T>, NnError> {
        let layout = EncoderLayout::new(network, head)?;
        memory.resize(layout.len(Arena::Body), T::ZERO);
        self.fill(&layout, Arena::Body, &mut memory);
        let embeddings = self.embeddings(&layout);
        Ok(EncoderWeights::from_parts(layout, embeddings, memory))
    }

    /// The weights of a decoder, with as much of its vocabulary as is wanted; what is there does not depend on how much that
    /// is.
    pub fn decoder(
        &self,
        network: &DecoderNetwork,
        extent: TableExtent<'_>,
    ) -> Result<DecoderWeights<T>, NnError> {
        let layout = DecoderLayout::new(network, extent)?;
        let mut body = vec![T::ZERO; layout.len(Arena::Body)];
        self.fill(&layout, Arena::Body, &mut body);
        let mut embeddings = vec![T::ZERO; layout.len(Arena::Embeddings)];
        self.fill(&layout, Arena::Embeddings, &mut embeddings);
        for table in layout.vocabulary.iter().flat_map(|vocabulary| &vocabulary.tables) {
            if let TableRows::Some(rows) = &table.rows {
                let path = &layout.parameters[table.weight.parameters.start].path;
                let target = embeddings[table.weight.elements.clone()].par_chunks_exact_mut(table.width);
                target.zip(rows).for_each(|(values, &row)| {
                    fill_part(values, row as usize * table.width, (self.seed, path), INITIAL_DEVIATION);
                });
            }
        }
        Ok(DecoderWeights::from_parts(layout, embeddings.into(), body))
    }

    /// The weights of the embedding of W-PCA's networks. No row is padding.
    pub fn wpca_embedding(&self, shape: &WpcaShape) -> Result<WpcaEmbeddingWeights<T>, NnError> {
        Ok(self.of_body(WpcaEmbeddingLayout::new(shape)?))
    }

    /// The weights of one of their blocks as layer `layer`, whatever the other layers are.
    pub fn wpca_block(
        &self,
        shape: &WpcaShape,
        layer: usize,
        block: WpcaBlock,
    ) -> Result<WpcaBlockWeights<T>, NnError> {
        Ok(self.of_body(WpcaBlockLayout::new(shape, layer, block)?))
    }

    /// `len` numbers N(0, 0.02) for a path.
    pub(crate) fn matrix(&self, path: &str, len: usize) -> Vec<T> {
        let mut values = vec![T::ZERO; len];
        fill_normal(&mut values, self.seed, path, INITIAL_DEVIATION);
        values
    }

    /// The weights of a layout that has a body only.
    fn of_body<L: Layout>(&self, layout: L) -> Weights<T, L> {
        let mut body = vec![T::ZERO; layout.len(Arena::Body)];
        self.fill(&layout, Arena::Body, &mut body);
        Weights::from_parts(layout, Arc::from([]), body)
    }

    fn embeddings(&self, layout: &EncoderLayout) -> Arc<[T]> {
        let network = &layout.network;
        let key = [network.vocab_size, network.embedding_size, network.max_positions, network.token_types];
        // A panic while the lock was held cannot have left a half-filled table behind: tables are put in whole.
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let drawn = tables.entry(key).or_insert_with(|| {
            let mut values = vec![T::ZERO; layout.len(Arena::Embeddings)];
            self.fill(layout, Arena::Embeddings, &mut values);
            values.into()
        });
        Arc::clone(drawn)
    }

    /// Fills every parameter that is whole.
    fn fill(&self, layout: &impl Layout, arena: Arena, values: &mut [T]) {
        for parameter in layout.parameters().iter().filter(|parameter| parameter.arena == arena) {
            if parameter.elements.len() == parameter.shape.iter().product::<usize>() {
                self.fill_one(parameter, &mut values[parameter.elements.clone()]);
            }
        }
    }

    fn fill_one(&self, parameter: &Parameter, values: &mut [T]) {
        match parameter.fill {
            Fill::Zeros => values.fill(T::ZERO),
            Fill::Ones => values.fill(T::ONE),
            Fill::Normal => fill_normal(values, self.seed, &parameter.path, INITIAL_DEVIATION),
            Fill::NormalOverDepth { layers } => {
                let deviation = INITIAL_DEVIATION / (2.0 * layers as f32).sqrt();
                fill_normal(values, self.seed, &parameter.path, deviation);
            }
            Fill::NarrowNormal => fill_normal(values, self.seed, &parameter.path, PROJECTION_DEVIATION),
            Fill::NormalAroundOne => {
                // Added up in single precision, so that both precisions have the same gains.
                let mut offsets = vec![0.0_f32; values.len()];
                fill_normal(&mut offsets, self.seed, &parameter.path, INITIAL_DEVIATION);
                for (value, offset) in values.iter_mut().zip(offsets) {
                    *value = T::of_f32(1.0 + offset);
                }
            }
            Fill::NormalWithPadding => {
                fill_normal(values, self.seed, &parameter.path, INITIAL_DEVIATION);
                let width = parameter.shape[1];
                values[..width].fill(T::ZERO);
            }
        }
    }
}
