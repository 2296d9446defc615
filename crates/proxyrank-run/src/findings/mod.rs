//! Faults of released data, each recomputed from the data themselves.
//!
//! One finding is one file with one function. It states what is claimed, computes the evidence, and lets the evidence
//! decide the verdict: should the data change, the verdict changes with them. To add one, write the file and put its
//! function into `FINDINGS`.

mod closed_form;
mod copied_checkpoints;
mod duplicates;
mod failed_tasks;
mod fitted_alpha;
mod hook_inflation;
mod inert_operations;
mod no_reinitialisation;
mod one_formula_twice;
mod pearson_as_rho;
mod search_set;
mod trivial_rules;
mod wrong_class;
mod wrong_widths;

use proxyrank_data::fetch::Locator;
use proxyrank_report::ledger::{Evidence, Finding, FindingVerdict};
use proxyrank_schema::{ProxyName, Reading};

use crate::benchmark::Metric;
use crate::papers::{Shelf, Stock};
use crate::rank::ScoreColumn;
use crate::{FailureKind, RunError};

/// What findings are computed from.
pub struct Materials<'a> {
    /// Benchmarks and stored scores.
    pub shelf: &'a Shelf,
    /// Where raw files come from.
    pub locator: &'a Locator,
}

/// One finding.
type Check = fn(&Materials<'_>) -> Result<Finding, RunError>;

/// Every finding, in the order of the ledger.
const FINDINGS: &[Check] = &[
    wrong_widths::check,
    inert_operations::check,
    pearson_as_rho::check,
    trivial_rules::check,
    hook_inflation::check,
    no_reinitialisation::check,
    copied_checkpoints::check,
    duplicates::check,
    failed_tasks::check,
    search_set::check,
    closed_form::check,
    fitted_alpha::check,
    one_formula_twice::check,
    wrong_class::check,
];

/// Computes every finding. One whose data are missing says so and does not stop the others.
pub fn findings(materials: &Materials<'_>) -> Result<Vec<Finding>, RunError> {
    FINDINGS.iter().map(|check| check(materials)).collect()
}

impl<'a> Materials<'a> {
    fn stock(&self, benchmark: &str) -> Result<&'a Stock, Lacking> {
        self.shelf
            .get(&benchmark.into())
            .ok_or_else(|| Lacking(format!("benchmark {benchmark} is not at hand")))
    }
}

impl Stock {
    fn needed(&self, proxy: &str, reading: Reading) -> Result<&ScoreColumn, Lacking> {
        self.column(&ProxyName::from(proxy), reading).ok_or_else(|| {
            Lacking(format!("the scores of {proxy} on {} are not in the store", self.benchmark.info.id))
        })
    }

    fn default_metric(&self) -> Metric {
        self.benchmark.info.metrics[0]
    }
}

/// What a finding lacks to be checked.
struct Lacking(String);

/// Why a finding could not be completed: data that are not at hand, or a real error.
enum Obstacle {
    Lacking(Lacking),
    Failed(RunError),
}

impl From<Lacking> for Obstacle {
    fn from(lacking: Lacking) -> Self {
        Self::Lacking(lacking)
    }
}

impl<E: Into<RunError>> From<E> for Obstacle {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What a finding says before it is checked.
struct Claim {
    id: &'static str,
    title: &'static str,
    statement: &'static str,
}

impl Claim {
    /// Runs a check; what it lacks becomes the verdict.
    fn check(
        &self,
        body: impl FnOnce(&mut Vec<Evidence>) -> Result<bool, Obstacle>,
    ) -> Result<Finding, RunError> {
        let mut evidence = Vec::new();
        let verdict = match body(&mut evidence) {
            Ok(true) => FindingVerdict::Confirmed,
            Ok(false) => FindingVerdict::NotConfirmed,
            Err(Obstacle::Lacking(Lacking(what))) => {
                evidence.push(Evidence::new("lacking", what));
                FindingVerdict::CouldNotCheck
            }
            // One finding's data may be absent where the others' are here.
            Err(Obstacle::Failed(error)) if error.kind() == FailureKind::DataMissing => {
                evidence.push(Evidence::new("lacking", error.to_string()));
                FindingVerdict::CouldNotCheck
            }
            Err(Obstacle::Failed(error)) => return Err(error),
        };
        Ok(Finding {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            statement: self.statement.to_owned(),
            evidence,
            verdict,
        })
    }
}

/// The scores of a column that were computed, in the benchmark's order, with the ground truth beside them; larger is
/// better in both.
fn against_truth(stock: &Stock, column: &ScoreColumn, metric: Metric) -> (Vec<f64>, Vec<f64>) {
    let sign = if metric.higher_is_better { 1.0 } else { -1.0 };
    let pairs = stock.benchmark.entries.iter().zip(&column.slots).filter_map(|(entry, slot)| {
        Some((column.direction.sign() * slot.score()?, sign * entry.truth.get(metric.name)?))
    });
    pairs.unzip()
}
