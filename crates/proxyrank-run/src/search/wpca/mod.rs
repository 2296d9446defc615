//! W-PCA's own search, beside the best network that there is for it to find.
//!
//! [`run()`] scores networks by real forward passes, keeps each of them on disk, and makes of them a table of counts, the exact
//! optimum of that table, the genetic algorithm as published and as released, its controls, and what they are worth.
//! [`write()`] puts it into tables, charts and a page, and leaves a summary that [`claims()`] hold against the paper.

mod charts;
mod claims;
mod distil;
mod page;
mod passes;
mod request;
mod run;
mod summary;
mod tables;
#[cfg(test)]
mod tests;

pub use claims::claims;
pub use distil::{DistilRequest, DistilResult, Distilled, WrittenStudy, run_study, write_study};
pub use page::{Written, write};
pub use request::{EtaChoice, WpcaPlan, WpcaRequest, WpcaVariant};
pub use run::{Found, Repeated, Scored, Searched, run};
pub use summary::{Network, Summary};
