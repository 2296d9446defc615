//! The whole way from public data to the ledger of claims.
//!
//! Each step is resumable by itself: data that are here are not fetched again, scores that are stored are not computed
//! again, and reports are written anew from the store.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

use proxyrank_data::fetch::{FetchError, Locator};
use proxyrank_data::manifest::manifest;
use proxyrank_schema::BenchmarkId;
use proxyrank_store::Store;

use crate::RunError;
use crate::benchmark::{Benchmark, BenchmarkInfo, find};
use crate::evaluate::{Request, evaluate};
use crate::papers::{PaperTable, Shelf, Stock, tables};
use crate::published::replay;
use crate::report::{ReportOptions, Reports, benchmark_page, build_ledger, write_index, write_ledger};
use crate::watch::{Stop, Watch};

/// What a reproduction works with.
pub struct Workshop<'a> {
    /// Where data come from.
    pub locator: &'a Locator,
    /// Where results are kept.
    pub store: &'a Store,
    /// Where reports go.
    pub out: PathBuf,
    /// Who follows.
    pub watch: &'a dyn Watch,
    /// Who may stop it.
    pub stop: &'a Stop,
}

/// Data sets that findings need beyond those of the benchmarks.
const EXTRA_DATASETS: &[&str] = &["lpzero-released"];

/// The tables that were asked for; all of them where none is named.
pub fn choose(names: &[String]) -> Result<Vec<PaperTable>, RunError> {
    let all = tables()?;
    if names.is_empty() {
        return Ok(all);
    }
    let known: Vec<&str> = all.iter().map(|table| table.id.as_str()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(RunError::Usage(format!("unknown table `{unknown}`; known are {}", known.join(", "))));
    }
    Ok(all.into_iter().filter(|table| names.contains(&table.id)).collect())
}

/// The benchmarks that tables need, in the order of the catalogue.
pub fn benchmarks(tables: &[PaperTable]) -> Result<Vec<&'static BenchmarkInfo>, RunError> {
    let wanted: BTreeSet<BenchmarkId> = tables.iter().flat_map(PaperTable::benchmarks).collect();
    let mut found: Vec<&'static BenchmarkInfo> = wanted.iter().map(find).collect::<Result<_, _>>()?;
    found.sort_by_key(|info| crate::benchmark::BENCHMARKS.iter().position(|b| b.id == info.id));
    Ok(found)
}

/// Fetches, evaluates, replays, ranks, draws and judges.
pub fn reproduce(
    workshop: &Workshop<'_>,
    tables: &[PaperTable],
    options: &ReportOptions,
) -> Result<Reports, RunError> {
    let infos = benchmarks(tables)?;
    let mut clock = Clock::new(workshop.watch);
    fetch(workshop.locator, &infos)?;
    clock.lap("data found");

    for info in &infos {
        let benchmark = Benchmark::load(info, workshop.locator)?;
        workshop.store.put_truth(&benchmark.id(), &benchmark.truth_rows())?;
        replay(&benchmark, workshop.locator, workshop.store)?;
        let request = Request::closed_forms(info);
        evaluate(&benchmark, &request, workshop.locator, workshop.store, workshop.watch, workshop.stop)?;
    }
    clock.lap("scores computed and stored");

    let reports = report(workshop, tables, options)?;
    clock.lap("tables, charts and ledger written");
    Ok(reports)
}

/// Ranks, draws and judges what is stored.
pub fn report(
    workshop: &Workshop<'_>,
    tables: &[PaperTable],
    options: &ReportOptions,
) -> Result<Reports, RunError> {
    let stored = workshop.store.benchmarks()?;
    let mut infos = benchmarks(tables)?;
    infos.retain(|info| stored.contains(&info.benchmark_id()));
    if infos.is_empty() {
        let what = format!("no scores are stored in {}", workshop.store.root().display());
        return Err(RunError::NothingStored { what, command: "proxyrank reproduce".to_owned() });
    }
    let mut shelf = Shelf::default();
    for info in &infos {
        let benchmark = Benchmark::load(info, workshop.locator)?;
        shelf.add(Stock::read(benchmark, workshop.store)?);
    }
    let total = infos.iter().map(|info| info.readings.len()).sum();
    let task = workshop.watch.task("rank and draw", total);
    let mut pages = Vec::new();
    for info in &infos {
        let Some(stock) = shelf.get(&info.benchmark_id()) else { continue };
        for &reading in info.readings {
            if workshop.stop.asked() {
                return Err(RunError::Stopped { after: format!("after {} pages", pages.len()) });
            }
            match benchmark_page(stock, reading, options, &workshop.out) {
                Ok(page) => pages.push(page),
                Err(RunError::NothingStored { what, command }) => {
                    workshop.watch.note(&format!("no page: {what}; run `{command}`"));
                }
                Err(error) => return Err(error),
            }
            task.at(pages.len());
        }
    }
    drop(task);
    let (ledger, tables) = build_ledger(tables, &shelf, workshop.locator)?;
    write_ledger(&ledger, &tables, &workshop.out)?;
    let reports = Reports { pages, tables, ledger };
    write_index(&reports, &workshop.out)?;
    Ok(reports)
}

/// Makes sure that all data are here before anything is computed. What is missing offline is named all at once.
fn fetch(locator: &Locator, infos: &[&BenchmarkInfo]) -> Result<(), RunError> {
    let names: BTreeSet<&str> =
        infos.iter().map(|info| info.dataset).chain(EXTRA_DATASETS.iter().copied()).collect();
    let mut missing = Vec::new();
    for name in names {
        match crate::data::dataset(locator, name) {
            Ok(_) => {}
            Err(RunError::Fetch(error)) if error.is_missing() => missing.push(*error),
            Err(error) => return Err(error),
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(RunError::DataMissing(missing)) }
}

/// What a table needs, and whether it is here: the plan of `--dry-run`.
pub fn plan(locator: &Locator, tables: &[PaperTable]) -> Result<Vec<PlannedTable>, RunError> {
    let mut planned = Vec::new();
    for table in tables {
        let infos = benchmarks(std::slice::from_ref(table))?;
        let mut lacking: Vec<String> = Vec::new();
        for info in infos {
            if let Err(FetchError::Missing(missing)) = locator.locate(manifest(info.dataset)?) {
                lacking.push(missing.to_string());
            }
        }
        lacking.dedup();
        planned.push(PlannedTable {
            id: table.id.clone(),
            title: table.title.clone(),
            claims: table.rows.iter().map(|row| row.values.len()).sum(),
            lacking,
        });
    }
    Ok(planned)
}

/// One table of a plan.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PlannedTable {
    /// Its name.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Published values to check.
    pub claims: usize,
    /// Data that are not on this machine.
    pub lacking: Vec<String>,
}

/// Tells how long each step took.
struct Clock<'a> {
    watch: &'a dyn Watch,
    last: Instant,
}

impl<'a> Clock<'a> {
    fn new(watch: &'a dyn Watch) -> Self {
        Self { watch, last: Instant::now() }
    }

    fn lap(&mut self, what: &str) {
        self.watch.note(&format!("{what}: {:.1} s", self.last.elapsed().as_secs_f64()));
        self.last = Instant::now();
    }
}
