//! Scoring the architectures of a benchmark: plan, compute, store; resumable at any point.
//!
//! Architectures are stored one by one in the order of the benchmark, so what a run leaves behind does not depend on the
//! number of threads. Closed forms are computed for several architectures at a time; a network is run alone, with all
//! threads inside it, so that its times mean something and only one set of weights is in memory. A kill loses at most
//! the architectures in hand, each of which is either wholly stored or not at all.

mod computer;
mod decoder;
mod decoder_cost;
mod encoder;
mod execute;
mod inputs;
mod plan;
mod request;
mod runner;
mod selection;

pub use execute::{Evaluated, afresh, evaluate, finished};
pub(crate) use inputs::{Shape as InputShape, batch as input_batch, tokenizer};
pub use plan::Plan;
pub use request::Request;
pub(crate) use request::supports;
pub(crate) use runner::Runner;
pub use selection::Selection;
