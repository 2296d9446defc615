//! Plans and executes runs: from a benchmark's name to tables, charts and the ledger of claims.
//!
//! The command line calls these functions and adds nothing to them; a library user can do everything it can.
//!
//! - [`benchmark`] loads architectures and what they reached;
//! - [`evaluate`] scores them and stores the scores, resumably; [`published`] stores what others released;
//! - [`standard`] is the protocol that tables are made under;
//! - [`rank`] judges stored scores, [`compare`] two of them, [`ceiling`] says how good any could be;
//! - [`audit`] says whether a score is a number of its own or rounding and luck;
//! - [`studies`] show what one correlation does not, [`survivors`] which proxies are left after every doubt;
//! - [`cost`] is what proxies take in time and memory, beside what others published;
//! - [`targets`] holds proxies against every task, latency and memory, [`story`] says in plain words what all of it comes to;
//! - [`papers`] holds the published tables, [`findings`] the faults of released data;
//! - [`programme`] says what a reproduction computes, [`reproduce`] does all of it in order and writes the reports;
//! - [`leaderboard`] gathers the static site from the same rankings, [`submission`] is how others join them;
//! - [`archive`] keeps scores of networks for those who do not compute them;
//! - [`predict`] measures accuracy predictors and how many labels they need;
//! - [`search`] looks for new proxies, and replays architecture searches on benchmarks;
//! - [`watch`] is how a person follows, [`error`] what can go wrong.

pub mod archive;
pub mod audit;
pub mod benchmark;
pub mod ceiling;
pub mod cite;
pub mod compare;
pub mod cost;
mod data;
pub mod doctor;
pub mod error;
pub mod evaluate;
pub mod findings;
pub mod leaderboard;
pub mod listing;
pub mod machine;
pub mod papers;
pub mod predict;
pub mod programme;
pub mod published;
pub mod rank;
pub mod reference;
pub mod report;
pub mod reproduce;
pub mod search;
pub mod standard;
pub mod story;
pub mod studies;
pub mod submission;
pub mod survivors;
pub mod targets;
pub mod train;
pub mod watch;

pub use error::{FailureKind, RunError};
