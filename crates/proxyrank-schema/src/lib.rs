//! The stable vocabulary of `proxyrank`: names, axes of a protocol, the three row types, and their Arrow schemas.
//!
//! Everything here is plain data without I/O. A result is a *long* row: one architecture, one proxy, one protocol,
//! one score. Its key is everything that stands before the score, so two rows with one key are the same
//! measurement, and a resumed run can tell what it already has.
//!
//! - [`axes`] has the enums of a protocol (reading, signal, input, ...) with their spellings in files;
//! - [`names`] has the newtypes for identifiers;
//! - [`params`] has the canonical JSON of a proxy's parameters;
//! - [`rows`] has scores, timings and ground truth;
//! - [`arrow`] has the schemas that stored Parquet files must have.

pub mod arrow;
pub mod axes;
pub mod names;
pub mod params;
pub mod rows;

pub use axes::{
    CostClass, Device, Direction, Dtype, Input, Mode, Reading, Signal, Status, Timing, UnknownName,
};
pub use names::{ArchId, BenchmarkId, ProxyName};
pub use params::{Params, ParamsError};
pub use rows::{Outcome, Protocol, ScoreKey, ScoreRow, TimingRow, TruthRow};

/// Version of the row types below. It rises when a column is added, removed or changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;
