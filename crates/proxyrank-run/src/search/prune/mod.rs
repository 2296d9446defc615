//! Structural pruning of a pre-trained encoder: super-networks, searches for sub-networks, and what they are worth.
//!
//! - [`material`]: the encoder from the hub, tasks of GLUE;
//! - [`PruneRequest`], [`run`]: one study a task and training strategy, each in a folder of its own, resumable at any moment;
//! - [`Finished`], [`outcomes`], [`hypervolumes`]: what the records say.

pub mod material;
mod request;
mod run;
mod summary;
mod tables;

pub use request::PruneRequest;
pub use run::run;
pub use summary::{Curve, Finished, Hypervolume, Outcome, curves, folder, hypervolumes, outcomes, read_all};
pub use tables::{hypervolume_table, outcome_table};
