//! Proxies as formulas: a small language, and the way from a text to a proxy in every table.
//!
//! # Why
//!
//! A proxy that somebody searched for, or has just thought of, is a formula. It should not take a Rust file to see how it ranks,
//! and a search needs a form in which to print what it found. An expression reads
//!
//! ```text
//! mean(pow(revert(head))) + mean(logsoftmax(frobenius(act)))
//! ```
//!
//! Inputs are lists of tensors, one a layer ([`Input`]); functions work on each tensor ([`Unary`]); `mean` takes the mean over
//! a tensor's elements; `+`, `-` and `*` work on one number a layer outside of `mean`, and element by element inside of it;
//! lists of different length are paired as far as the shorter one goes; and the score is the mean over layers, or their sum in
//! `total(...)`.
//!
//! # Design
//!
//! - [`primitive`](Unary) has the words;
//! - [`Expression`] is what a text becomes, with types that cannot hold nonsense; printed and read again it is the same;
//! - [`ParseError`] shows the place of a fault;
//! - [`Tensor`] computes primitives as pure functions;
//! - [`TensorSource`] is where an expression finds a network's tensors: anything that has the five lists will do;
//!   [`WantedTensors`] takes them from a network in one forward pass, and one backward pass if gradients are asked for, whole
//!   or as samples;
//! - [`Genotype`] is LPZero's own notation, `[head,act][[15,3],[8,13],0]`;
//! - [`submission`] reads TOML files; the proxies that LPZero published ship that way.

mod collect;
mod decoder;
mod encoder;
mod error;
mod evaluate;
mod expression;
mod genotype;
mod lexer;
mod parser;
mod primitive;
pub mod submission;
mod tensor;

#[cfg(test)]
mod tests;

pub use collect::{Sampling, WantedTensors};
pub(crate) use decoder::decoder_inputs_at;
pub(crate) use encoder::{encoder_inputs_at, inner_weights};
pub use error::{Fault, ParseError};
pub use evaluate::{EvaluationError, LayerTensors, TensorSource};
pub use expression::{Expression, Reduction, Series, Tensors};
pub use genotype::{Branch, Genotype, GenotypeError, NoGenotype};
pub use primitive::{Binary, Input, Unary};
pub use submission::{SubmissionError, SubmissionFault};
pub use tensor::Tensor;

/// The text of the proxies that ship with the program.
pub(crate) const SHIPPED: &str = include_str!("shipped.toml");
