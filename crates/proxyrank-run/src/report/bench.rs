//! The page of one benchmark under one reading.

use std::path::{Path, PathBuf};

use proxyrank_report::{Page, Table};
use proxyrank_schema::{BenchmarkId, Reading};
use proxyrank_stats::{Ceiling, FailurePolicy};

use super::charts::{self, Charts};
use super::{ReportOptions, write_table};
use crate::RunError;
use crate::benchmark::Source;
use crate::ceiling::{self, Grouping};
use crate::papers::Stock;
use crate::rank::{Detail, RankOptions, Ranking, ScoreColumn, SortBy, rank, table};

/// A page that was written.
pub struct BenchmarkPage {
    /// Title for links.
    pub title: String,
    /// The page.
    pub path: PathBuf,
    /// The benchmark.
    pub benchmark: BenchmarkId,
    /// What it shows.
    pub ranking: Ranking,
    /// What label noise allows, where the benchmark reveals it.
    pub ceiling: Option<Ceiling>,
    /// The same under every way to say which networks are one.
    pub ceilings: Option<Table>,
    /// The folder of its files.
    pub folder: PathBuf,
    /// The overview chart, if charts were drawn.
    pub overview: Option<PathBuf>,
}

/// Ranks a benchmark under a reading by its main ground truth, together with columns that are not stored.
pub(crate) fn ranked(
    stock: &Stock,
    reading: Reading,
    options: &ReportOptions,
    more: Vec<ScoreColumn>,
) -> Result<Ranking, RunError> {
    let metric = stock.benchmark.info.metric(None)?;
    let failures = FailurePolicy::default();
    let options = RankOptions { reading, metric, bootstrap: options.bootstrap, failures };
    let mut columns = stock.columns(reading).to_vec();
    columns.extend(more);
    rank(&stock.benchmark, columns, options)
}

/// Ranks a benchmark under a reading and writes its page, tables and charts below `out`.
pub fn benchmark_page(
    stock: &Stock,
    reading: Reading,
    options: &ReportOptions,
    out: &Path,
) -> Result<BenchmarkPage, RunError> {
    let benchmark = &stock.benchmark;
    let info = benchmark.info;
    let ranking = ranked(stock, reading, options, Vec::new())?;
    let metric = ranking.options.metric;
    let folder = out.join(info.id).join(reading.as_str());
    let full = table(benchmark, &ranking, SortBy::Tau, Detail::Full);
    let files = write_table(&folder, &format!("rank_{}", metric.name), &full)?;

    let ceiling = ceiling::ceiling(benchmark, metric, Grouping::AsTrained, &options.ceiling)?;
    let wanted = if info.source == Source::Flexibert { Charts::All } else { options.decoder_charts };
    let charts = charts::draw(benchmark, &ranking, ceiling.as_ref(), wanted, &folder.join("charts"))?;

    let title = format!("{}, reading {reading}", info.title);
    let mut page = Page::new(&title);
    page.text(&format!(
        "How well each proxy ranks {} architectures by {}. The whole table stands in the files below; the main columns \
         follow.",
        ranking.kept.len(),
        metric.name
    ));
    let labels = ["Markdown", "CSV", "LaTeX", "JSON"];
    page.links(labels.iter().copied().zip(files.iter().map(PathBuf::as_path)), &folder);
    for chart in charts.iter().take(1) {
        page.figure(chart, &folder, "Kendall tau-b of every proxy with its interval");
    }
    page.bare_table(&table(benchmark, &ranking, SortBy::Tau, Detail::Main));
    let ceilings = ceiling::table(benchmark, metric, &options.ceiling)?;
    if let Some(ceilings) = &ceilings {
        write_table(&folder, &format!("ceiling_{}", metric.name), ceilings)?;
        page.table(ceilings);
    }
    if charts.len() > 1 {
        page.heading("Charts");
    }
    for chart in charts.iter().skip(1) {
        let name =
            chart.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().replace('_', " "));
        page.figure(chart, &folder, &name);
    }
    let path = folder.join("README.md");
    page.write(&path)?;
    let overview = charts.into_iter().next();
    Ok(BenchmarkPage { title, path, benchmark: benchmark.id(), ranking, ceiling, ceilings, folder, overview })
}
