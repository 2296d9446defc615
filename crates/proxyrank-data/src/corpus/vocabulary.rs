//! Words as ids, and texts as sequences of fixed length.

use std::collections::HashMap;

use super::document::Document;
use super::grammar::tree::Word;
use super::lexicon::Lexicon;
use crate::batch::{SpecialTokens, pack};

/// The special tokens of the corpus, at the ids 0 to 4.
pub const SPECIAL: SpecialTokens = SpecialTokens { pad: 0, unknown: 1, classify: 2, separate: 3, mask: 4 };

/// A word-level vocabulary: five special tokens, then every word form of the lexicon in a fixed order.
#[derive(Debug, Clone)]
pub struct Words {
    tokens: Vec<&'static str>,
    ids: HashMap<&'static str, u32>,
}

impl Default for Words {
    fn default() -> Self {
        Self::new()
    }
}

impl Words {
    /// The vocabulary of the embedded lexicon.
    pub fn new() -> Self {
        let special = SPECIAL.named().map(|(token, _)| token);
        let tokens: Vec<&'static str> =
            special.into_iter().chain(Lexicon::embedded().words().iter().copied()).collect();
        let ids = (0..).zip(&tokens).map(|(id, token)| (*token, id)).collect();
        Self { tokens, ids }
    }

    /// The number of ids, special ones included.
    pub fn size(&self) -> usize {
        self.tokens.len()
    }

    /// Every token; its place is its id.
    pub fn tokens(&self) -> &[&'static str] {
        &self.tokens
    }

    /// The id of a word in lower case; that of `[UNK]` where the word is unknown.
    pub fn id(&self, word: &str) -> u32 {
        self.ids.get(word).copied().unwrap_or(SPECIAL.unknown)
    }

    /// The ids of a text: lower-cased, punctuation cut off, no special tokens around it. Those that are written
    /// out, such as `[MASK]`, are read.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let id =
            |word: &str| if word.starts_with('[') { self.id(word) } else { self.id(&word.to_lowercase()) };
        split(text).map(id).collect()
    }

    /// The ids of a document's sentences, each with its full stop or question mark.
    pub fn document(&self, document: &Document) -> Vec<Vec<u32>> {
        document.words().iter().map(|sentence| sentence.iter().map(|word| self.id(word)).collect()).collect()
    }

    /// Documents as sequences of exactly `length` ids; see [`crate::batch::pack`].
    pub fn pack<D>(&self, documents: D, length: usize) -> impl Iterator<Item = Vec<u32>> + use<'_, D>
    where
        D: IntoIterator<Item = Document>,
    {
        let ids = |document: Document| self.document(&document).into_iter().flatten().collect();
        pack(documents.into_iter().map(ids), length, SPECIAL)
    }
}

/// The words and punctuation marks of a text.
fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().flat_map(|chunk| {
        let mut rest = chunk;
        std::iter::from_fn(move || {
            let first = rest.chars().next()?;
            let end = if first.is_alphanumeric() || first == '[' {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '[' || c == ']')).unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            let (word, after) = rest.split_at(end);
            rest = after;
            Some(word)
        })
    })
}

/// Words as people write them: names and beginnings with a capital, no space before a full stop or around an apostrophe.
pub fn written(words: &[Word]) -> String {
    let lexicon = Lexicon::embedded();
    let mut text = String::new();
    for word in words {
        let after_apostrophe = text.ends_with('\'');
        if !text.is_empty() && !after_apostrophe && ![".", ",", "?", "'"].contains(word) {
            text.push(' ');
        }
        if text.is_empty() || lexicon.names.iter().any(|(name, _)| name == word) {
            let mut letters = word.chars();
            text.extend(letters.next().into_iter().flat_map(char::to_uppercase));
            text.push_str(letters.as_str());
        } else {
            text.push_str(word);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::document::documents;

    #[test]
    fn what_is_written_is_read_back() {
        let words = Words::new();
        for document in documents(0).take(50) {
            for sentence in document.words() {
                let ids: Vec<u32> = sentence.iter().map(|word| words.id(word)).collect();
                assert_eq!(words.encode(&written(&sentence)), ids, "{}", written(&sentence));
                assert!(!ids.contains(&SPECIAL.unknown), "{}", written(&sentence));
            }
        }
    }

    #[test]
    fn special_tokens_come_first() {
        let words = Words::new();
        for (token, id) in SPECIAL.named() {
            assert_eq!(words.id(token), id);
        }
        assert_eq!(words.encode("the [MASK] zyx"), [words.id("the"), SPECIAL.mask, SPECIAL.unknown]);
        assert!(words.size() <= 2000);
    }

    #[test]
    fn writing_puts_capitals_and_spaces_where_people_do() {
        assert_eq!(written(&["ben", "has", "anna", "'", "s", "kite", "."]), "Ben has Anna's kite.");
    }

    #[test]
    fn sequences_are_full_and_nothing_is_lost() {
        let words = Words::new();
        let flat: Vec<u32> = documents(1)
            .take(5)
            .flat_map(|document| words.document(&document).into_iter().flatten().chain([SPECIAL.separate]))
            .collect();
        let packed: Vec<Vec<u32>> = words.pack(documents(1).take(5), 32).collect();
        assert!(packed.iter().all(|sequence| sequence.len() == 32 && sequence[0] == SPECIAL.classify));
        let body: Vec<u32> = packed.iter().flat_map(|sequence| sequence[1..31].iter().copied()).collect();
        assert_eq!(body[..], flat[..body.len()]);
        assert!(flat.len() - body.len() <= 31);
        assert_eq!(words.pack(documents(1).take(5), 2).count(), 0);
    }
}
