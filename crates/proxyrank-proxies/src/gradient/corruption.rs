//! Batches in which some tokens are hidden or replaced.
//!
//! In each sequence 15% of the tokens that are not special, rounded and at least one, are chosen: 19 of 128, as many as
//! ELECTRA's training code takes. Special tokens, padding among them, are never chosen and never put in.
//!
//! Every position has two 64-bit words of its own, words 2r and 2r + 1 of one ChaCha8 stream under a key of a fixed prefix
//! and the data seed, r being the position counted through the batch. The positions of a sequence with the smallest first
//! words are the chosen ones; the second word draws the replacement. So the corruption of a sequence depends on the seed,
//! its number and its length, and a batch of fewer sequences is the beginning of a larger one; both corruptions choose the
//! same positions.

use proxyrank_nn::{MaskedToken, TokenBatch};
use rand_chacha::rand_core::Rng;

use super::signal::SignalError;
use crate::noise::generator;

/// Starts the generator's key, so that no other use of the same seed shares its stream.
const KEY_PREFIX: &[u8; 16] = b"proxyrank/hidden";

/// Tokens in a hundred that are chosen.
const PERCENT: usize = 15;

/// What must be known of a vocabulary to corrupt a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    /// Rising.
    ordinary: Vec<u32>,
    mask: u32,
}

impl Vocabulary {
    /// A vocabulary by the ids that are not special, in any order, and the id that hides a token.
    pub fn new(mut ordinary: Vec<u32>, mask: u32) -> Self {
        ordinary.sort_unstable();
        ordinary.dedup();
        Self { ordinary, mask }
    }

    /// The id's rank among the ordinary ones; none if it is special.
    fn rank(&self, id: u32) -> Option<usize> {
        self.ordinary.binary_search(&id).ok()
    }
}

/// A batch in which tokens were replaced by others: what ELECTRA's discriminator reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacedBatch {
    /// With the replacements.
    pub batch: TokenBatch,
    /// For every token, whether it was replaced, (B·S).
    pub replaced: Vec<bool>,
}

impl ReplacedBatch {
    /// Replaces each chosen token by another one that is not special, all being equally likely.
    pub fn new(batch: &TokenBatch, vocabulary: &Vocabulary, seed: u64) -> Result<Self, SignalError> {
        let others = vocabulary.ordinary.len().saturating_sub(1);
        if others == 0 {
            return Err(SignalError::Vocabulary { ordinary: vocabulary.ordinary.len() });
        }
        let mut ids = batch.ids().to_vec();
        let mut replaced = vec![false; ids.len()];
        for Chosen { row, rank, word } in chosen(batch, vocabulary, seed)? {
            // The high half of the product is even to within 2^-32 for any vocabulary.
            let drawn = (u128::from(word) * others as u128) >> 64;
            let drawn = usize::try_from(drawn).unwrap_or(0);
            ids[row] = vocabulary.ordinary[if drawn < rank { drawn } else { drawn + 1 }];
            replaced[row] = true;
        }
        Ok(Self { batch: TokenBatch::new(ids, batch.batch(), batch.seq_len())?, replaced })
    }
}

/// A batch in which tokens were hidden: what a masked language model reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskedBatch {
    /// With the mask's id at the chosen positions.
    pub batch: TokenBatch,
    /// What stood there, by rising position.
    pub targets: Vec<MaskedToken>,
}

impl MaskedBatch {
    /// Hides each chosen token.
    pub fn new(batch: &TokenBatch, vocabulary: &Vocabulary, seed: u64) -> Result<Self, SignalError> {
        let mut ids = batch.ids().to_vec();
        let mut targets = Vec::new();
        for Chosen { row, .. } in chosen(batch, vocabulary, seed)? {
            targets.push(MaskedToken { row, id: ids[row] });
            ids[row] = vocabulary.mask;
        }
        Ok(Self { batch: TokenBatch::new(ids, batch.batch(), batch.seq_len())?, targets })
    }
}

/// A position that is corrupted.
struct Chosen {
    /// Counted through the batch.
    row: usize,
    /// Of its id among the ordinary ones.
    rank: usize,
    /// A random word.
    word: u64,
}

/// The chosen positions in rising order.
fn chosen(batch: &TokenBatch, vocabulary: &Vocabulary, seed: u64) -> Result<Vec<Chosen>, SignalError> {
    let mut generator = generator(KEY_PREFIX, seed);
    let mut all = Vec::new();
    for (sequence, ids) in batch.ids().chunks_exact(batch.seq_len()).enumerate() {
        let mut candidates: Vec<(u64, Chosen)> = Vec::new();
        for (token, &id) in ids.iter().enumerate() {
            let (order, word) = (generator.next_u64(), generator.next_u64());
            let row = sequence * batch.seq_len() + token;
            candidates.extend(vocabulary.rank(id).map(|rank| (order, Chosen { row, rank, word })));
        }
        let share = ((candidates.len() * PERCENT + 50) / 100).max(1);
        candidates.sort_by_key(|&(order, Chosen { row, .. })| (order, row));
        candidates.truncate(share);
        all.extend(candidates.into_iter().map(|(_, chosen)| chosen));
    }
    if all.is_empty() {
        return Err(SignalError::NothingToHide);
    }
    all.sort_by_key(|chosen| chosen.row);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vocabulary() -> Vocabulary {
        Vocabulary::new((5..100).rev().collect(), 4)
    }

    fn tokens(sequences: usize, seq_len: usize, seed: u64) -> TokenBatch {
        let id = |row: usize| {
            let mixed = (row as u64 + 1).wrapping_mul(seed.wrapping_mul(2) + 1) >> 3;
            u32::try_from(mixed % 100).unwrap()
        };
        TokenBatch::new((0..sequences * seq_len).map(id).collect(), sequences, seq_len).unwrap()
    }

    proptest! {
        #[test]
        fn only_the_chosen_tokens_change_and_become_ordinary(
            sequences in 1_usize..5,
            seq_len in 1_usize..70,
            seed in any::<u64>(),
        ) {
            let batch = tokens(sequences, seq_len, seed);
            let ordinary = |id: u32| (5..100).contains(&id);
            let Ok(corrupted) = ReplacedBatch::new(&batch, &vocabulary(), seed) else {
                prop_assert!(!batch.ids().iter().any(|&id| ordinary(id)));
                return Ok(());
            };
            let masked = MaskedBatch::new(&batch, &vocabulary(), seed).unwrap();
            let rows = batch.ids().iter().zip(corrupted.batch.ids()).zip(&corrupted.replaced).enumerate();
            let mut targets = masked.targets.iter();
            for (row, ((&before, &after), &replaced)) in rows {
                prop_assert_eq!(replaced, before != after);
                prop_assert!(!replaced || ordinary(before) && ordinary(after));
                if replaced {
                    prop_assert_eq!(targets.next(), Some(&MaskedToken { row, id: before }));
                }
                prop_assert_eq!(masked.batch.ids()[row], if replaced { 4 } else { before });
            }
            for sequence in 0..sequences {
                let range = sequence * seq_len..(sequence + 1) * seq_len;
                let candidates = batch.ids()[range.clone()].iter().filter(|&&id| ordinary(id)).count();
                let found = corrupted.replaced[range].iter().filter(|&&replaced| replaced).count();
                let share = (0.15 * candidates as f64).round();
                prop_assert!(candidates == 0 && found == 0 || (found as f64 - share.max(1.0)).abs() < 0.5);
            }
        }
    }

    #[test]
    fn a_smaller_batch_is_the_beginning_of_a_larger_one() {
        let (small, large) = (tokens(2, 30, 9), tokens(6, 30, 9));
        let corrupt = |batch| ReplacedBatch::new(batch, &vocabulary(), 3).unwrap();
        assert_eq!(corrupt(&small).batch.ids(), &corrupt(&large).batch.ids()[..60]);
        assert_ne!(ReplacedBatch::new(&small, &vocabulary(), 4).unwrap(), corrupt(&small));
    }

    #[test]
    fn replacements_are_even() {
        let batch = TokenBatch::new(vec![50; 64 * 1000], 64, 1000).unwrap();
        let corrupted = ReplacedBatch::new(&batch, &vocabulary(), 0).unwrap();
        let mut counts = [0_u32; 100];
        corrupted.batch.ids().iter().for_each(|&id| counts[id as usize] += 1);
        // 9600 tokens over 94 ids: 102 each, give or take six times the square root.
        for (id, &count) in counts.iter().enumerate().filter(|&(id, _)| id != 50) {
            let wanted = if id < 5 { 0 } else { 102 };
            assert!(wanted == 0 && count == 0 || count.abs_diff(wanted) < 61, "id {id}: {count}");
        }
    }

    #[test]
    fn a_batch_or_vocabulary_with_nothing_in_it_is_refused() {
        let batch = TokenBatch::new(vec![0, 1, 2, 4], 2, 2).unwrap();
        let message = |result: Result<ReplacedBatch, SignalError>| result.unwrap_err().to_string();
        assert!(message(ReplacedBatch::new(&batch, &vocabulary(), 0)).contains("special"));
        let one = Vocabulary::new(vec![7, 7], 4);
        assert!(message(ReplacedBatch::new(&batch, &one, 0)).contains("1 ordinary"));
    }
}
