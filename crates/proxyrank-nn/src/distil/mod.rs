//! Training small networks of W-PCA's space: a classifier on candle's autograd, knowledge distillation, and an optimiser.
//!
//! [`FastEngine`](crate::FastEngine) runs these networks forward only. Here the same network is made of operations that candle can
//! differentiate; a test pins the two to each other in double precision. It is meant for networks of some thousand weights.

mod adam;
mod classifier;
mod loss;

pub use adam::{Adam, rate};
pub use classifier::{Activations, Classifier, TextBatch};
pub use loss::{Projections, cross_entropy, distillation};
