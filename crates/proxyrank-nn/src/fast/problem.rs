//! What a backward pass is asked for, checked.

use super::tape::Share;
use crate::NnError;
use crate::batch::{self, Block};
use crate::engine::Dropout;
use crate::gradient::{EncoderInput, Loss, MaskedToken};
use crate::number::Parameters;
use crate::real::Real;
use crate::weights::{EncoderLayout, GeneratorLayout, Head, HeadLayout};

/// A loss of a network on an input, and perhaps a direction.
#[derive(Debug)]
pub(super) struct Problem<'a, T> {
    pub parameters: Parameters<'a, T>,
    pub input: EncoderInput<'a>,
    pub dropout: Dropout,
    loss: Checked<'a, T>,
}

/// A loss whose head is there and whose sizes are right.
#[derive(Debug)]
enum Checked<'a, T> {
    HiddenSum,
    Cotangent(&'a [T]),
    LogitSum(&'a HeadLayout),
    ReplacedTokens(&'a HeadLayout, &'a [bool]),
    MaskedTokens(&'a GeneratorLayout, &'a [MaskedToken]),
}

impl<'a, T: Real> Problem<'a, T> {
    /// Checks that weights, input, loss and direction belong together.
    pub(super) fn new(
        parameters: Parameters<'a, T>,
        input: EncoderInput<'a>,
        loss: Loss<'a, T>,
        dropout: Dropout,
    ) -> Result<Self, NnError> {
        let layout = parameters.weights.layout();
        let network = &layout.network;
        match input {
            EncoderInput::Tokens(tokens) => tokens.check(network)?,
            EncoderInput::Ones { batch: 0, .. } => {
                return Err(NnError::Empty { what: "the number of sequences" });
            }
            EncoderInput::Ones { seq_len: 0, .. } => {
                return Err(NnError::Empty { what: "the sequence length" });
            }
            EncoderInput::Ones { .. } => {}
        }
        let wanted = parameters.weights.body().len();
        if let Some(direction) = parameters.direction
            && direction.len() != wanted
        {
            return Err(NnError::Length { what: "the direction", found: direction.len(), wanted });
        }
        let (batch, seq_len) = shape(input);
        let loss = check(&loss, layout, batch * seq_len)?;
        Ok(Self { parameters, input, dropout, loss })
    }

    /// The blocks of the input.
    pub(super) fn blocks(&self) -> Vec<Block> {
        let (batch, seq_len) = shape(self.input);
        batch::cut(batch, seq_len, self.parameters.weights.layout().network.hidden_size)
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
        match self.loss {
            Checked::HiddenSum => Share::HiddenSum,
            Checked::Cotangent(cotangent) => {
                let h = self.parameters.weights.layout().network.hidden_size;
                Share::Cotangent(&cotangent[rows.start * h..rows.end * h])
            }
            Checked::LogitSum(head) => Share::LogitSum(head),
            Checked::ReplacedTokens(head, labels) => {
                Share::ReplacedTokens { head, labels: &labels[rows], total: labels.len() }
            }
            Checked::MaskedTokens(head, tokens) => {
                let here = tokens.iter().filter(|token| rows.contains(&token.row));
                let here = here.map(|token| MaskedToken { row: token.row - rows.start, ..*token });
                Share::MaskedTokens { head, tokens: here.collect(), total: tokens.len() }
            }
        }
    }
}

/// Sequences and tokens in each.
fn shape(input: EncoderInput<'_>) -> (usize, usize) {
    match input {
        EncoderInput::Tokens(tokens) => (tokens.batch(), tokens.seq_len()),
        EncoderInput::Ones { batch, seq_len } => (batch, seq_len),
    }
}

fn check<'a, T>(
    loss: &Loss<'a, T>,
    layout: &'a EncoderLayout,
    rows: usize,
) -> Result<Checked<'a, T>, NnError> {
    let discriminator = || layout.head.as_ref().ok_or(NnError::MissingHead { head: Head::Discriminator });
    let length = |what, found: usize, wanted| {
        if found == wanted { Ok(()) } else { Err(NnError::Length { what, found, wanted }) }
    };
    Ok(match *loss {
        Loss::HiddenSum => Checked::HiddenSum,
        Loss::Cotangent(cotangent) => {
            length("the cotangent", cotangent.len(), rows * layout.network.hidden_size)?;
            Checked::Cotangent(cotangent)
        }
        Loss::LogitSum => Checked::LogitSum(discriminator()?),
        Loss::ReplacedTokens(labels) => {
            length("the list of labels", labels.len(), rows)?;
            Checked::ReplacedTokens(discriminator()?, labels)
        }
        Loss::MaskedTokens(tokens) => {
            let head = layout.generator.as_ref();
            let head = head.ok_or(NnError::MissingHead { head: Head::Generator })?;
            if tokens.is_empty() {
                return Err(NnError::NoMaskedTokens);
            }
            let vocab_size = layout.network.vocab_size;
            let outside = |token: &&MaskedToken| token.row >= rows || token.id as usize >= vocab_size;
            if let Some(&token) = tokens.iter().find(outside) {
                return Err(NnError::MaskedToken { token, rows, vocab_size });
            }
            Checked::MaskedTokens(head, tokens)
        }
    })
}
