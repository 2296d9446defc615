//! LPZero's search for proxies that are formulas, on a benchmark.
//!
//! [`search()`] computes the table of branches (once, resumably), splits the networks, enumerates the space, runs the searches and
//! their controls, and judges what they found on networks that they did not see. [`tables()`] writes it down.

mod elsewhere;
mod joint;
mod judged;
mod request;
mod run;
mod summary;
mod tables;
mod tabulate;

pub use joint::{Joint, JointRow, YARDSTICK};
pub use judged::{Finding, Judgement};
pub use request::{LpzeroRequest, OtherBenchmark};
pub use run::{Found, Other, search};
pub use summary::{RunSummary, Summary};
pub use tables::{best_toml, tables, times};
pub(crate) use tables::{checkpoints, objective_title, share};
pub use tabulate::Workplace;
