//! What the authors of a submission run before they hand it in.

use std::path::Path;

use proxyrank_schema::{BenchmarkId, CostClass, Reading};
use proxyrank_stats::{BootstrapOptions, FailurePolicy};
use serde::Serialize;

use super::card::Card;
use super::fault::Faults;
use super::folder::{Standing, Submission};
use super::preview::{Preview, suspicions};
use super::recompute::{Recompute, Recomputed, recompute};
use crate::RunError;
use crate::benchmark::{BENCHMARKS, Benchmark, BenchmarkInfo, find};
use crate::evaluate::{Request, evaluate};
use crate::papers::Stock;
use crate::rank::{RankOptions, rank};
use crate::reproduce::Workshop;

/// How a submission is checked.
#[derive(Debug, Clone)]
pub struct CheckOptions {
    /// Where a combination that names no benchmark is shown; the first of the catalogue unless given.
    pub benchmark: Option<BenchmarkId>,
    /// Resamples of the preview.
    pub bootstrap: BootstrapOptions,
    /// Whether a sample is computed again.
    pub recompute: Option<Recompute>,
}

/// What a check found.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// The submission's name, if its card has one.
    pub name: Option<String>,
    /// Whether it stands in no table as it is.
    pub refused: bool,
    /// Everything that was found.
    pub faults: Faults,
    /// Where it would stand.
    pub preview: Option<Preview>,
    /// What came out when it was computed again, if that was asked for.
    pub recomputed: Option<Recomputed>,
}

impl Checked {
    fn new(submission: Submission, preview: Option<Preview>, recomputed: Option<Recomputed>) -> Self {
        let name = submission.card.as_ref().map(|card| card.name.to_string());
        Self { name, refused: submission.faults.refused(), faults: submission.faults, preview, recomputed }
    }
}

/// Checks a submission by its folder, its card, or its table. Closed forms that are not stored yet are computed and stored
/// in the results, since a preview without them would lack the baselines.
pub fn check(path: &Path, workshop: &Workshop<'_>, options: &CheckOptions) -> Result<Checked, RunError> {
    let mut submission = Submission::open(path)?;
    let Some(card) = submission.card.clone() else { return Ok(Checked::new(submission, None, None)) };
    let info = benchmark_of(&card, options)?;
    let reading = reading_of(&card, info)?;
    let benchmark = Benchmark::load(info, workshop.locator)?;
    submission.judge(&benchmark);
    if submission.faults.refused() {
        return Ok(Checked::new(submission, None, None));
    }
    let stock = stocked(benchmark, reading, workshop)?;
    let column = match submission.stand(&stock, reading) {
        Standing::Here(column) => *column,
        Standing::Elsewhere if submission.faults.refused() => {
            return Ok(Checked::new(submission, None, None));
        }
        Standing::Elsewhere => {
            let message =
                format!("{} is not defined on {}; name another with --benchmark", card.name, info.id);
            return Err(RunError::Usage(message));
        }
        Standing::Lacking(parts) => return Err(not_stored(&parts, info, reading)),
    };
    let mut columns = stock.columns(reading).to_vec();
    columns.push(column.clone());
    let metric = info.metric(None)?;
    let rank_options =
        RankOptions { reading, metric, bootstrap: options.bootstrap, failures: FailurePolicy::default() };
    let ranking = rank(&stock.benchmark, columns, rank_options)?;
    let Some(index) = ranking.position(&column.label) else {
        let parts: Vec<String> =
            ranking.left_out.into_iter().filter(|what| what.starts_with(&column.label)).collect();
        return Err(not_stored(&parts, info, reading));
    };
    suspicions(&ranking, index, &submission.place(), &mut submission.faults);
    let preview = Preview::new(&stock.benchmark, &ranking, index);
    let recomputed = match options.recompute {
        Some(options) => Some(recompute(&mut submission, &column, &stock, reading, options, workshop)?),
        None => None,
    };
    Ok(Checked::new(submission, Some(preview), recomputed))
}

fn benchmark_of(card: &Card, options: &CheckOptions) -> Result<&'static BenchmarkInfo, RunError> {
    let wanted = options.benchmark.as_ref().map(find).transpose()?;
    match (card.benchmark, wanted) {
        (Some(info), Some(wanted)) if info.id != wanted.id => {
            Err(RunError::Usage(format!("{} is for {}, not for {}", card.name, info.id, wanted.id)))
        }
        (Some(info), _) | (None, Some(info)) => Ok(info),
        (None, None) => Ok(&BENCHMARKS[0]),
    }
}

/// The reading of the preview: that of the card, or the benchmark's first.
fn reading_of(card: &Card, info: &BenchmarkInfo) -> Result<Reading, RunError> {
    let reading = Some(card.protocol.reading).filter(|reading| *reading != Reading::None);
    Ok(info.reading(reading)?)
}

/// What is stored of a benchmark, closed forms at least.
fn stocked(benchmark: Benchmark, reading: Reading, workshop: &Workshop<'_>) -> Result<Stock, RunError> {
    let closed_forms = Request::of_classes(benchmark.info, &[CostClass::DataFree]);
    let request = Request { readings: vec![reading], ..closed_forms };
    let store = &workshop.stores.results;
    store.put_truth(&benchmark.id(), &benchmark.truth_rows())?;
    evaluate(&benchmark, &request, workshop.locator, store, workshop.watch, workshop.stop)?;
    Stock::read(benchmark, workshop.stores)
}

fn not_stored(parts: &[String], info: &BenchmarkInfo, reading: Reading) -> RunError {
    let id = info.id;
    RunError::NothingStored {
        what: format!("scores of {} are not stored for {id} under the reading {reading}", parts.join(", ")),
        command: format!("proxyrank evaluate --benchmark {id} --reading {reading} --proxies NAME,..."),
    }
}
