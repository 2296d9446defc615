//! Structural pruning of a pre-trained encoder: super-networks, searches for sub-networks, and what they are worth.
//!
//! - [`material`]: the encoder from the hub, tasks of GLUE;
//! - [`PruneRequest`], [`run`]: one study a task and training strategy, each in a folder of its own, resumable at any moment;
//!   [`Part`] is what is done with its super-network, [`Plan`] what that would take;
//! - [`Finished`], [`outcomes`], [`hypervolumes`]: what the records of searches say; [`BaselineRun`], [`ProxyRun`], [`RatioRun`] what
//!   those of the other parts say.

mod beside;
mod claims;
mod estimate;
pub mod material;
mod parts;
mod request;
mod run;
mod summary;
mod tables;
#[cfg(test)]
mod tests;
mod told;
mod trials;

pub use beside::{BaselineRun, On, ProxyRun, RatioRun};
pub use claims::claims;
pub use estimate::Plan;
pub use parts::{Beside, Part};
pub use request::PruneRequest;
pub use run::run;
pub use summary::{
    Curve, Finished, Hypervolume, Outcome, curves, folder, hypervolumes, outcomes, ranks, read_all, volume,
};
pub use tables::{
    baseline_table, guided_table, hypervolume_table, outcome_table, pick_table, predictor_table, proxy_table,
    rank_table, tables_beside, trial_table,
};
pub use trials::TrialRun;
