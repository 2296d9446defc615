//! What cheaper pre-training costs: early exit, and a weaker generator or none (arXiv 2110.06620).
//!
//! One network is pre-trained by several recipes (the [`arms`]) from several seeds, and fine-tuned on the tasks of the
//! embedded benchmark. [`summary`] holds each arm against the plain recipe after as many steps, and against the plain recipe stopped
//! where it has cost as much.

mod arms;
mod fill;
mod summary;

pub use arms::{ARCHITECTURE, Arm, arms};
pub use fill::{ArmRow, SEEDS, fill, rows_file};
pub use summary::{Outcome, summary};
