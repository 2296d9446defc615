//! GPT-2 and Transformer-XL language models with a head count and FFN width per layer and an adaptive vocabulary.
//!
//! The space of LiteTransformerSearch (Javaheripi et al., 2022). A configuration file stores more cutoffs and
//! tie flags than the model uses; [`effective_cutoffs`] has the rule, [`DecoderNetwork`] what is left after it.

mod arch;
mod cutoffs;
mod network;

pub use arch::{DecoderArch, DecoderFamily};
pub use cutoffs::effective_cutoffs;
pub use network::{AdaptiveVocabulary, Cluster, DecoderLayer, DecoderNetwork, OutputProjection};
