//! Training: ELECTRA pre-training and fine-tuning, on the fast engine's gradients.
//!
//! A step is one or two backward passes, whose gradients are flat slices, and one pass over parameters and moments
//! ([`AdamW`]). Nothing is allocated that a step before has not left behind. What a step does follows from its number and its
//! batch alone: dropout masks and drawn tokens are functions of seed and step, sums run in an order that does not depend on
//! threads, so training gives the same bits for any number of threads, and goes on from a [`Snapshot`] as if it had
//! never stopped.
//!
//! - [`Electra`]: replaced-token detection with a generator that shares the embeddings (Clark et al., ICLR 2020);
//! - [`EarlyExit`]: sequences that spare the discriminator's later layers (after arXiv 2110.06620);
//! - [`Tuner`]: an encoder with one linear layer on top, for classes, numbers and spans;
//! - `adamw`, [`Schedule`]: the optimiser and its rate;
//! - [`Snapshot`]: the state as the bytes of a safetensors file.

mod adamw;
mod attention;
mod electra;
mod embeddings;
mod exit;
mod positions;
mod sampler;
mod schedule;
mod snapshot;
mod tuner;

pub use adamw::AdamW;
pub use attention::Attention;
pub use electra::{Electra, ElectraLosses, ElectraSettings};
pub use exit::EarlyExit;
pub use positions::Positions;
pub use schedule::Schedule;
pub use snapshot::Snapshot;
pub use tuner::{LayerRates, Reader, Targets, Tuner, TunerSettings};
