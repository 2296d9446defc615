//! Token batches: what a network is fed.
//!
//! A proxy must see the same tokens whenever its protocol is the same, on any machine and in any order of work. So a
//! batch is a pure function of its source and its number: [`SyntheticTokens`] derives batch *i* from a stored seed
//! without having drawn batch *i - 1*, and a [`Corpus`] takes the *i*-th group of its texts. Both are a [`TokenSource`].
//!
//! Encoders see `bert-base-uncased` [WordPiece] ids with `[CLS]` and `[SEP]` around texts. Synthetic batches have no
//! special tokens at all, and decoders are fed those only.

mod corpus;
mod error;
mod pack;
mod synthetic;
mod token_batch;
mod vocabulary;
mod word_piece;

pub use corpus::{Corpus, frame};
pub use error::BatchError;
pub use pack::pack;
pub use synthetic::{Distribution, SyntheticTokens};
pub use token_batch::{BatchShape, TokenBatch, TokenSource};
pub use vocabulary::{SpecialTokens, Vocabulary};
pub use word_piece::WordPiece;
