//! The search space of W-PCA (Wang, ICLR 2025): a fixed number of layers, each one of twelve blocks.
//!
//! - [`block`] has the twelve blocks and architectures as lists of them;
//! - [`space`] has the sizes of the networks, what they count, and the limits of the paper's two searches;
//! - [`draw`] draws architectures, mutates and crosses them.

pub mod block;
pub mod draw;
pub mod space;

pub use block::{BLOCKS, WIDTHS, WpcaArch, WpcaBlock, WpcaKind};
pub use space::{WpcaShape, WpcaSpace};
