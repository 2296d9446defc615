//! An answer to a question by shared words alone, as the first baseline of SQuAD has it (Rajpurkar et al. 2016, §5; words are weighed as
//! in the sliding window of Richardson et al. 2013).
//!
//! Theirs chooses among the constituents of parsed sentences. Here nothing is parsed, so the answer is read off the best sentence: the
//! words in it that the question does not have.

use std::collections::{BTreeMap, BTreeSet};

/// Words of the longest answer.
const LONGEST: usize = 5;

/// The answer to a question in a paragraph; empty where the paragraph is.
///
/// Every different word that a sentence shares with the question weighs log(1 + 1 / times that it stands in the paragraph). In the first of
/// the heaviest sentences the answer is the first of the longest runs of words that the question does not have, five at most.
pub(super) fn answer(question: &str, paragraph: &str) -> String {
    let asked: BTreeSet<String> = question.split_whitespace().map(plain).collect();
    let words: Vec<(&str, String)> = paragraph.split_whitespace().map(|word| (word, plain(word))).collect();
    let mut times: BTreeMap<&str, f64> = BTreeMap::new();
    for (_, word) in &words {
        *times.entry(word).or_default() += 1.0;
    }
    let weight = |sentence: &[(&str, String)]| -> f64 {
        let words: BTreeSet<&str> = sentence.iter().map(|(_, word)| word.as_str()).collect();
        words.into_iter().filter(|word| asked.contains(*word)).map(|word| (1.0 / times[word]).ln_1p()).sum()
    };
    let mut best: (f64, &[(&str, String)]) = (f64::NEG_INFINITY, &[]);
    for sentence in words.split_inclusive(|(word, _)| ends_a_sentence(word)) {
        let weight = weight(sentence);
        if weight > best.0 {
            best = (weight, sentence);
        }
    }
    let mut longest: &[(&str, String)] = &[];
    for run in best.1.split(|(_, word)| asked.contains(word)) {
        if run.len() > longest.len() {
            longest = run;
        }
    }
    longest.iter().take(LONGEST).map(|(word, _)| *word).collect::<Vec<_>>().join(" ")
}

/// A word in small letters, without what stands around it.
fn plain(word: &str) -> String {
    word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase()
}

/// Whether a full stop, or another mark that ends a sentence, stands behind a word; brackets and quotes may follow it.
fn ends_a_sentence(word: &str) -> bool {
    word.trim_end_matches(['"', '\'', ')', ']', '”', '’']).ends_with(['.', '?', '!'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_stands_in_the_sentence_that_shares_most() {
        let paragraph = "The river was long. In 1843 the old bridge (\"Holm's.\") was built by Anna Holm for the king. It stands.";
        // The quote's full stop ends a sentence, so the second half is one of its own: `was`, `built`, `by` against five words.
        assert_eq!(answer("Who was the old bridge built by, in 1843?", paragraph), "(\"Holm's.\")");
        assert_eq!(answer("Who built it, and for what king?", paragraph), "by Anna Holm");
        // A word that stands once outweighs one that stands twice: log 2 against log 3/2.
        assert_eq!(answer("red is", "is is cold. red hot."), "hot.");
    }

    #[test]
    fn what_has_no_words_has_no_answer() {
        assert_eq!(answer("Who?", ""), "");
        assert_eq!(answer("a b", "a b"), "");
        assert_eq!(answer("", "one two three four five six"), "one two three four five");
    }
}
