//! The FlexiBERT benchmark (NAS-Bench-BERT): 500 encoders, each trained and fine-tuned on eight GLUE tasks.
//!
//! Two files share a layout. The benchmark has one set of scores an architecture; the training ablation has one for
//! each of 21 checkpoints. What the authors wrote down is read as it stands, faults included: a failed task
//! that was kept as 0, or checkpoints that were filled with another one's scores, are facts about the data that later
//! stages report. What cannot be read without guessing (an unknown operation, an entry out of order, a GLUE score
//! that is not the mean of its tasks) is an error.

mod benchmark;
mod raw;
mod tasks;
mod train_ablation;

pub(crate) use benchmark::declared;
pub use benchmark::{FlexibertBenchmark, FlexibertEntry};
pub use tasks::{Task, TaskScores};
pub use train_ablation::{Checkpoint, TrainAblation, TrainAblationEntry};
