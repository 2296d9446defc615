//! Training networks: ground truth of one's own.
//!
//! A network is pre-trained by replaced-token detection and fine-tuned on tasks, as the labels of FlexiBERT were made, but with
//! every operation in place. The networks are those that proxies are scored on: no attention mask, every token of type 0,
//! padding seen like any other token.
//!
//! - [`recipe`], [`text`], [`tasks`], [`spans`]: how, and on what;
//! - [`pretrain`], [`tune`]: the two stages; every random choice follows from the training's seed;
//! - [`inputs`], [`single`]: one network of any benchmark, resumably;
//! - [`embedded`]: the benchmark that is compiled in, and its [`rows`];
//! - [`exits`]: early exit and weaker generators, compared;
//! - [`real`]: small networks on GLUE and SQuAD, beside answers that need no network.

pub mod curve;
pub mod curve_chart;
pub mod embedded;
pub mod exits;
pub mod inputs;
mod jobs;
mod order;
pub mod pretrain;
mod progress;
pub mod public;
pub mod real;
pub mod recipe;
pub mod rows;
pub mod single;
pub mod spans;
pub mod tasks;
pub mod text;
pub mod tune;
