//! Proxies that need a gradient: one backward pass for all of them, beside the forward pass of the others.
//!
//! # Design
//!
//! A gradient proxy reads numbers that were taken from each weight matrix W and its gradient G, one number a matrix
//! ([`MatrixValues`]), or the gradient of the position table ([`PositionGradient`]). Its [`Measure`] says which, and holds
//! the step from there to the score; what nobody reads is not computed.
//!
//! | quantity | from | read by |
//! |---|---|---|
//! | Σ abs(W·G) | backward pass | SNIP, synaptic saliency, head importance, DSS |
//! | Σ W·G | backward pass | plain |
//! | Frobenius norm of G | backward pass | gradient norm |
//! | nuclear norm of W times that of G | backward pass | synaptic diversity, DSS |
//! | ln abs(det(S Sᵀ)), S the signs of G | backward pass | EZNAS |
//! | half the mean of (a·dL/da)², a an output | backward pass, block by block | Fisher |
//! | maxima of outputs over tokens | backward pass, block by block | attention confidence |
//! | gradient of the position table | backward pass | Jacobian covariance and cosine |
//! | Σ W·Hg | backward pass, Hessian-vector product | GraSP |
//! | Σ abs(W·R), Σ abs(W) ln(1 + abs(R)), Σ abs(W) abs(ln abs(R)) | SynFlow passes | SynFlow, LogSynFlow |
//!
//! [`fn@evaluate`] takes the union of all needs. Forward proxies are always scored on the batch as it is: their key has no
//! signal. A signal that leaves the batch alone (`ones`, `gaussian`) has one forward and backward pass for both kinds of
//! proxies; one that corrupts it (`rtd`, `mlm`) has a pass of its own. A SynFlow pass reads no signal, and but for LPZero's no batch.
//!
//! What an engine cannot do leaves those proxies alone `unsupported`: [`fn@evaluate`] asks for first derivatives,
//! [`evaluate_twice`] for second ones too. Scores are bit-equal for any number of threads: sums over blocks are added in
//! block order, and a matrix is one thread's work.

mod corruption;
mod determinant;
mod evaluate;
mod matrices;
mod measure;
mod nuclear;
mod outputs;
mod pass;
mod positions;
mod products;
mod samples;
mod segments;
mod signal;
mod synflow;

pub use corruption::{MaskedBatch, ReplacedBatch, Vocabulary};
pub(crate) use evaluate::{Needed, needed_vocabulary};
pub use evaluate::{evaluate, evaluate_twice, head, signal_head};
pub use matrices::{Matrix, MatrixValue, MatrixValues, Part, Set};
pub use measure::{MatrixQuantity, Measure, Pair};
pub use positions::PositionGradient;
pub use samples::SampleKernel;
pub use segments::SegmentNorms;
pub(crate) use signal::cotangent;
pub use signal::{PreparedSignal, SignalError};
