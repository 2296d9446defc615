//! What a backward pass of a decoder is asked for, checked.

use rayon::prelude::*;

use super::embed::Embedding;
use super::memory::Memory;
use crate::NnError;
use crate::batch::{self, Block};
use crate::decoder::{CheckedLoss, DecoderInput, DecoderLoss};
use crate::engine::Dropout;
use crate::fast::FastEngine;
use crate::fast::tape::{DecoderShare, NextTokens};
use crate::loss::check_length;
use crate::real::Real;
use crate::weights::DecoderWeights;

/// A loss of a decoder on an input, and perhaps a direction.
#[derive(Debug)]
pub(super) struct DecoderProblem<'a, T> {
    pub weights: &'a DecoderWeights<T>,
    pub direction: Option<&'a [T]>,
    pub input: DecoderInput<'a>,
    pub dropout: Dropout,
    pub embedding: Embedding<'a, T>,
    /// What each block remembers.
    memories: Vec<Option<Memory<T>>>,
    loss: CheckedLoss<'a, T>,
}

impl<'a, T: Real> DecoderProblem<'a, T> {
    /// Checks that weights, input, loss and direction belong together.
    pub(super) fn new(
        engine: &FastEngine<T>,
        (weights, direction): (&'a DecoderWeights<T>, Option<&'a [T]>),
        input: DecoderInput<'a>,
        loss: DecoderLoss<'a, T>,
        dropout: Dropout,
    ) -> Result<Self, NnError> {
        let layout = weights.layout();
        input.check(layout)?;
        if let Some(direction) = direction {
            check_length("the direction", direction.len(), weights.body().len())?;
        }
        let loss = CheckedLoss::new(&loss, layout, input.whole().rows())?;
        let embedding = Embedding::new(weights)?;
        let mut problem = Self { weights, direction, input, dropout, embedding, memories: Vec::new(), loss };
        if let DecoderInput::Tokens(tokens) = input
            && tokens.has_past()
        {
            let remember = |block| Memory::of(engine, (weights, &problem.embedding), tokens, block, dropout);
            problem.memories =
                problem.blocks().into_par_iter().map(remember).collect::<Result<_, NnError>>()?;
        }
        Ok(problem)
    }

    /// What a block remembers.
    pub(super) fn memory(&self, block: &Block) -> Option<&Memory<T>> {
        self.memories.get(block.index).and_then(Option::as_ref)
    }

    /// The blocks of the input.
    pub(super) fn blocks(&self) -> Vec<Block> {
        let Block { sequences, seq_len, .. } = self.input.whole();
        batch::cut(sequences, seq_len, self.weights.layout().network.d_model)
    }

    /// The first layer's input, (rows, d).
    pub(super) fn embedded(&self, block: &Block) -> Result<Vec<T>, NnError> {
        match self.input {
            DecoderInput::Tokens(tokens) => self.embedding.tokens(tokens.block_ids(block), block.seq_len),
            DecoderInput::Ones { .. } => Ok(self.embedding.ones(block)),
        }
    }

    /// A block's share of the loss.
    pub(super) fn share(&self, block: &Block) -> DecoderShare<'a, T> {
        let rows = block.first_row()..block.first_row() + block.rows();
        let network = &self.weights.layout().network;
        match self.loss {
            CheckedLoss::HiddenSum => DecoderShare::HiddenSum,
            CheckedLoss::Cotangent(cotangent) => {
                DecoderShare::Cotangent(&cotangent[rows.start * network.d_model..rows.end * network.d_model])
            }
            CheckedLoss::NextTokens(vocabulary, labels) => DecoderShare::NextTokens(NextTokens {
                vocabulary,
                labels: &labels[rows],
                total: labels.len(),
                layer: network.layers.len() - 1,
            }),
            CheckedLoss::FirstClusterSum(vocabulary) => DecoderShare::FirstClusterSum(vocabulary),
        }
    }
}
