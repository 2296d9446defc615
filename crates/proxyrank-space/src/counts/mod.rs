//! What can be counted without building a tensor: parameters, multiply-accumulates, and the weight matrices.
//!
//! All counts are integers in `u64`. The limits of [`crate::DecoderArch::validate`] and of the FlexiBERT space keep
//! every one of them below 2^63, so plain arithmetic is safe.

mod decoder;
mod encoder;
mod macs;
mod matrices;
mod parameters;

pub use macs::{Macs, macs};
pub use matrices::{Matrix, Role, matrices};
pub use parameters::{Parameters, parameters, parameters_as};
