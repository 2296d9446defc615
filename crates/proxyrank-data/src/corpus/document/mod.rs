//! Documents: small worlds told in sentences that depend on each other.
//!
//! A language model gains from context only if there is something in it. So a document first makes a world of two to
//! four people with occupations, homes, characters, tastes and belongings; then it tells what happens. Things change
//! hands, are lost and found; people move; later sentences ask for, repeat or build on what is true by then. Pronouns
//! are used where exactly one person can be meant. In between stand scenes, whose people and things are new and whose
//! syntax nests deeper.

mod beats;
mod narrator;
mod talk;
mod world;

use super::grammar::compose::Composer;
use super::grammar::realise::words;
use super::grammar::tree::{Sentence, Word};
use super::random::Draw;
use super::vocabulary::written;
use narrator::Narrator;

/// Key of the streams that documents are drawn from.
const PURPOSE: [u8; 16] = *b"corpus documents";

/// A text of some sentences.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub(crate) sentences: Vec<Sentence>,
}

impl Document {
    /// Document `number` of the corpus of a seed.
    pub fn generate(seed: u64, number: u64) -> Self {
        let mut narrator = Narrator::new(Composer::new(Draw::new(PURPOSE, seed, number), false));
        let people = narrator.world.people.len();
        let length = 14 + narrator.composer.draw.below(18);
        narrator.introduce(0);
        narrator.introduce(1);
        for person in 2..people {
            narrator.beat();
            narrator.introduce(person);
        }
        while narrator.sentences.len() < length {
            narrator.beat();
        }
        Self { sentences: narrator.sentences }
    }

    /// The document as people write it, a sentence a line.
    pub fn text(&self) -> String {
        self.words().iter().map(|words| written(words) + "\n").collect()
    }

    /// The words of each sentence, in lower case, with punctuation as words of its own.
    pub fn words(&self) -> Vec<Vec<Word>> {
        self.sentences.iter().map(words).collect()
    }
}

/// The endless corpus of a seed, document by document.
pub fn documents(seed: u64) -> impl Iterator<Item = Document> {
    (0..).map(move |number| Document::generate(seed, number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::grammar::recognise::is_grammatical;
    use crate::corpus::lexicon::{Gender, Lexicon};

    #[test]
    fn every_sentence_is_grammatical() {
        for (number, document) in documents(0).take(600).enumerate() {
            for sentence in document.words() {
                assert!(is_grammatical(&sentence), "document {number}: {}", sentence.join(" "));
            }
        }
    }

    #[test]
    fn a_document_does_not_depend_on_those_before_it() {
        let in_order: Vec<Document> = documents(3).take(20).collect();
        assert_eq!(Document::generate(3, 19), in_order[19]);
        assert_ne!(Document::generate(4, 19), in_order[19]);
    }

    #[test]
    fn what_is_left_is_what_was_there_less_what_was_eaten() {
        let numbers = Lexicon::embedded().list("number");
        let count =
            |sentence: &[Word]| sentence.iter().find_map(|word| numbers.iter().position(|n| n == word));
        let mut seen = 0;
        for document in documents(0).take(300) {
            for three in document.words().windows(3) {
                let [had, ate, has] = three else { continue };
                let is_count =
                    ate.starts_with(&["then"]) && ate.contains(&"ate") && has.starts_with(&["now"]);
                if let (true, Some(had), Some(ate), Some(has)) =
                    (is_count, count(had), count(ate), count(has))
                {
                    assert_eq!(had + 1, (ate + 1) + (has + 1), "{three:?}");
                    seen += 1;
                }
            }
        }
        assert!(seen > 50, "{seen}");
    }

    #[test]
    fn a_pronoun_at_the_beginning_follows_somebody_of_its_gender() {
        let lexicon = Lexicon::embedded();
        let gender = |word: Word| match word {
            "she" | "her" => Some(Gender::Feminine),
            "he" | "him" | "his" => Some(Gender::Masculine),
            name => lexicon.names.iter().find(|known| known.0 == name).map(|known| known.1),
        };
        for document in documents(1).take(300) {
            let sentences = document.words();
            // The sentence between may be about what somebody saw, heard or ate.
            for three in sentences.windows(3) {
                let [earlier, before, after] = three else { continue };
                let before = [earlier.as_slice(), before].concat();
                let Some(pronoun) = after.first().filter(|word| ["he", "she"].contains(word)) else {
                    continue;
                };
                let found = before.iter().any(|word| gender(word) == gender(pronoun));
                // Somebody called by occupation has no gender in words.
                let by_occupation = before
                    .iter()
                    .any(|word| lexicon.find_noun(word).is_some_and(|noun| lexicon.is_a(noun, &["worker"])));
                assert!(found || by_occupation, "{before:?} {after:?}");
            }
        }
    }
}
