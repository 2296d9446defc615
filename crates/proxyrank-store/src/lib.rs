//! Results on disk: what is finished stays finished, whatever happens to the process.
//!
//! An evaluation runs for hours and may be killed at any moment. Two formats share the work:
//!
//! - a **journal**, one checksummed JSON line per finished architecture, synced before the next one starts; a kill
//!   can only tear its last line, which is recognised and dropped;
//! - **Parquet parts**, into which a journal is *sealed* every so often, for reading with any tool.
//!
//! ```text
//! DIR/<benchmark>/scores/part-*.parquet
//!                 timings/part-*.parquet
//!                 ground_truth.parquet
//!                 journal-<i>of<n>.jsonl      only while a shard is unfinished
//!                 locks/*.lock                empty of meaning once no process holds them
//! ```
//!
//! Three rules make a kill harmless at every step:
//!
//! 1. A file appears whole or not at all: temporary name, sync, rename, sync of the folder.
//! 2. A journal carries a random id, and its parts are named after it. A part and a journal with one id are the
//!    same rows, so a seal that was cut short is seen and simply done again, and readers never count rows twice.
//! 3. A compacted part names the parts that it replaces. The rename that brings it in is therefore the one that
//!    takes them out; deleting them afterwards only frees space.
//!
//! Part names are unique, so the results of several shards or machines merge by copying folders together.
//! Each shard has one writer, enforced by a lock that the system releases when the process dies; readers need none.
//!
//! - [`Store`] opens a results folder, reads it, and starts writers;
//! - [`ShardWriter`] appends finished architectures;
//! - [`Shard`] says which part of a benchmark a process works on;
//! - [`curve`] writes columns of numbers that are no scores;
//! - [`verify`] is the report of what is wrong with a results folder;
//! - [`StoreError`] says what went wrong, where, and what to do.

mod codec;
mod columns;
mod compact;
pub mod curve;
mod disk;
mod error;
mod journal;
mod layout;
mod lock;
mod parquet;
mod put;
mod record;
mod shard;
mod silence;
mod snapshot;
mod store;
mod text;
pub mod verify;
mod writer;

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod samples;

pub use compact::Compacted;
pub use error::StoreError;
pub use put::{Published, Truth};
pub use shard::{Shard, ShardError};
pub use store::Store;
pub use writer::{DEFAULT_SEAL_EVERY, ShardWriter};
