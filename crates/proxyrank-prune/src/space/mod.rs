//! Sub-networks of a pre-trained encoder, and the four spaces that they are searched in.
//!
//! A sub-network is two binary masks ([`Masks`]): one over the heads of each layer, one over the units of its feed-forward block. A
//! layer with neither is left out. A [`Space`] gives masks a genotype ([`Genes`]): SMALL, MEDIUM, LAYER or LARGE
//! ([`SpaceKind`]). Kept heads and units are the first ones, except in LARGE: which are important is created by training a
//! super-network with that nesting, not by sorting weights.
//!
//! [`ModelSize`] counts parameters and operations.

mod genes;
mod masks;
mod sample;
mod shape;
mod size;

pub use genes::{Genes, SpaceKind};
pub use masks::Masks;
pub use sample::{Sampler, Smallest};
pub use shape::{BlockShape, Space, SpaceError};
pub use size::{COUNTED_TOKENS, Counts, ModelSize};
