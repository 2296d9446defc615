//! The leaderboard: everything that a [`Site`] shows, gathered from stored scores.
//!
//! A report is read once, a leaderboard is searched: the same rankings, charts and ledger, arranged by table and by proxy.
//! Nothing is computed here that a report would compute otherwise; what is added is the comparison of every proxy with the
//! simple rules, which the ranking's own paired tests hold already.
//!
//! - `boards` makes a table of a ranking; `rules` says what is to be beaten, `labels` who has seen the answers;
//! - `cards` gathers what is known of one proxy, `submitted` what its authors say of a submission; `sources` says where its code lies.

mod boards;
mod cards;
mod labels;
pub(crate) mod rules;
mod sources;
mod submitted;

use std::collections::BTreeSet;
use std::path::Path;

use proxyrank_report::Ledger;
use proxyrank_report::site::{Site, Written};
use proxyrank_schema::{BenchmarkId, Reading};
use proxyrank_stats::Ceiling;

use crate::RunError;
use crate::benchmark::BenchmarkInfo;
use crate::ceiling::{self, Grouping};
use crate::papers::{Stock, tables};
use crate::rank::{Ranking, ScoreColumn};
use crate::report::{ReportOptions, build_ledger, ranked};
use crate::reproduce::{Workshop, shelf, shelf_of};
use crate::submission::Submissions;

/// Folder of the site below the folder of reports.
pub const FOLDER: &str = "site";

/// One benchmark under one reading, judged.
struct Judged<'a> {
    stock: &'a Stock,
    reading: Reading,
    ranking: Ranking,
    ceiling: Option<Ceiling>,
}

/// Gathers the leaderboard from what is stored and what is submitted: of the chosen benchmarks, or of every public one where
/// none is chosen. A site of chosen benchmarks holds the published numbers about them and no others. A submission that is
/// refused stands nowhere; [`Submissions::refused`] says afterwards what is wrong with it.
pub fn build(
    workshop: &Workshop<'_>,
    chosen: &[&'static BenchmarkInfo],
    options: &ReportOptions,
    submissions: &mut Submissions,
) -> Result<Site, RunError> {
    let mut tables = tables()?;
    let (infos, shelf) = if chosen.is_empty() {
        shelf(workshop, &tables)?
    } else {
        let ids: BTreeSet<BenchmarkId> = chosen.iter().map(|info| info.benchmark_id()).collect();
        tables.retain(|table| table.benchmarks().iter().all(|id| ids.contains(id)));
        shelf_of(workshop, chosen.to_vec())?
    };
    for stock in shelf.stocks() {
        submissions.judge(&stock.benchmark);
    }
    for (folder, benchmark) in submissions.unjudged() {
        let folder = folder.display();
        workshop.watch.note(&format!("{folder} is in no table: nothing of {benchmark} is shown"));
    }
    let total = infos.iter().map(|info| info.readings.len()).sum();
    let task = workshop.watch.task("rank", total);
    let mut judged = Vec::new();
    for info in &infos {
        let Some(stock) = shelf.get(&info.benchmark_id()) else { continue };
        for &reading in info.readings {
            if workshop.stop.asked() {
                return Err(RunError::Stopped { after: format!("after {} tables", judged.len()) });
            }
            let submitted = submissions.columns(stock, reading, workshop.watch);
            match judge(stock, reading, options, submitted) {
                Ok(found) => judged.push(found),
                Err(RunError::NothingStored { what, command }) => {
                    workshop.watch.note(&format!("no table: {what}; run `{command}`"));
                }
                Err(error) => return Err(error),
            }
            task.at(judged.len());
        }
    }
    drop(task);
    // Nothing was published about a benchmark of one's own, and what is wrong with public data is no part of its site.
    let ledger = if tables.is_empty() {
        Ledger::default()
    } else {
        build_ledger(&tables, &shelf, workshop.locator)?.0
    };
    let boards = judged.iter().map(|judged| boards::board(judged, options, submissions));
    Ok(Site {
        boards: boards.collect::<Result<_, _>>()?,
        cards: cards::cards(&judged, submissions)?,
        ledger,
        generator: concat!("proxyrank ", env!("CARGO_PKG_VERSION")).to_owned(),
        repository: env!("CARGO_PKG_REPOSITORY").to_owned(),
    })
}

/// Writes a site; whatever else lies in the folder is left alone.
pub fn write(site: &Site, folder: &Path) -> Result<Written, RunError> {
    Ok(site.write(folder)?)
}

fn judge<'a>(
    stock: &'a Stock,
    reading: Reading,
    options: &ReportOptions,
    submitted: Vec<ScoreColumn>,
) -> Result<Judged<'a>, RunError> {
    let ranking = ranked(stock, reading, options, submitted)?;
    let metric = ranking.options.metric;
    let ceiling = ceiling::ceiling(&stock.benchmark, metric, Grouping::AsTrained, &options.ceiling)?;
    Ok(Judged { stock, reading, ranking, ceiling })
}
