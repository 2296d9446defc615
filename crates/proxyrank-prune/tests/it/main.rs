//! Tests of encoder and training through the public interface.

mod agreement;
mod common;
mod gradients;
mod minilm;
mod runner;
mod training;
