//! Tests of the encoder through its public interface.

mod agreement;
mod common;
mod golden;
mod gradients;
mod init;
mod threads;
