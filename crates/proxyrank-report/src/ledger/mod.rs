//! The ledger of claims: published numbers beside ours, each with a verdict.
//!
//! Reproduction is a judgement for every number, not a feeling about a paper. A [`Claim`] holds one published value, where it
//! stands and how near is near enough; each [`Stage`] of checking adds what came out and a [`Verdict`] with its reason. A
//! [`Finding`] holds a fault of the published data themselves, with the recomputed values that show it. That a claim
//! differs is a result, so nothing here is an error; who wants one asks [`Ledger::differs`].
//!
//! - `verdict`: what can be said of a value, and the rule that says it;
//! - `claim`, `finding`: the entries;
//! - `summary`: counts in one line;
//! - `tables`, `render`: the ledger as tables, Markdown, CSV and JSON.

mod claim;
mod finding;
mod render;
mod summary;
mod tables;
mod verdict;

use serde::Serialize;

pub use claim::{Claim, Provenance, Source, Stage, StageResult};
pub use finding::{Evidence, Finding, FindingVerdict};
pub use summary::Summary;
pub use verdict::Verdict;

/// All that a run can say about published numbers.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Ledger {
    /// One entry for each published number, in the order of the tables they come from.
    pub claims: Vec<Claim>,
    /// Faults of the published data.
    pub findings: Vec<Finding>,
    /// What a reader must know before trusting the rest, such as a truncated input file.
    pub warnings: Vec<String>,
    /// How the values were made, as far as it is not the same in every run.
    pub notes: Vec<String>,
}

impl Ledger {
    /// The claims that differ, with the stage at which they do.
    pub fn differs(&self) -> impl Iterator<Item = (&Claim, Stage)> {
        self.claims.iter().flat_map(|claim| {
            let differing = claim.stages.iter().filter(|(_, result)| result.verdict == Verdict::Differs);
            differing.map(move |(stage, _)| (claim, *stage))
        })
    }

    /// The counts of all verdicts.
    pub fn summary(&self) -> Summary {
        Summary::of(self)
    }
}

#[cfg(test)]
pub(crate) mod example;
#[cfg(test)]
mod tests;
