//! The whole way from public data to the ledger of claims.
//!
//! Each step is resumable by itself: data that are here are not fetched again, scores that are stored are not computed
//! again, and reports are written anew from the store.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

use proxyrank_data::fetch::{FetchError, Locator};
use proxyrank_data::manifest::manifest;
use proxyrank_schema::{BenchmarkId, CostClass};

use crate::RunError;
use crate::benchmark::{BENCHMARKS, Benchmark, BenchmarkInfo, Source, find};
use crate::cost;
use crate::evaluate::{Request, evaluate};
use crate::papers::{PaperTable, Shelf, Stock, Stores};
use crate::programme::Programme;
use crate::published::replay;
use crate::report::{ReportOptions, Reports, benchmark_page, build_ledger, write_ledger};
use crate::search;
use crate::story;
use crate::studies;
use crate::survivors;
use crate::targets;
use crate::train::embedded::ground_truth;
use crate::watch::{Stop, Watch};

/// What a reproduction works with.
pub struct Workshop<'a> {
    /// Where data come from.
    pub locator: &'a Locator,
    /// Where results are kept, and what stands in for those that are not computed.
    pub stores: &'a Stores,
    /// Where reports go.
    pub out: PathBuf,
    /// Who follows.
    pub watch: &'a dyn Watch,
    /// Who may stop it.
    pub stop: &'a Stop,
}

impl Workshop<'_> {
    /// A benchmark with its stored scores. Closed forms take a moment, so those that are missing are computed and stored first: without
    /// them rules that need no label would be left out without a word.
    pub fn stock(&self, info: &'static BenchmarkInfo) -> Result<Stock, RunError> {
        let benchmark = Benchmark::load(info, self.locator)?;
        let request = Request::of_classes(info, &[CostClass::DataFree]);
        evaluate(&benchmark, &request, self.locator, &self.stores.results, self.watch, self.stop)?;
        Stock::read(benchmark, self.stores)
    }
}

/// Data sets that findings need beyond those of the benchmarks.
const EXTRA_DATASETS: &[&str] = &["lpzero-released"];

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
    programme: &Programme,
    options: &ReportOptions,
) -> Result<Reports, RunError> {
    let store = &workshop.stores.results;
    let mut clock = Clock::new(workshop.watch);
    let infos = at_hand(workshop, programme)?;
    clock.lap("data found");

    for info in &infos {
        let benchmark = Benchmark::load(info, workshop.locator)?;
        store.put_truth(&benchmark.id(), &benchmark.truth_rows())?;
        replay(&benchmark, workshop.locator, store)?;
        for request in programme.requests(info) {
            evaluate(&benchmark, &request, workshop.locator, store, workshop.watch, workshop.stop)?;
        }
    }
    clock.lap("scores computed and stored");

    let reports = report_on(workshop, programme, infos, options)?;
    clock.lap("tables, charts and ledger written");
    Ok(reports)
}

/// Ranks, draws and judges what is stored.
pub fn report(
    workshop: &Workshop<'_>,
    programme: &Programme,
    options: &ReportOptions,
) -> Result<Reports, RunError> {
    report_on(workshop, programme, wanted(programme)?, options)
}

/// The same for some of the benchmarks: those whose data are at hand.
fn report_on(
    workshop: &Workshop<'_>,
    programme: &Programme,
    infos: Vec<&'static BenchmarkInfo>,
    options: &ReportOptions,
) -> Result<Reports, RunError> {
    let tables = &programme.tables;
    let (infos, shelf) = shelf_of(workshop, infos)?;
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
    let mut study_pages = Vec::new();
    let folder = workshop.out.join("studies");
    let stocks = infos.iter().filter_map(|info| shelf.get(&info.benchmark_id()));
    for stock in stocks.filter(|_| programme.is_whole()) {
        let (locator, stores) = (workshop.locator, workshop.stores);
        let (pages, notes) = studies::write(&studies::Subject { stock, locator, stores, folder: &folder })?;
        study_pages.extend(pages);
        for note in notes {
            workshop.watch.note(&note);
        }
    }
    let (mut survival, mut costs) = (None, None);
    if programme.is_whole() {
        survival = survivors::write(&pages, &shelf, options.decoder_charts, &workshop.out)?;
        costs = cost::write(&shelf, &workshop.out)?;
    }
    let targets = targets::write(&pages, &shelf, options, &workshop.out)?;
    let (mut ledger, tables) = build_ledger(tables, &shelf, workshop.locator)?;
    if programme.is_whole() {
        ledger.claims.extend(cost::claims(&shelf)?);
        ledger.claims.extend(search::wpca::claims(workshop.stores)?);
        ledger.claims.extend(search::prune::claims(workshop.stores)?);
    }
    write_ledger(&ledger, &tables, &workshop.out)?;
    let reports = Reports { pages, survival, cost: costs, targets, studies: study_pages, tables, ledger };
    story::write(&reports, &shelf, &workshop.out)?;
    Ok(reports)
}

/// Reads what is stored of the benchmarks that tables need, those apart of which nothing is.
pub fn shelf(
    workshop: &Workshop<'_>,
    tables: &[PaperTable],
) -> Result<(Vec<&'static BenchmarkInfo>, Shelf), RunError> {
    shelf_of(workshop, benchmarks(tables)?)
}

/// Reads what is stored of some benchmarks, those apart of which nothing is.
pub fn shelf_of(
    workshop: &Workshop<'_>,
    mut infos: Vec<&'static BenchmarkInfo>,
) -> Result<(Vec<&'static BenchmarkInfo>, Shelf), RunError> {
    let stored = workshop.stores.results.benchmarks()?;
    let wanted = infos.clone();
    infos.retain(|info| stored.contains(&info.benchmark_id()));
    if infos.is_empty() {
        let what = format!("no scores are stored in {}", workshop.stores.results.root().display());
        let command = match wanted.as_slice() {
            [one] => format!("proxyrank evaluate --benchmark {}", one.argument()),
            _ => "proxyrank reproduce".to_owned(),
        };
        return Err(RunError::NothingStored { what, command });
    }
    let mut shelf = Shelf::default();
    for info in &infos {
        let benchmark = Benchmark::load(info, workshop.locator)?;
        shelf.add(Stock::read(benchmark, workshop.stores)?);
    }
    Ok((infos, shelf))
}

/// The benchmarks that a programme needs: those of its tables and, in a whole one, what is compiled in.
fn wanted(programme: &Programme) -> Result<Vec<&'static BenchmarkInfo>, RunError> {
    let mut infos = benchmarks(&programme.tables)?;
    if programme.is_whole() && !ground_truth()?.is_empty() {
        infos.extend(BENCHMARKS.iter().filter(|info| info.source == Source::Embedded));
    }
    Ok(infos)
}

/// Makes sure that all data are here before anything is computed. What is missing offline is named all at once.
///
/// A machine that has none of the public data and no network still has the benchmark that is compiled in: a whole reproduction
/// then goes on with that one, and says which tables it cannot make. Where some of the data are here, what is missing is an
/// error, for a report should not lose tables by oversight.
fn at_hand(workshop: &Workshop<'_>, programme: &Programme) -> Result<Vec<&'static BenchmarkInfo>, RunError> {
    let (embedded, public): (Vec<&BenchmarkInfo>, Vec<&BenchmarkInfo>) =
        wanted(programme)?.into_iter().partition(|info| info.source == Source::Embedded);
    let names: BTreeSet<&str> = public
        .iter()
        .map(|info: &&BenchmarkInfo| info.dataset)
        .chain(EXTRA_DATASETS.iter().copied())
        .collect();
    let missing = missing(workshop.locator, &names)?;
    if missing.is_empty() {
        return Ok(public.into_iter().chain(embedded).collect());
    }
    if missing.len() < names.len() || embedded.is_empty() {
        return Err(RunError::DataMissing(missing));
    }
    let ids: Vec<&str> = programme.tables.iter().map(|table| table.id.as_str()).collect();
    let reasons: Vec<String> = missing.iter().map(|error| format!("  - {error}")).collect();
    workshop.watch.note(&format!(
        "none of the public data are here:\n{}\nso these tables cannot be made: {}\ngoing on with the benchmark that is compiled in",
        reasons.join("\n"),
        ids.join(", ")
    ));
    Ok(embedded)
}

/// Those of some data sets that are neither here nor to be had.
fn missing(locator: &Locator, names: &BTreeSet<&str>) -> Result<Vec<FetchError>, RunError> {
    let mut missing = Vec::new();
    for name in names {
        match crate::data::dataset(locator, name) {
            Ok(_) => {}
            Err(RunError::Fetch(error)) if error.is_missing() => missing.push(*error),
            Err(error) => return Err(error),
        }
    }
    Ok(missing)
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
