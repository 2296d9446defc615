//! Documents as sequences of one length, for pre-training.

use std::collections::VecDeque;

use super::SpecialTokens;

/// A sequence `[CLS] tokens [SEP]` after another of exactly `length` ids. A document runs over as many sequences as it needs,
/// another follows in the same sequence after a `[SEP]`; nothing is padded, and what would leave the last sequence short
/// is left out. No sequence comes of a `length` below 3.
pub fn pack<D>(documents: D, length: usize, special: SpecialTokens) -> impl Iterator<Item = Vec<u32>>
where
    D: IntoIterator<Item = Vec<u32>>,
{
    let body = length.saturating_sub(2);
    let mut documents = documents.into_iter();
    let mut waiting: VecDeque<u32> = VecDeque::new();
    std::iter::from_fn(move || {
        while waiting.len() < body {
            if !waiting.is_empty() {
                waiting.push_back(special.separate);
            }
            waiting.extend(documents.next()?);
        }
        if body == 0 {
            return None;
        }
        let tokens = waiting.drain(..body);
        Some(std::iter::once(special.classify).chain(tokens).chain([special.separate]).collect())
    })
}
