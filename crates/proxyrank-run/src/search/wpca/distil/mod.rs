//! A small study of distillation: does the network that W-PCA prefers learn more from a teacher than others of its size?
//!
//! The paper's networks take weeks of training before they are distilled. Here everything is small enough for minutes on a
//! processor: four layers of hidden size 48, one GLUE task, a teacher that is trained on the spot, no pre-training. So the study
//! says something about the score at this size, and nothing about the paper's numbers.

mod data;
mod page;
mod study;

pub use page::{WrittenStudy, write_study};
pub use study::{DistilRequest, DistilResult, Distilled, run_study};
