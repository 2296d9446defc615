//! What a backward pass is asked for, and what it gives.
//!
//! A loss is one number for the whole batch; its gradient is one flat slice with the layout of
//! [`Weights::body`] and what reaches the embedding tables. Visitors see activations on the way forward as
//! in any pass, and on the way back the gradients of activations and of linear layers' outputs, beside the values
//! that these had. Results are bit-equal for any number of threads: blocks do not depend on it, and their gradients are
//! added in an order that depends on block numbers alone.

use std::collections::BTreeMap;

use proxyrank_space::EncoderNetwork;

use crate::NnError;
use crate::batch::{Block, TokenBatch};
use crate::engine::Dropout;
use crate::pair::TextPair;
use crate::readout::Readout;
use crate::real::Real;
use crate::taps::{Blind, Collect, Site, View, Visitor};
use crate::weights::{EncoderLayout, Layout, Weights};

/// What the first layer reads.
#[derive(Debug, Clone, Copy)]
pub enum EncoderInput<'a> {
    /// Embedded tokens.
    Tokens(&'a TokenBatch),
    /// Ones in place of the embeddings' output, (batch, tokens, h): the input of a `SynFlow` pass.
    Ones {
        /// Sequences.
        batch: usize,
        /// Tokens in each.
        seq_len: usize,
    },
}

impl EncoderInput<'_> {
    /// The whole input as one block.
    pub(crate) const fn whole(self) -> Block {
        match self {
            Self::Tokens(tokens) => tokens.whole(),
            Self::Ones { batch, seq_len } => Block { index: 0, first_sequence: 0, sequences: batch, seq_len },
        }
    }

    /// Checks that `network` can read it.
    pub(crate) fn check(self, network: &EncoderNetwork) -> Result<(), NnError> {
        match self {
            Self::Tokens(tokens) => tokens.check(network),
            Self::Ones { batch: 0, .. } => Err(NnError::Empty { what: "the number of sequences" }),
            Self::Ones { seq_len: 0, .. } => Err(NnError::Empty { what: "the sequence length" }),
            Self::Ones { .. } => Ok(()),
        }
    }
}

/// A masked position and what stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MaskedToken {
    /// The position, counted through the whole batch.
    pub row: usize,
    /// The id to be found.
    pub id: u32,
}

/// The number that is differentiated.
#[derive(Debug, Clone, Copy)]
pub enum Loss<'a, T> {
    /// Sum of the hidden state: back-propagates ones.
    HiddenSum,
    /// Inner product of the hidden state with this (B·S, h) matrix.
    Cotangent(&'a [T]),
    /// ELECTRA's loss: mean over all tokens of the binary cross-entropy between the discriminator's logit and whether
    /// the token was replaced, (B·S).
    ReplacedTokens(&'a [bool]),
    /// Mean over these positions of the cross-entropy between the generator head's distribution and the id.
    MaskedTokens(&'a [MaskedToken]),
    /// Mean over sequences of the cross-entropy between the task head's outputs and the sequence's class.
    Classes(&'a [u32], Readout<'a>),
    /// Mean over sequences of the squared difference between the task head's one output and this number.
    Numbers(&'a [T], Readout<'a>),
    /// Mean over sequences of the squared difference between the cosine of the mean hidden states of the two texts of a sequence and this
    /// number, without a head and without dropout on what is read (Sentence-BERT's objective for similarities; Reimers & Gurevych,
    /// EMNLP 2019, §3).
    Similarities(&'a [T], &'a [TextPair]),
    /// Where a span begins and ends: the task head has two outputs a token. Mean over sequences, and over both ends, of the
    /// cross-entropy between an output's distribution over the sequence's tokens and the end's place in the sequence.
    Spans(&'a [[u32; 2]]),
    /// Sum of the discriminator's logits.
    LogitSum,
    /// The network cut into segments, two a layer: the operation, which ends at [`Site::FfnInput`], and the feed-forward
    /// chain, which ends at [`Site::LayerOutput`]. A segment's input is held constant, so every gradient comes from one
    /// segment alone; the loss is the sum over segments of the inner product of their output (B·S, h) with their part of
    /// this, segment by segment.
    Segments(&'a [T]),
}

/// Of what a gradient is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GradientOf {
    /// An activation, as on the way forward.
    Activation {
        /// The place.
        site: Site,
        /// The layer, from 0.
        layer: usize,
        /// Head or position in the chain, from 0.
        index: usize,
    },
    /// The output of a linear layer, bias included, before activation, dropout and residual: every layer of the network, the
    /// pointwise part of a span convolution included, and of the discriminator's head.
    Output {
        /// Index of the layer's weight among the layout's parameters.
        parameter: usize,
    },
    /// The same for a layer whose output all sequences share, as that of a Transformer-XL's distances: every block shows the same
    /// values and its own part of the gradient.
    SharedOutput {
        /// Index of the layer's weight among the layout's parameters.
        parameter: usize,
    },
}

/// A gradient of one block at one place.
#[derive(Debug, Clone, Copy)]
pub struct GradientEvent<'a, T> {
    /// Of what.
    pub of: GradientOf,
    /// The sequences that the matrices speak of, and their rows in each.
    pub block: Block,
    /// The activations.
    pub values: View<'a, T>,
    /// The gradient of the loss with respect to them.
    pub gradient: View<'a, T>,
}

/// Looks at one block on its way forward and back; by default not at the way back.
pub trait GradientVisitor<T>: Visitor<T> {
    /// Whether it wants gradients of activations at a place. [`Site::TransformSoftmax`] has none, for the network does
    /// not use it.
    fn wants_gradient(&self, _site: Site) -> bool {
        false
    }

    /// Whether it wants gradients of linear layers' outputs.
    fn wants_outputs(&self) -> bool {
        false
    }

    /// Whether it wants the gradient of a decoder's whole vocabulary, which is as large as the tables.
    fn wants_tables(&self) -> bool {
        false
    }

    /// Hears that the way forward is done, the loss included, and the way back begins.
    fn turn(&mut self) {}

    /// Looks at a gradient. Places come in the order of the backward pass.
    fn visit_gradient(&mut self, _event: &GradientEvent<'_, T>) {}
}

impl<T> GradientVisitor<T> for Blind {}

impl<T: Real> GradientVisitor<T> for Collect<T> {}

/// The gradient of a loss with respect to every parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient<T, E = Option<EmbeddingGradient<T>>> {
    /// Of everything outside the embedding tables, in layout order.
    pub body: Vec<T>,
    /// Of the embeddings; an encoder's have none where the input was no tokens.
    pub embeddings: E,
}

/// What reaches the embeddings, before it is split up between the tables.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddingGradient<T> {
    /// Of the sum of word, position and type embeddings, (B·S, E).
    pub sum: Vec<T>,
    /// Of the norm's gain, (E).
    pub gain: Vec<T>,
    /// Of the norm's shift, (E).
    pub shift: Vec<T>,
    /// Tokens in a sequence.
    pub seq_len: usize,
    /// What reaches the word table as the generator head's output matrix, (vocabulary, E); empty where the loss does not
    /// read that head.
    pub output_words: Vec<T>,
}

impl<T: Real> EmbeddingGradient<T> {
    /// Of the first S rows of the position table, (S, E); the others have none.
    pub fn position(&self) -> Vec<T> {
        self.folded(self.seq_len * self.width())
    }

    /// Of row 0 of the type table, (E).
    pub fn token_type(&self) -> Vec<T> {
        self.folded(self.width())
    }

    /// Of the rows of the word table that the ids read, by id.
    pub fn words(&self, ids: &[u32]) -> BTreeMap<u32, Vec<T>> {
        let mut rows: BTreeMap<u32, Vec<T>> = BTreeMap::new();
        for (id, gradient) in ids.iter().zip(self.sum.chunks_exact(self.width())) {
            let row = rows.entry(*id).or_insert_with(|| vec![T::ZERO; gradient.len()]);
            add(row, gradient);
        }
        rows
    }

    fn width(&self) -> usize {
        self.gain.len()
    }

    fn folded(&self, len: usize) -> Vec<T> {
        folded(&self.sum, len)
    }
}

/// Sum of the stretches of `len` elements.
pub(crate) fn folded<T: Real>(values: &[T], len: usize) -> Vec<T> {
    let mut total = vec![T::ZERO; len];
    values.chunks_exact(len).for_each(|part| add(&mut total, part));
    total
}

fn add<T: Real>(target: &mut [T], part: &[T]) {
    for (target, &part) in target.iter_mut().zip(part) {
        *target += part;
    }
}

/// One forward and backward pass.
#[derive(Debug)]
pub struct GradientPass<T, V, E = Option<EmbeddingGradient<T>>> {
    /// The loss.
    pub loss: f64,
    /// Its gradient.
    pub gradient: Gradient<T, E>,
    /// The visitors, in block order.
    pub visitors: Vec<V>,
}

/// Differentiates networks of one family once.
pub trait GradientEngine<T: Real, L: Layout = EncoderLayout> {
    /// The gradient of a loss, with a visitor for each block. When it returns, nothing is left to be computed on any device.
    ///
    /// The weights must have what the loss reads: a head, or the vocabulary.
    fn gradient<V, F>(
        &self,
        weights: &Weights<T, L>,
        input: L::Input<'_>,
        loss: L::Loss<'_, T>,
        dropout: Dropout,
        visitor: F,
    ) -> Result<GradientPass<T, V, L::Embeddings<T>>, NnError>
    where
        V: GradientVisitor<T> + Send,
        F: Fn(Block) -> V + Sync;
}

/// Differentiates networks of one family twice.
pub trait CurvatureEngine<T: Real, L: Layout = EncoderLayout>: GradientEngine<T, L> {
    /// The Hessian of a loss with respect to the body times `direction`, which has the body's layout; exact, not a
    /// difference quotient.
    fn hessian_product(
        &self,
        weights: &Weights<T, L>,
        input: L::Input<'_>,
        loss: L::Loss<'_, T>,
        dropout: Dropout,
        direction: &[T],
    ) -> Result<Vec<T>, NnError>;
}
