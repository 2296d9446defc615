//! Where bytes come from, how they are checked, and the loaders that turn them into typed rows.
//!
//! Bytes reach this crate in four ways, tried in this order: a mirror (a folder, or an HTTP endpoint), the caches of
//! earlier downloads, the network. [`manifest`] says what a data set consists of and how a file is recognised as
//! the right one; [`fetch`] finds or downloads it and never leaves a bad file behind; [`load`] reads it strictly into
//! the types of the lower crates; [`batch`] turns text or a seed into batches of token ids. [`corpus`] makes text and tasks where
//! no data are to be had at all.

pub mod batch;
pub mod corpus;
pub mod fetch;
pub mod hash;
pub mod load;
pub mod manifest;
mod silence;
