//! The suite, and the check against a baseline, mostly on invented samples.

mod check;
mod judge;
mod processor;
mod record;
mod suite;
mod support;
