//! Which units are active: the signs of the GELU outputs, one bit each.
//!
//! GELU is positive exactly where its input is, so a bit says the same of both. Two things are kept. The first sequence
//! gives counts for each column, which is all that the released activation distance asks for. The whole batch gives one
//! code a sequence: the bits of all its tokens and all GELU layers, one after the other, a thirty-second part of the
//! activations' memory.

use proxyrank_nn::{Event, Real};

use super::maxima::TensorMeans;
use super::tree::Merge;

/// Agreement of the tokens of the first sequence, a number for each GELU.
///
/// With b (S x F) the active units, the sum of all entries of b bᵀ + (1 - b)(1 - b)ᵀ is the sum over columns of c² +
/// (S - c)², c being the active tokens of a column; no S x S matrix is needed.
#[derive(Debug, Default)]
pub(crate) struct TokenAgreement {
    values: Vec<f64>,
}

impl TokenAgreement {
    pub(super) fn visit<T: Real>(&mut self, event: &Event<'_, T>) {
        let tokens = event.block.seq_len;
        let mut active = vec![0_u32; event.values.columns()];
        for row in event.values.subrows(0, tokens).iter_rows() {
            for (active, value) in active.iter_mut().zip(row) {
                *active += u32::from(*value > T::ZERO);
            }
        }
        let squares = active.into_iter().map(|active| {
            let (active, tokens) = (u64::from(active), tokens as u64);
            active * active + (tokens - active) * (tokens - active)
        });
        self.values.push(squares.sum::<u64>() as f64);
    }

    pub(super) fn into_means(self) -> TensorMeans {
        TensorMeans { values: self.values }
    }
}

impl Merge for TokenAgreement {
    fn merge(&mut self, next: Self) {
        // Only the first block has any.
        self.values.extend(next.values);
    }
}

/// The activity code of each sequence of a batch: (token, unit) of the first GELU, of the second, and so on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignCodes {
    /// One code a sequence. Each GELU starts a new word; what is left of its last word is zero.
    codes: Vec<Vec<u64>>,
    /// Bits of each GELU.
    bits: Vec<usize>,
}

/// Up to so many sequences, patterns are marked in a table of all that there could be, and not sorted.
const MARKED: usize = 16;

impl SignCodes {
    pub(super) fn visit<T: Real>(&mut self, event: &Event<'_, T>) {
        let (sequences, tokens) = (event.block.sequences, event.block.seq_len);
        self.codes.resize(sequences, Vec::new());
        self.bits.push(tokens * event.values.columns());
        for (sequence, code) in self.codes.iter_mut().enumerate() {
            let rows = event.values.subrows(sequence * tokens, tokens);
            pack(code, rows.iter_rows());
        }
    }

    /// Number of sequences.
    pub fn sequences(&self) -> usize {
        self.codes.len()
    }

    /// In how many bits two sequences agree: an entry of Σ X Xᵀ + (1 - X)(1 - X)ᵀ, summed over GELU layers, where the rows
    /// of X are the sequences and its columns all (token, unit) of a layer.
    pub fn agreement(&self, one: usize, other: usize) -> u64 {
        let differing: u64 = self.codes[one]
            .iter()
            .zip(&self.codes[other])
            .map(|(one, other)| u64::from((one ^ other).count_ones()))
            .sum();
        self.bits.iter().sum::<usize>() as u64 - differing
    }

    /// How many different sign vectors there are: one vector for each (GELU, token, unit), with a sign a sequence.
    pub fn distinct_patterns(&self) -> usize {
        if self.codes.len() <= MARKED {
            let mut seen = vec![false; 1 << self.codes.len()];
            for pattern in self.patterns(&self.codes) {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a pattern of so few sequences is an index"
                )]
                let index = pattern as usize;
                seen[index] = true;
            }
            return seen.into_iter().filter(|&seen| seen).count();
        }
        let mut patterns: Vec<u64> = Vec::new();
        for sequences in self.codes.chunks(64) {
            let next = self.patterns(sequences);
            // Numbers the patterns so far, so that the next 64 sequences need no wider key.
            patterns = if patterns.is_empty() { next } else { numbered(&patterns, &next) };
        }
        patterns.sort_unstable();
        patterns.dedup();
        patterns.len()
    }

    /// For each position the signs of up to 64 sequences, as bits.
    fn patterns(&self, sequences: &[Vec<u64>]) -> Vec<u64> {
        let mut patterns = Vec::with_capacity(self.bits.iter().sum());
        let mut start = 0;
        for &bits in &self.bits {
            for word in start..start + bits.div_ceil(64) {
                let mut columns = [0_u64; 64];
                for (sequence, code) in sequences.iter().enumerate() {
                    for (bit, column) in columns.iter_mut().enumerate() {
                        *column |= ((code[word] >> bit) & 1) << sequence;
                    }
                }
                let used = (bits - (word - start) * 64).min(64);
                patterns.extend_from_slice(&columns[..used]);
            }
            start += bits.div_ceil(64);
        }
        patterns
    }
}

impl Merge for SignCodes {
    fn merge(&mut self, next: Self) {
        self.codes.extend(next.codes);
        if self.bits.is_empty() {
            self.bits = next.bits;
        }
    }
}

/// Appends the signs of the rows, 64 to a word.
fn pack<'a, T: Real>(code: &mut Vec<u64>, rows: impl Iterator<Item = &'a [T]>) {
    let (mut word, mut used) = (0_u64, 0_u32);
    for row in rows {
        for &value in row {
            word |= u64::from(value > T::ZERO) << used;
            used += 1;
            if used == 64 {
                code.push(word);
                (word, used) = (0, 0);
            }
        }
    }
    if used > 0 {
        code.push(word);
    }
}

/// One number for each pair, equal where the pairs are.
fn numbered(first: &[u64], second: &[u64]) -> Vec<u64> {
    let pairs: Vec<(u64, u64)> = first.iter().copied().zip(second.iter().copied()).collect();
    let mut known = pairs.clone();
    known.sort_unstable();
    known.dedup();
    pairs.iter().map(|pair| known.partition_point(|other| other < pair) as u64).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn codes(signs: &[Vec<bool>], bits: &[usize]) -> SignCodes {
        let pack_all = |signs: &Vec<bool>| {
            let mut code = Vec::new();
            let mut rest: &[bool] = signs;
            for &bits in bits {
                let (layer, others) = rest.split_at(bits);
                let values: Vec<f64> = layer.iter().map(|&sign| if sign { 0.5 } else { -0.1 }).collect();
                pack(&mut code, std::iter::once(values.as_slice()));
                rest = others;
            }
            code
        };
        SignCodes { codes: signs.iter().map(pack_all).collect(), bits: bits.to_vec() }
    }

    proptest! {
        #[test]
        fn agreements_and_patterns_are_those_of_the_definition(
            sequences in 1_usize..140,
            bits in prop::collection::vec(1_usize..150, 1..4),
            seed in any::<u64>(),
        ) {
            let total: usize = bits.iter().sum();
            // Few different columns, so that some occur twice.
            let sign = |sequence: usize, bit: usize| {
                let mixed = seed.wrapping_mul(2 * (bit as u64 % 37) + 1).wrapping_mul(sequence as u64 + 3);
                (mixed >> 32).is_multiple_of(3)
            };
            let signs: Vec<Vec<bool>> =
                (0..sequences).map(|sequence| (0..total).map(|bit| sign(sequence, bit)).collect()).collect();
            let codes = codes(&signs, &bits);
            let columns: HashSet<Vec<bool>> =
                (0..total).map(|bit| signs.iter().map(|signs| signs[bit]).collect()).collect();
            prop_assert_eq!(codes.distinct_patterns(), columns.len());
            let last = sequences - 1;
            let agree = signs[0].iter().zip(&signs[last]).filter(|(one, other)| one == other).count();
            prop_assert_eq!(codes.agreement(0, last), agree as u64);
        }
    }
}
