//! Architectures, the networks that are really built from them, and everything that can be counted without building.
//!
//! An [`Architecture`] is what a benchmark's file says. A [`Network`] is what some code made of it, and for FlexiBERT
//! those differ: the published proxy code, the benchmark's own words and the training code give three networks for
//! one entry. [`Architecture::network`] therefore wants a reading, and every count is a function of the network, never
//! of the entry. Two entries that give equal networks are the same trained model up to its seed, which is where the
//! noise ceiling comes from.
//!
//! - [`flexibert`] has the encoder space: its entries, its networks, and sampling from it;
//! - [`decoder`] has the GPT-2 and Transformer-XL configurations with their adaptive vocabularies;
//! - [`wpca`] has the space that W-PCA's own search looks through;
//! - [`counts`] has parameters, multiply-accumulates and the inventory of weight matrices.
//!
//! Nothing here reads a file or depends on a tensor library.

pub mod architecture;
pub mod counts;
pub mod decoder;
pub mod error;
pub mod flexibert;
pub mod network;
pub mod wpca;

pub use architecture::{Architecture, Family};
pub use decoder::{DecoderArch, DecoderFamily, DecoderNetwork};
pub use error::SpaceError;
pub use flexibert::{EncoderNetwork, FlexibertArch, FlexibertLayer, Operation, QuarterArch};
pub use network::Network;
// Every network is asked for under a reading, so callers need not name the schema crate for it.
pub use proxyrank_schema::Reading;
pub use wpca::{WpcaArch, WpcaBlock, WpcaKind, WpcaShape, WpcaSpace};
