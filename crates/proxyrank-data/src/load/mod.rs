//! Strict, typed loaders.
//!
//! The numbers in this project's tables are only as good as the reading of the files behind them, and those files were
//! written by research code: integers where floats are meant, one key with two types, rows repeated on purpose in one
//! file and by accident in another. So a loader accepts what its file is known to hold and nothing else. Anything else
//! is a [`LoadError`] that names the file, the place in it, and what was expected; no input makes a loader panic.
//!
//! Every loader takes a path; those of text formats have a twin, `parse`, that takes bytes. Which file belongs to
//! which data set, and whether its bytes are the published ones, is the business of [`crate::manifest`] and
//! [`crate::fetch`].
//!
//! - [`flexibert`]: the 500 trained encoders and their training ablation;
//! - [`score_table`]: released tables of scores;
//! - [`mem_dict`]: LPZero's scored symbolic programs;
//! - [`lts`]: the eleven sets of trained decoders of LiteTransformerSearch;
//! - [`own`]: benchmarks of one's own, from a folder;
//! - [`sheet`]: a table of scores that somebody hands in;
//! - [`text`]: GLUE, SQuAD, WikiText and OpenWebText.

mod error;
pub mod flexibert;
pub mod lts;
pub mod mem_dict;
pub mod own;
pub mod score_table;
pub mod sheet;
pub(crate) mod source;
pub mod text;
mod unique_map;

pub use error::{LoadError, LoadErrorKind, Place};
