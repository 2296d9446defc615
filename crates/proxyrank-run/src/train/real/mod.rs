//! Small networks on real tasks: pre-trained on public text and fine-tuned on GLUE and SQuAD, beside answers that need no network.
//!
//! Every network of the [`Plan`] is pre-trained once from each seed; the state is kept beside the rows, so tasks can be added. The
//! [baselines](Baseline) are fitted and measured on the same examples, cut to the same length.

mod baselines;
mod embeddings;
mod fill;
mod lexical;
mod plan;

pub use baselines::Baseline;
pub use fill::{RealRow, fill, rows_file};
pub use plan::{Plan, PlannedTask};
