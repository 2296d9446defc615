//! Decoders: what they compute, what goes in and what comes out.
//!
//! GPT-2 and Transformer-XL as in LiteTransformerSearch (Javaheripi et al., NeurIPS 2022): heads and feed-forward width of every
//! layer for itself, an adaptive vocabulary. [`network`] and `transformer_xl` say once what that is, in the operations of
//! [`crate::ops`]; what lies between ids and hidden states, on both sides, belongs to an engine.

mod gradient;
mod input;
pub(crate) mod network;
mod transformer_xl;

pub use gradient::VocabularyGradient;
pub(crate) use input::CheckedLoss;
pub use input::{DecoderInput, DecoderLoss, Sight};
