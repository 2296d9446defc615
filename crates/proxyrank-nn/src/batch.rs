//! Token ids as networks read them, and how a batch is cut into blocks.
//!
//! A block is a fixed number of whole sequences. Sequences do not see each other, so a block runs through the whole
//! network on its own, in a cache-sized workspace, and the only parallelism needed is over blocks. The cut depends on
//! the batch and the network alone, never on the number of threads: that is what makes results bit-equal for any
//! thread count.

use std::fmt;

use proxyrank_space::EncoderNetwork;

use crate::NnError;

/// Tokens that a block aims at in a network of some hidden size.
///
/// A matrix product repacks its weights once a block, which costs the less the more rows there are; but the
/// activations of a layer should stay near. Measured: 256 is better at a hidden size of 128, 512 at 256.
pub const fn block_tokens(hidden_size: usize) -> usize {
    if hidden_size < 256 { 256 } else { 512 }
}

/// Where a token stands in its batch, both from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenPosition {
    /// The sequence.
    pub sequence: usize,
    /// The token in it.
    pub token: usize,
}

impl fmt::Display for TokenPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sequence {}, token {}", self.sequence, self.token)
    }
}

/// Token ids of shape (batch, sequence length), row-major, and what came before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenBatch {
    /// The batch, then the segments before it.
    ids: Vec<u32>,
    batch: usize,
    seq_len: usize,
    /// Tokens of a sequence in each segment before, oldest first.
    earlier: Vec<usize>,
}

impl TokenBatch {
    /// Wraps `ids` as `batch` sequences of `seq_len` tokens.
    pub fn new(ids: Vec<u32>, batch: usize, seq_len: usize) -> Result<Self, NnError> {
        if batch == 0 || seq_len == 0 || batch.checked_mul(seq_len) != Some(ids.len()) {
            return Err(NnError::BatchShape { found: ids.len(), batch, seq_len });
        }
        Ok(Self { ids, batch, seq_len, earlier: Vec::new() })
    }

    /// The same with segments that its sequences continue, oldest first, for networks with a memory. Each must have as many
    /// sequences; what came before a segment itself is left out.
    pub fn after(mut self, segments: &[Self]) -> Result<Self, NnError> {
        for segment in segments {
            if segment.batch != self.batch {
                return Err(NnError::Segment { found: segment.batch, wanted: self.batch });
            }
            self.ids.extend_from_slice(segment.ids());
            self.earlier.push(segment.seq_len);
        }
        Ok(self)
    }

    /// The ids, row-major.
    pub fn ids(&self) -> &[u32] {
        &self.ids[..self.batch * self.seq_len]
    }

    /// The ids, and behind them those of the segments before: all that a network reads.
    pub fn read_ids(&self) -> &[u32] {
        &self.ids
    }

    /// Whether it continues other segments.
    pub const fn has_past(&self) -> bool {
        !self.earlier.is_empty()
    }

    /// One sequence as a batch of its own, with its past.
    ///
    /// # Panics
    ///
    /// If there is no such sequence.
    #[must_use]
    pub fn sequence(&self, index: usize) -> Self {
        let part = |(seq_len, ids): (usize, &[u32])| ids[index * seq_len..(index + 1) * seq_len].to_vec();
        let ids = std::iter::once((self.seq_len, self.ids())).chain(self.segments()).flat_map(part).collect();
        Self { ids, batch: 1, seq_len: self.seq_len, earlier: self.earlier.clone() }
    }

    /// The segments before, oldest first: tokens of a sequence, and ids.
    pub(crate) fn segments(&self) -> impl Iterator<Item = (usize, &[u32])> {
        let mut rest = &self.ids[self.batch * self.seq_len..];
        self.earlier.iter().map(move |&seq_len| {
            let (ids, later) = rest.split_at(self.batch * seq_len);
            rest = later;
            (seq_len, ids)
        })
    }

    /// Number of sequences.
    pub const fn batch(&self) -> usize {
        self.batch
    }

    /// Tokens in each sequence.
    pub const fn seq_len(&self) -> usize {
        self.seq_len
    }

    /// The whole batch as one block.
    pub const fn whole(&self) -> Block {
        Block { index: 0, first_sequence: 0, sequences: self.batch, seq_len: self.seq_len }
    }

    /// The blocks in which the fast engine runs a network of some hidden size, in order.
    pub fn blocks(&self, hidden_size: usize) -> Vec<Block> {
        cut(self.batch, self.seq_len, hidden_size)
    }

    /// The ids of a block.
    pub(crate) fn block_ids(&self, block: &Block) -> &[u32] {
        &self.ids[block.first_row()..block.first_row() + block.rows()]
    }

    /// Checks that `network` can read every id and position.
    pub(crate) fn check(&self, network: &EncoderNetwork) -> Result<(), NnError> {
        if self.has_past() {
            return Err(NnError::NoMemory);
        }
        self.check_sizes(network.vocab_size, network.max_positions)
    }

    /// The same for any network with so many words and positions.
    pub(crate) fn check_sizes(&self, vocab_size: usize, max_positions: usize) -> Result<(), NnError> {
        if self.seq_len > max_positions {
            return Err(NnError::SequenceLength { seq_len: self.seq_len, max_positions });
        }
        if let Some(&id) = self.ids[self.ids().len()..].iter().find(|&&id| id as usize >= vocab_size) {
            return Err(NnError::UnknownToken { id, vocab_size });
        }
        match self.ids().iter().position(|&id| id as usize >= vocab_size) {
            None => Ok(()),
            Some(index) => Err(NnError::TokenId {
                id: self.ids[index],
                position: TokenPosition { sequence: index / self.seq_len, token: index % self.seq_len },
                vocab_size,
            }),
        }
    }
}

/// The blocks of `batch` sequences of `seq_len` tokens.
pub(crate) fn cut(batch: usize, seq_len: usize, hidden_size: usize) -> Vec<Block> {
    let step = (block_tokens(hidden_size) / seq_len).max(1);
    let starts = (0..batch).step_by(step).enumerate();
    let block = |(index, first_sequence)| Block {
        index,
        first_sequence,
        sequences: step.min(batch - first_sequence),
        seq_len,
    };
    starts.map(block).collect()
}

/// Some consecutive sequences of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Block {
    /// Its number, from 0.
    pub index: usize,
    /// Its first sequence in the batch.
    pub first_sequence: usize,
    /// Its sequences.
    pub sequences: usize,
    /// Tokens in each.
    pub seq_len: usize,
}

impl Block {
    /// Tokens in it, which are the rows of its activations.
    pub const fn rows(&self) -> usize {
        self.sequences * self.seq_len
    }

    /// Its first token, counted through the whole batch.
    pub const fn first_row(&self) -> usize {
        self.first_sequence * self.seq_len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_the_batch_once() {
        for (batch, seq_len) in [(16, 128), (5, 100), (4, 512), (3, 1), (300, 1)] {
            let tokens = TokenBatch::new(vec![0; batch * seq_len], batch, seq_len).unwrap();
            for hidden_size in [32, 128, 256] {
                let mut next = 0;
                for (index, block) in tokens.blocks(hidden_size).iter().enumerate() {
                    assert_eq!((block.index, block.first_sequence), (index, next));
                    assert!(block.sequences == 1 || block.rows() <= block_tokens(hidden_size));
                    next += block.sequences;
                }
                assert_eq!(next, batch);
            }
        }
    }

    #[test]
    fn a_bad_id_is_named_with_its_place() {
        let batch = TokenBatch::new(vec![1, 2, 3, 40_000], 2, 2).unwrap();
        let message = batch.check(&EncoderNetwork::new(128, Vec::new())).unwrap_err().to_string();
        assert_eq!(message, "token id 40000 at sequence 1, token 1 is outside the vocabulary of 30522");
        assert!(TokenBatch::new(vec![1, 2, 3], 2, 2).is_err());
        assert!(TokenBatch::new(vec![], 0, 4).is_err());
    }

    #[test]
    fn a_past_goes_with_its_sequence() {
        let batch = |ids: &[u32], seq_len| TokenBatch::new(ids.to_vec(), 2, seq_len).unwrap();
        let whole = batch(&[1, 2, 3, 4], 2).after(&[batch(&[5, 6], 1), batch(&[7, 8, 9, 10], 2)]).unwrap();
        assert_eq!((whole.ids(), whole.read_ids().len(), whole.has_past()), (&[1, 2, 3, 4][..], 10, true));
        let second = whole.sequence(1);
        assert_eq!((second.ids(), second.batch()), (&[3, 4][..], 1));
        assert_eq!(second.segments().collect::<Vec<_>>(), [(1, &[6][..]), (2, &[9, 10][..])]);
        assert!(matches!(
            batch(&[1, 2], 1).after(&[TokenBatch::new(vec![1], 1, 1).unwrap()]),
            Err(NnError::Segment { found: 1, wanted: 2 })
        ));
        let network = EncoderNetwork::new(128, Vec::new());
        assert!(matches!(whole.check(&network), Err(NnError::NoMemory)));
    }
}
