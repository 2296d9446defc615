//! LPZero's search for proxies that are formulas, on a benchmark.
//!
//! [`search()`] computes the table of branches (once, resumably), splits the networks, enumerates the space, runs the searches and
//! their controls, and judges what they found on networks that they did not see. [`tables()`] writes it down.

mod judged;
mod request;
mod run;
mod tables;
mod tabulate;

pub use judged::{Finding, Judgement};
pub use request::LpzeroRequest;
pub use run::{Found, SearchRun, search};
pub use tables::{best_toml, tables};
