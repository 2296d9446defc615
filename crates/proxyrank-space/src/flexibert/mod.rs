//! The FlexiBERT space of NAS-Bench-BERT: 500 trained encoders with a choice of operation, heads and FFN per layer.
//!
//! Serianni & Kalita, "Training-free neural architecture search for RNNs and transformers", ACL 2023.
//!
//! The benchmark's entries, the network that the published proxy code builds from them and the network that the
//! training code built are three different things; [`EncoderNetwork`] has the three readings.

mod arch;
mod network;
mod quarter;
mod sample;
mod twister;

pub use arch::{DscKernel, FlexibertArch, FlexibertLayer, Operation};
pub use network::{EncoderLayer, EncoderNetwork};
pub use quarter::QuarterArch;
pub use sample::Sampler;
pub use twister::MersenneTwister;
