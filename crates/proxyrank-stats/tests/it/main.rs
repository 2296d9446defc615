//! What the public functions promise, checked from outside the crate.

mod ceiling;
mod definitions;
mod panel;
mod real_data;
mod vectors;
