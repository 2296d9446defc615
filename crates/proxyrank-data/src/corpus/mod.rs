//! A corpus of our own: English-like text from a grammar, and five tasks on it.
//!
//! Public text cannot be shipped and needs a network; random ids teach a network nothing. In between lies text that
//! is made: small enough a world that a small network learns it in minutes, rich enough that learning it matters. This
//! module makes it from a seed alone, bit for bit the same everywhere:
//!
//! - [`lexicon`]: some 1,400 words with what the grammar must know about them, in one readable file;
//! - `grammar`: trees, their words, and an independent judge that decides from words whether a sentence is grammatical;
//! - [`Document`], [`documents`]: texts about small worlds in which later sentences depend on earlier ones;
//! - [`Words`]: the vocabulary, a tokenizer, and packing into sequences of one length;
//! - [`tasks`]: acceptability, sentiment, paraphrase, entailment, similarity, with labels that follow from trees;
//! - [`measure`]: how predictable the text is, and what counting words scores on the tasks;
//! - [`write()`]: all of it as files.
//!
//! Numbers are in `docs/corpus.md`.

mod document;
mod export;
mod grammar;
pub mod lexicon;
pub mod measure;
mod random;
pub mod tasks;
mod vocabulary;

pub use document::{Document, documents};
pub use export::{Amount, CorpusError, WrittenFile, first_documents, write};
pub use vocabulary::{SPECIAL, Words, written};

/// The datasheet, which pins the bytes of the first documents.
pub const DATASHEET: &str = include_str!("../../../../datasets/corpus.toml");

#[cfg(test)]
mod tests;
