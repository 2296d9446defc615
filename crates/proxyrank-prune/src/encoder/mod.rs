//! A BERT-type classifier that can be pruned.
//!
//! [`Weights`] are one flat slice, read from the hub's safetensors and `config.json` ([`EncoderConfig`]). Two implementations compute
//! the same network:
//!
//! - [`MaskedEncoder`] multiplies by masks, in candle operations that candle can differentiate and in single or double precision: the reference;
//! - [`Pruned`] runs on the weights that are left once heads and units are cut out, with hand-written kernels, forward and
//!   backward. What is masked out has no gradient, so a step on sliced weights is the same step as on masked ones, at the
//!   price of the sub-network.
//!
//! Tests pin each to the other for random masks of all spaces, logits and gradients, with dropout and without.
//!
//! [`Pruned`] does not pad: the texts of a batch stand one after the other, matrix products run over all their tokens, and only attention
//! goes text by text. Only the first token's last hidden state is read by the pooler, so behind the last attention that is kept
//! nothing else is computed.

mod arena;
mod backward;
mod blocks;
mod config;
mod dropout;
mod forward;
pub(crate) mod kernels;
mod layout;
mod mask_gradients;
mod masked;
pub(crate) mod matrix;
mod observe;
mod pruned;
mod texts;
mod weights;

pub use arena::{Gradient, WordRows};
pub(crate) use blocks::{Block, BlockParts};
pub use config::EncoderConfig;
pub use dropout::Dropout;
pub use forward::Tape;
pub use layout::{LayerPlaces, Layout, Place};
pub use mask_gradients::MaskGradients;
pub use masked::MaskedEncoder;
pub use observe::Seen;
pub use pruned::Pruned;
pub use texts::{Text, Texts};
pub use weights::Weights;
