//! Training a super-network: fine-tuning a pre-trained encoder on one task so that its sub-networks are good as well.
//!
//! [`SuperNet::step`] draws sub-networks for a batch ([`Strategy`]), adds up the gradients of all their losses, and moves the shared
//! weights once. Everything that a step does follows from seeds and its number, so a run that was stopped goes on from its
//! [checkpoint](SuperNet::save) with the same bits.
//!
//! - [`Examples`], [`Task`], [`Metric`]: what is learnt, how it is split, and how errors are measured;
//! - [`Strategy`], [`Settings`]: what a step trains;
//! - [`evaluate`]: the error of a sub-network with sliced weights.

mod checkpoint;
mod data;
mod evaluate;
pub(crate) mod loss;
mod optimiser;
mod settings;
mod strategy;
mod trainer;

pub use data::{Examples, Labels, Metric, Task, VALID_SEED};
pub use evaluate::{Evaluation, evaluate};
pub use settings::Settings;
pub use strategy::Strategy;
pub use trainer::SuperNet;
