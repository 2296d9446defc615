//! What a backward pass is asked for, checked.

use super::tape::Share;
use crate::NnError;
use crate::batch::{self, Block};
use crate::engine::Dropout;
use crate::gradient::{EncoderInput, Loss, MaskedToken};
use crate::loss::{CheckedLoss, check_length};
use crate::real::Real;
use crate::weights::EncoderWeights;

/// A loss of a network on an input, and perhaps a direction.
#[derive(Debug)]
pub(super) struct Problem<'a, T> {
    pub weights: &'a EncoderWeights<T>,
    pub direction: Option<&'a [T]>,
    pub input: EncoderInput<'a>,
    pub dropout: Dropout,
    loss: CheckedLoss<'a, T>,
}

impl<'a, T: Real> Problem<'a, T> {
    /// Checks that weights, input, loss and direction belong together.
    pub(super) fn new(
        (weights, direction): (&'a EncoderWeights<T>, Option<&'a [T]>),
        input: EncoderInput<'a>,
        loss: Loss<'a, T>,
        dropout: Dropout,
    ) -> Result<Self, NnError> {
        let layout = weights.layout();
        input.check(&layout.network)?;
        if let Some(direction) = direction {
            check_length("the direction", direction.len(), weights.body().len())?;
        }
        let loss = CheckedLoss::new(&loss, layout, input.whole())?;
        Ok(Self { weights, direction, input, dropout, loss })
    }

    /// The blocks of the input.
    pub(super) fn blocks(&self) -> Vec<Block> {
        let Block { sequences, seq_len, .. } = self.input.whole();
        batch::cut(sequences, seq_len, self.weights.layout().network.hidden_size)
    }

    /// The ids of a block, if it has any.
    pub(super) fn ids(&self, block: &Block) -> &'a [u32] {
        match self.input {
            EncoderInput::Tokens(tokens) => tokens.block_ids(block),
            EncoderInput::Ones { .. } => &[],
        }
    }

    /// A block's share of the loss.
    pub(super) fn share(&self, block: &Block) -> Share<'a, T> {
        let rows = block.first_row()..block.first_row() + block.rows();
        let sequences = block.first_sequence..block.first_sequence + block.sequences;
        let total = self.input.whole().sequences;
        match self.loss {
            CheckedLoss::HiddenSum => Share::HiddenSum,
            CheckedLoss::Cotangent(cotangent) => {
                let h = self.weights.layout().network.hidden_size;
                Share::Cotangent(&cotangent[rows.start * h..rows.end * h])
            }
            CheckedLoss::Segments(cotangents) => {
                let h = self.weights.layout().network.hidden_size;
                let segment = self.input.whole().rows() * h;
                let rows = rows.start * h..rows.end * h;
                Share::Segments(cotangents.chunks_exact(segment).map(|all| &all[rows.clone()]).collect())
            }
            CheckedLoss::LogitSum(head) => Share::LogitSum(head),
            CheckedLoss::ReplacedTokens(head, labels) => {
                Share::ReplacedTokens { head, labels: &labels[rows], total: labels.len() }
            }
            CheckedLoss::MaskedTokens(head, tokens) => {
                let here = tokens.iter().filter(|token| rows.contains(&token.row));
                let here = here.map(|token| MaskedToken { row: token.row - rows.start, ..*token });
                Share::MaskedTokens { head, tokens: here.collect(), total: tokens.len() }
            }
            CheckedLoss::Classes(head, labels, readout) => Share::Classes {
                head,
                labels: &labels[sequences.clone()],
                readout: readout.of(sequences),
                total,
            },
            CheckedLoss::Numbers(head, targets, readout) => Share::Numbers {
                head,
                targets: &targets[sequences.clone()],
                readout: readout.of(sequences),
                total,
            },
            CheckedLoss::Similarities(targets, pairs) => {
                Share::Similarities { targets: &targets[sequences.clone()], pairs: &pairs[sequences], total }
            }
            CheckedLoss::Spans(head, spans) => Share::Spans { head, spans: &spans[sequences], total },
        }
    }
}
