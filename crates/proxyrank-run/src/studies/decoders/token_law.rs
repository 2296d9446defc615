//! How much it matters by which law a decoder's ids are drawn: Zipf's or an even one.
//!
//! A score that moves with the law measures the input as well as the network. Whether that matters depends on the ranks: a factor that
//! all networks share changes none.

use proxyrank_report::Page;
use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_schema::{Input, Protocol};
use proxyrank_stats::{StatsError, spearman_rho};

use super::super::variants::{CONSTANT, Coverage, Scored, median, tau, variants};
use super::super::{StudyPage, Subject};
use super::{READING, Shared};
use crate::RunError;
use crate::rank::ScoreColumn;
use crate::report::write_table;

pub(in super::super) fn write(subject: &Subject<'_>) -> Result<Option<StudyPage>, RunError> {
    let stock = subject.stock;
    let by_law = variants(stock, READING, Coverage::Sample, |found, standard| {
        (found.input, Protocol { input: standard.input, ..found.clone() })
    });
    let both = by_law.iter().filter_map(|(scored, columns)| {
        Some((scored, *columns.get(&Input::Zipf)?, *columns.get(&Input::Uniform)?))
    });
    let metric = stock.benchmark.info.metrics[0].name;
    let columns = vec![
        Column::text("proxy", "Proxy"),
        Column::number("networks", "Networks", 0),
        Column::number("tau_zipf", format!("zipf: tau-b with {metric}"), 3),
        Column::number("tau_uniform", "uniform", 3),
        Column::number("agreement", "Spearman rho between the laws", 3),
        Column::number("ratio", "Median of uniform over zipf", 3),
    ];
    let title = format!("Zipf's law and an even one, {}", stock.benchmark.info.title);
    let mut table = Table::new("gpt2_token_law", title, columns);
    for (scored, zipf, uniform) in both {
        table.push(row(subject, scored, (zipf, uniform))?);
    }
    if table.rows().is_empty() {
        return Ok(None);
    }
    table.note("Only networks with both scores enter, so a tau-b here is not that of the benchmark's table.");
    let title = format!("The law of the ids: {}", stock.benchmark.info.title);
    let folder = subject.folder.join("gpt2_token_law");
    write_table(&folder, &table.id, &table)?;
    let mut page = Page::new(&title);
    page.text(
        "Ids are sorted by frequency. Under Zipf's law rank r has probability proportional to 1/(r + 2.7), as in text, and most \
         tokens are in the first cluster; under an even law most are in the last one, whose vectors are short where `div_val` is \
         above 1. Everything else is the standard protocol.",
    );
    page.bare_table(&table);
    page.text(&format!(
        "More networks: `proxyrank evaluate --benchmark {} --proxies forward,gradient --input uniform --shard 1/8`.",
        stock.benchmark.info.id
    ));
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Some(StudyPage { title, path }))
}

fn row(
    subject: &Subject<'_>,
    scored: &Scored,
    (zipf, uniform): (&ScoreColumn, &ScoreColumn),
) -> Result<Vec<Cell>, RunError> {
    let shared = Shared::of(zipf, uniform);
    let enough = shared.places.len() > 2;
    let tau = |column: &ScoreColumn| if enough { tau(subject.stock, &shared.only(column)) } else { Ok(None) };
    let agreement = match spearman_rho(&shared.one, &shared.other) {
        Ok(rho) => Some(rho),
        Err(StatsError::Constant { .. } | StatsError::TooFew { .. }) => None,
        Err(error) => return Err(RunError::stats(format!("{} under two laws", scored.label()))(error)),
    };
    let ratios = shared.one.iter().zip(&shared.other).map(|(zipf, uniform)| uniform / zipf);
    Ok(vec![
        Cell::text(scored.label()),
        Cell::count(shared.places.len() as u64),
        Cell::number_or(tau(zipf)?, CONSTANT),
        Cell::number_or(tau(uniform)?, CONSTANT),
        Cell::number_or(agreement, CONSTANT),
        Cell::number_or(median(ratios.collect()), "no finite ratio"),
    ])
}
