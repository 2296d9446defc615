//! How well the stored scores rank the architectures of a benchmark.
//!
//! [`columns()`] gathers rows into one series for each proxy, [`add_populations`] puts behind them those that are made of others' ranks
//! ([`Combine`] says how), [`rank()`] judges them, [`table()`] writes it down.

mod columns;
mod combine;
mod panel;
mod population;
mod table;

pub(crate) use columns::ColumnKey;
pub use columns::{BASELINES, Made, Origin, Rows, ScoreColumn, Slot, TimedTwice, columns, completed, usual};
pub use combine::{Combine, NotPositive, Term};
pub(crate) use combine::{audit, wall_ns};
pub use panel::{GIVEN, Measure, RULES, RankOptions, Ranking, rank, top_k};
pub use population::add_populations;
pub(crate) use population::current;
pub use table::{Detail, SortBy, order, table};
