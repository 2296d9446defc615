//! Accuracy predictors without neural networks, and how many labels they need before they beat a rule of thumb.
//!
//! A zero-cost proxy ranks without labels. A predictor is told what some architectures reached and ranks the rest. It is
//! worth its labels only where it ranks better than what costs none, so everything here is measured beside label-free rules, on
//! the same test architectures.
//!
//! The crate knows nothing of benchmarks: it takes a matrix of [`Features`] and labels of which larger is better.
//!
//! - [`features`]: the matrix; [`scale`]: what becomes of labels before a predictor sees them;
//! - [`predictor`]: the trait, and [`Method`], which names the predictors;
//! - [`ridge`], [`gaussian_process`], [`size_first`], [`trees`], [`neighbours`]: the predictors;
//! - [`study`]: label-efficiency curves and held-out depths.
//!
//! Everything is seeded and computed by one thread for each fit: equal seeds give equal bits, whatever the number of threads.
//!
//! Ji, Cao and Liu, "Pruning large language models via accuracy predictor", ICASSP 2024 (arXiv 2309.09507), use such predictors
//! with a 7:3 split; which features and hyper-parameters they used is not public, so those here are our own.

pub mod error;
pub mod features;
pub mod gaussian_process;
mod kernel;
pub mod neighbours;
pub mod predictor;
pub mod ridge;
pub mod scale;
pub mod size_first;
mod spectrum;
pub mod study;
pub mod trees;

pub use error::PredictError;
pub use features::{Feature, Features, Group};
pub use predictor::{Fitted, Method, Prediction, Predictor};
pub use scale::Scale;
