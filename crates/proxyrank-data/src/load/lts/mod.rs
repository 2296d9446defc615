//! The decoders that LiteTransformerSearch trained: eleven sets of GPT-2 and Transformer-XL configurations.
//!
//! A set is a folder: one YAML configuration an architecture, summaries of parameters and perplexities for all of
//! them, for the Pareto sets also latencies and memory, and for one set the scores that LPZero released. [`SETS`]
//! lists them under their benchmark names.
//!
//! A configuration without a perplexity is a run that was not finished: it is listed in
//! [`LtsSet::missing_perplexity`] and stays in the set. A number for an architecture that has no configuration,
//! or a configuration that has no parameter counts, means that files of different sets were mixed, and is an error.

mod catalogue;
mod config;
mod folder;
mod id;
mod set;
mod summary;

pub use catalogue::{SETS, SetInfo, set_of};
pub use id::{LtsId, NotAnLtsId};
pub use set::{LtsEntry, LtsSet};
pub use summary::{Perplexity, SplitPerplexity, StoredParameters};
