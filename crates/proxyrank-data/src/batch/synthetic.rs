//! Batches of random ids.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{BatchError, BatchShape, TokenBatch, TokenSource, Vocabulary};

/// How likely an ordinary id is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Distribution {
    /// All alike.
    Uniform,
    /// Rank *r* = 1, 2, ... with probability proportional to 1 / (r + 2.7), Mandelbrot's form of Zipf's law, ranks in
    /// the order of ids.
    Zipf,
}

/// Mandelbrot's shift of the rank.
const ZIPF_SHIFT: f64 = 2.7;

/// Starts the generator's key, so that no other use of the same seed shares its stream.
const KEY_PREFIX: &[u8; 16] = b"proxyrank/tokens";

/// A source of random batches without special tokens or padding.
///
/// Token *t* of batch *i*, counted row by row, comes from the *t*-th 64-bit word of stream *i* of ChaCha8 under a
/// key of a fixed prefix and the seed. So no batch depends on another, and a batch of fewer sequences of the same length
/// is the beginning of a larger one.
#[derive(Debug, Clone)]
pub struct SyntheticTokens {
    vocabulary: Vocabulary,
    draw: Draw,
    seed: u64,
}

#[derive(Debug, Clone)]
enum Draw {
    Uniform,
    /// Entry *r - 1* is the unnormalised probability of ranks 1 to *r*.
    Zipf(Vec<f64>),
}

impl SyntheticTokens {
    /// A source for a vocabulary, a distribution and a seed.
    pub fn new(vocabulary: Vocabulary, distribution: Distribution, seed: u64) -> Self {
        let draw = match distribution {
            Distribution::Uniform => Draw::Uniform,
            Distribution::Zipf => Draw::Zipf(
                (1..=vocabulary.ordinary().len())
                    .scan(0.0, |sum, rank| {
                        *sum += 1.0 / (rank as f64 + ZIPF_SHIFT);
                        Some(*sum)
                    })
                    .collect(),
            ),
        };
        Self { vocabulary, draw, seed }
    }

    fn id(&self, word: u64) -> u32 {
        let ordinary = self.vocabulary.ordinary();
        let index = match &self.draw {
            // The high half of the product is even to within 2^-49 for any vocabulary of 32-bit ids.
            Draw::Uniform => (u128::from(word) * ordinary.len() as u128) >> 64,
            Draw::Zipf(cumulative) => {
                let total = cumulative.last().copied().unwrap_or_default();
                let target = unit(word) * total;
                cumulative.partition_point(|sum| *sum <= target) as u128
            }
        };
        // Rounding in `unit(word) * total` could reach the total itself; the last rank is meant then.
        let last = ordinary.len() - 1;
        ordinary[usize::try_from(index).map_or(last, |index| index.min(last))]
    }
}

/// 53 random bits as a number in [0, 1).
fn unit(word: u64) -> f64 {
    const SPACING: f64 = 1.0 / (1_u64 << 53) as f64;
    (word >> 11) as f64 * SPACING
}

impl TokenSource for SyntheticTokens {
    fn batch(&self, index: u64, shape: BatchShape) -> Result<TokenBatch, BatchError> {
        let tokens = shape.tokens()?;
        let mut key = [0; 32];
        key[..16].copy_from_slice(KEY_PREFIX);
        key[16..24].copy_from_slice(&self.seed.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(index);
        Ok(TokenBatch {
            shape,
            ids: (0..tokens).map(|_| self.id(generator.next_u64())).collect(),
            token_types: vec![0; tokens],
            lengths: vec![shape.seq_len; shape.batch_size],
        })
    }
}
