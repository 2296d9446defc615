//! The batch itself.

use super::BatchError;

/// Sequences and tokens of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BatchShape {
    /// Sequences in the batch.
    pub batch_size: usize,
    /// Tokens in each sequence, padding included.
    pub seq_len: usize,
}

impl BatchShape {
    /// Most tokens of a batch; more is a mistyped number.
    pub const LARGEST: usize = 1 << 26;

    /// The number of tokens, if the shape can be made.
    pub fn tokens(self) -> Result<usize, BatchError> {
        let Self { batch_size, seq_len } = self;
        match batch_size.checked_mul(seq_len) {
            Some(tokens) if (1..=Self::LARGEST).contains(&tokens) => Ok(tokens),
            _ => Err(BatchError::Shape { batch_size, seq_len, largest: Self::LARGEST }),
        }
    }
}

/// Token ids of some sequences of one length, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenBatch {
    /// Sequences and tokens of each.
    pub shape: BatchShape,
    /// `batch_size * seq_len` ids.
    pub ids: Vec<u32>,
    /// Segment of each token: 0 for a single text and the first of a pair, 1 for the second; padding has 0.
    pub token_types: Vec<u32>,
    /// Tokens of each sequence that are no padding; padding stands at the end.
    pub lengths: Vec<usize>,
}

impl TokenBatch {
    /// The ids of one sequence, padding included; empty if there is no such sequence.
    pub fn row(&self, index: usize) -> &[u32] {
        self.ids.chunks(self.shape.seq_len).nth(index).unwrap_or_default()
    }

    /// For each token, whether it is real (not padding).
    pub fn mask(&self) -> Vec<bool> {
        self.lengths.iter().flat_map(|length| (0..self.shape.seq_len).map(move |at| at < *length)).collect()
    }
}

/// Where batches come from.
pub trait TokenSource {
    /// Batch `index`, counted from 0. It depends on nothing but the source, the index and the shape.
    fn batch(&self, index: u64, shape: BatchShape) -> Result<TokenBatch, BatchError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_follows_the_lengths() {
        let batch = TokenBatch {
            shape: BatchShape { batch_size: 2, seq_len: 3 },
            ids: vec![7, 0, 0, 7, 8, 9],
            token_types: vec![0; 6],
            lengths: vec![1, 3],
        };
        assert_eq!(batch.mask(), [true, false, false, true, true, true]);
        assert_eq!(batch.row(1), [7, 8, 9]);
        assert!(batch.row(2).is_empty());
    }

    #[test]
    fn shapes_that_cannot_be_made_are_refused() {
        for (batch_size, seq_len) in [(0, 4), (4, 0), (usize::MAX, 2), (1 << 20, 1 << 20)] {
            assert!(BatchShape { batch_size, seq_len }.tokens().is_err());
        }
    }
}
