//! Where the head of a task reads a sequence.

use crate::NnError;
use crate::batch::Block;

/// What the head of a task sees of a sequence, after dropout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readout<'a> {
    /// The hidden state of the first token, as BERT's and ELECTRA's fine-tuning does.
    First,
    /// The mean over so many first tokens of each sequence, those that are no padding.
    Mean(&'a [u32]),
    /// The sum of both: what a Fourier transform gathers stands in the first row, what attention leaves in place in all of them.
    Both(&'a [u32]),
}

impl Readout<'_> {
    /// Refuses counts that do not fit the batch.
    pub(crate) fn check(self, whole: Block) -> Result<Self, NnError> {
        if let Self::Mean(counts) | Self::Both(counts) = self {
            crate::loss::check_length("the list of counts of tokens", counts.len(), whole.sequences)?;
            let seq_len = whole.seq_len;
            if let Some(&count) = counts.iter().find(|count| !(1..=seq_len).contains(&(**count as usize))) {
                return Err(NnError::Readout { count, seq_len });
            }
        }
        Ok(self)
    }

    /// The counts of some sequences alone.
    pub(crate) fn of(self, sequences: std::ops::Range<usize>) -> Self {
        match self {
            Self::First => Self::First,
            Self::Mean(counts) => Self::Mean(&counts[sequences]),
            Self::Both(counts) => Self::Both(&counts[sequences]),
        }
    }

    /// Tokens of a sequence that are read.
    pub(crate) fn count(self, sequence: usize) -> usize {
        match self {
            Self::First => 1,
            Self::Mean(counts) | Self::Both(counts) => counts[sequence] as usize,
        }
    }

    /// Whether the first token is read once more.
    pub(crate) const fn first_again(self) -> bool {
        matches!(self, Self::Both(_))
    }
}
