//! Proxies that need a network: one set of weights, one forward pass, all of them at once.
//!
//! # Design
//!
//! A proxy does not see activations. It reads one of a few *quantities*, and its [`Measure`] says which, together with
//! the step from the quantity to the score. Proxies that differ only in that step (V-PCA and W-PCA, sums and means, two
//! stopping rules, any eta) share their quantity, which is computed once an architecture:
//!
//! | quantity | kept of a block | read by |
//! |---|---|---|
//! | [`Spectra`] | second moments of each layer's FFN input | V-PCA, W-PCA |
//! | [`TensorMeans`] of maxima over tokens | two numbers a tensor | head confidence |
//! | [`TensorMeans`] of maxima over heads | two numbers a layer | softmax confidence |
//! | [`TensorMeans`] of token agreement | one number a GELU, first sequence only | activation distance |
//! | [`SignCodes`] | one bit a GELU output | NWOT, SWAP |
//! | [`FeatureSpectra`] | second moments of what each layer hands on | AZ-NAS expressivity |
//! | [`TensorMeans`] of smallest correlations | second moments of each layer's first GELU | MeCo |
//! | [`Perturbation`] | the hidden state, for a second pass | Zen |
//! | [`MatrixNorms`] | nothing: weights only | sampled ZeroLM |
//!
//! [`evaluate`] takes the union of what its calls read, runs the network once with a reducer for each block, adds the
//! reducers up in an order that depends on the block numbers alone, and lets every proxy finish. If nothing but spectra
//! is wanted, the pass ends at the last layer's FFN input. Scores are bit-equal for any number of threads.
//!
//! To add a quantity: a module with its reducer, a variant in [`Measure`], and its sites in the reducer.

mod evaluate;
mod features;
mod maxima;
mod measure;
mod moments;
mod norms;
mod pass;
mod perturbation;
mod reducer;
mod signs;
mod spectrum;
mod supernet;
mod tree;

pub(crate) use maxima::over_tokens;
pub(crate) use measure::Quantity;
pub(crate) use pass::{Pass, layer_moments};
pub(crate) use perturbation::moved_embeddings;
pub(crate) use reducer::{LayerMoments, Partial, Reducer, Timed};
pub(crate) use tree::{Merge, merged};

pub use evaluate::{EvaluateOptions, Evaluation, evaluate};
pub use features::FeatureSpectra;
pub use maxima::TensorMeans;
pub use measure::{Measure, Score};
pub use norms::{MatrixNorm, MatrixNorms};
pub use perturbation::Perturbation;
pub use signs::SignCodes;
pub use spectrum::{Enough, Spectra};
pub use supernet::{FfnMoments, run_block};
