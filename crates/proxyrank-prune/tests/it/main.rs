//! Tests of encoder and training through the public interface.

mod agreement;
mod beside;
mod common;
mod gradients;
mod importance;
mod minilm;
mod runner;
mod training;
