//! Scoring the architectures of a benchmark: plan, compute, store; resumable at any point.
//!
//! Architectures are scored in parallel in small batches and stored one by one in the order of the benchmark, so what a
//! run leaves behind does not depend on the number of threads, and a kill loses at most the batch in hand, every
//! architecture of which is either wholly stored or not at all.

mod execute;
mod plan;
mod request;

pub use execute::{Evaluated, evaluate};
pub use plan::Plan;
pub use request::Request;
