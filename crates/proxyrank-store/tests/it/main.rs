//! The store as its users see it: one process after another, side by side, and killed.

mod concurrency;
mod interchange;
mod kill;
#[path = "../../src/samples.rs"]
mod samples;
mod usage;
