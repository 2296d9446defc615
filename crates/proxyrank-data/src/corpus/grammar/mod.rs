//! The grammar: trees, their words, random trees, and an independent judge of words.
//!
//! [`tree`] says what a sentence means, [`realise`] puts it into words with agreement, case and tense, and [`compose`]
//! makes random trees that make sense. [`recognise`] goes the other way and knows nothing of trees: it decides from
//! words alone whether a sentence is grammatical. Every sentence of the corpus must pass it and every corrupted one of
//! the acceptability task must fail it, so a fault in one half of the grammar shows in the other.

pub(crate) mod compose;
pub(crate) mod realise;
pub(crate) mod recognise;
pub(crate) mod tree;
