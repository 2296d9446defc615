//! What a stretch of the corpus is like, in numbers.

use std::collections::HashSet;

use rayon::prelude::*;

use super::Ngrams;
use crate::corpus::{Document, Words};

/// One document in this many is held out from the counts of the n-gram models.
const HELD_OUT: usize = 10;
/// Share of probability that what followed the same word in the same document gets in the model with a memory.
const MEMORY_SHARE: f64 = 0.15;
/// Longest n-gram.
const LONGEST: usize = 4;

/// What a stretch of the corpus is like.
#[derive(Debug, Clone, PartialEq)]
pub struct CorpusStatistics {
    /// Documents.
    pub documents: usize,
    /// Sentences.
    pub sentences: usize,
    /// Tokens, punctuation included, special tokens not.
    pub tokens: usize,
    /// Ids of the vocabulary, special ones included.
    pub vocabulary: usize,
    /// Words that occur.
    pub words_seen: usize,
    /// Share of tokens that the hundred commonest words make up.
    pub top_hundred_share: f64,
    /// Mean length of a sentence in tokens.
    pub mean_sentence: f64,
    /// Share of sentences, as strings, that are different from all before them.
    pub distinct_share: f64,
    /// Share of sentences with a clause inside a clause.
    pub nested_share: f64,
    /// Held-out cross-entropy in bits a token of n-gram models: entry *n - 1* is the model of order *n*.
    pub bits: Vec<f64>,
    /// The same of a trigram model that remembers the document's pairs of words.
    pub trigram_with_memory_bits: f64,
}

/// Measures documents.
pub fn statistics(documents: &[Document], words: &Words) -> CorpusStatistics {
    let texts: Vec<Vec<Vec<u32>>> = documents.par_iter().map(|document| words.document(document)).collect();
    let sentences: Vec<&Vec<u32>> = texts.iter().flatten().collect();
    let flat: Vec<Vec<u32>> = texts.iter().map(|text| text.concat()).collect();
    let tokens: usize = flat.iter().map(Vec::len).sum();
    let mut counts = vec![0_usize; words.size()];
    for id in flat.iter().flatten() {
        if let Some(count) = counts.get_mut(*id as usize) {
            *count += 1;
        }
    }
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let distinct: HashSet<&Vec<u32>> = sentences.iter().copied().collect();
    let trees = documents.iter().flat_map(|document| &document.sentences);
    let nested = trees.filter(|sentence| sentence.depth() > 1).count();
    let split = |held_out: bool| {
        let chosen =
            flat.iter().enumerate().filter(move |(place, _)| (place % HELD_OUT == HELD_OUT - 1) == held_out);
        chosen.map(|(_, text)| text.as_slice())
    };
    let model = Ngrams::train(split(false), LONGEST, words.size());
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    CorpusStatistics {
        documents: documents.len(),
        sentences: sentences.len(),
        tokens,
        vocabulary: words.size(),
        words_seen: counts.iter().filter(|count| **count > 0).count(),
        top_hundred_share: share(counts.iter().take(100).sum(), tokens),
        mean_sentence: share(tokens, sentences.len()),
        distinct_share: share(distinct.len(), sentences.len()),
        nested_share: share(nested, sentences.len()),
        bits: (1..=LONGEST).map(|order| model.bits(split(true), order, 0.0)).collect(),
        trigram_with_memory_bits: model.bits(split(true), 3, MEMORY_SHARE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::first_documents;

    #[test]
    fn context_helps_and_memory_helps_more() {
        let words = Words::new();
        let found = statistics(&first_documents(0, 60_000), &words);
        assert!(found.tokens >= 60_000 && found.tokens < 61_000);
        assert!(found.bits[0] > found.bits[1] + 1.0 && found.bits[1] > found.bits[2], "{:?}", found.bits);
        assert!(found.trigram_with_memory_bits < found.bits[2], "{found:?}");
        assert!(found.nested_share > 0.1 && found.nested_share < 0.9, "{found:?}");
        assert!(found.distinct_share > 0.7, "{found:?}");
    }
}
