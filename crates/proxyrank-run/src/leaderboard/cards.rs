//! What is known of one proxy, from the registry and from every table that it stands in.

use std::collections::BTreeSet;

use proxyrank_proxies::published::{Column as Part, PublishedProxy, published};
use proxyrank_proxies::registry::shipped;
use proxyrank_proxies::{Paper, Proxy, REGISTRY};
use proxyrank_report::site::{Card, Code, Parameter, Plot, Reference, Released};
use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_schema::{CostClass, Direction, Protocol, Signal};
use proxyrank_stats::StatsError;

use super::{Judged, boards, sources, submitted};
use crate::RunError;
use crate::benchmark::Metric;
use crate::papers::{Statistic, compute};
use crate::rank::ScoreColumn;
use crate::report::scatter;
use crate::studies::{SEED_NOTES, SeedSpread, seed_spreads};
use crate::submission::Submissions;

/// A card for each proxy that stands in a table: those that are compiled in, formulas last, released scores, then submissions.
pub(super) fn cards(judged: &[Judged<'_>], submissions: &Submissions) -> Result<Vec<Card>, RunError> {
    let there: BTreeSet<&str> = judged
        .iter()
        .flat_map(|judged| &judged.ranking.columns)
        .map(|column| column.proxy.as_str())
        .collect();
    let mut seeds = Vec::new();
    for judged in judged {
        for spread in seed_spreads(judged.stock, judged.reading)? {
            seeds.push((judged, spread));
        }
    }
    let mut cards = Vec::new();
    for proxy in compiled_in().filter(|proxy| there.contains(proxy.name)) {
        cards.push(measured(computed(proxy, judged), judged, &seeds)?);
    }
    let mut names = BTreeSet::new();
    for released in published().filter(|p| there.contains(p.name)) {
        if names.insert(released.name) {
            cards.push(measured(replayed(released), judged, &seeds)?);
        }
    }
    for (folder, submission) in submissions.cards().filter(|(_, card)| there.contains(card.name.as_str())) {
        cards.push(measured(submitted::card(folder, submission), judged, &seeds)?);
    }
    let names: BTreeSet<String> = cards.iter().map(|card| card.name.clone()).collect();
    for card in &mut cards {
        card.relatives.retain(|name| names.contains(name));
    }
    Ok(cards)
}

/// Every proxy of this program.
fn compiled_in() -> impl Iterator<Item = &'static Proxy> {
    REGISTRY.iter().chain(shipped()).copied()
}

/// What the registry says of a proxy.
fn computed(proxy: &Proxy, judged: &[Judged<'_>]) -> Card {
    let of_it = |p: &&PublishedProxy| p.base == proxy.name;
    let mut relatives: Vec<String> = compiled_in()
        .filter(|other| other.name != proxy.name && stem(other.name) == stem(proxy.name))
        .map(|other| other.name.to_owned())
        .chain(published().filter(of_it).map(|p| p.name.to_owned()))
        .collect();
    relatives.dedup();
    let params = proxy.params.iter().map(|spec| Parameter {
        name: spec.name.to_owned(),
        default: spec.default,
        low: spec.low,
        high: spec.high,
        doc: spec.doc.to_owned(),
    });
    Card {
        formula: Some(proxy.formula.to_owned()),
        families: proxy.families.iter().map(|family| family.as_str().to_owned()).collect(),
        code: Some(Code { path: sources::path(proxy.name), version: proxy.version }),
        params: params.collect(),
        relatives,
        command: command(proxy, judged),
        ..blank(proxy.name, proxy.title, proxy.class, proxy.direction, proxy.paper, proxy.faults)
    }
}

/// What is known of released scores. One name may stand for files of several benchmarks.
fn replayed(first: &PublishedProxy) -> Card {
    let files: Vec<&PublishedProxy> = published().filter(|p| p.name == first.name).collect();
    let faults: BTreeSet<&str> = files.iter().flat_map(|p| p.faults.iter().copied()).collect();
    let mut relatives = vec![first.base.to_owned()];
    relatives.extend(
        published().filter(|p| p.base == first.base && p.name != first.name).map(|p| p.name.to_owned()),
    );
    relatives.dedup();
    Card {
        released: files.into_iter().map(released).collect(),
        faults: faults.into_iter().map(str::to_owned).collect(),
        relatives,
        ..blank(
            first.name,
            &format!("{}, as released", first.title),
            CostClass::Published,
            first.direction,
            first.paper,
            &[],
        )
    }
}

pub(super) fn blank(
    name: &str,
    title: &str,
    class: CostClass,
    direction: Direction,
    paper: Option<&'static Paper>,
    faults: &[&str],
) -> Card {
    Card {
        name: name.to_owned(),
        title: title.to_owned(),
        class,
        direction: match direction {
            Direction::HigherIsBetter => "a larger score is better".to_owned(),
            Direction::LowerIsBetter => "a smaller score is better".to_owned(),
        },
        families: Vec::new(),
        formula: None,
        paper: paper.map(reference),
        code: None,
        released: Vec::new(),
        params: Vec::new(),
        faults: faults.iter().map(|fault| (*fault).to_owned()).collect(),
        relatives: Vec::new(),
        targets: Vec::new(),
        seeds: None,
        plots: Vec::new(),
        command: None,
        submission: None,
    }
}

/// A name without its variant.
fn stem(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

fn reference(paper: &'static Paper) -> Reference {
    Reference {
        citation: paper.citation(),
        title: paper.title.to_owned(),
        venue: paper.venue.to_owned(),
        address: paper.address(),
    }
}

fn released(proxy: &PublishedProxy) -> Released {
    let part = match proxy.column {
        Part::Csv(column) => format!("column “{column}”"),
        Part::Whole => "one number for each architecture".to_owned(),
        Part::Sum(fields) => format!("the sum of {}", fields.join(", ")),
    };
    Released {
        benchmark: proxy.benchmark.to_owned(),
        repository: proxy.repository.as_str().to_owned(),
        file: proxy.file.to_owned(),
        part,
        conditions: conditions(&proxy.protocol()),
    }
}

/// A protocol in words.
pub(super) fn conditions(protocol: &Protocol) -> String {
    let mut conditions = vec![format!("reading {}", protocol.reading)];
    if protocol.signal != Signal::None {
        conditions.push(format!("signal {}", protocol.signal));
    }
    if protocol.batch_size > 0 {
        conditions.push(format!(
            "input {}, {} sequences of {} tokens, {} mode",
            protocol.input, protocol.batch_size, protocol.seq_len, protocol.mode
        ));
    }
    conditions.join(", ")
}

/// The command that computes a proxy on the first benchmark that it stands in.
fn command(proxy: &Proxy, judged: &[Judged<'_>]) -> Option<String> {
    let found = judged.iter().find_map(|judged| {
        let column = judged.ranking.columns.iter().find(|column| column.proxy.as_str() == proxy.name)?;
        Some((judged, column))
    });
    let (judged, column) = found?;
    let signal = match column.protocol.signal {
        Signal::None => String::new(),
        signal => format!(" --signal {signal}"),
    };
    Some(format!(
        "proxyrank evaluate --benchmark {} --reading {} --proxies {}{signal}",
        judged.stock.benchmark.info.argument(),
        judged.reading,
        proxy.name
    ))
}

/// Adds what was measured.
fn measured(
    card: Card,
    judged: &[Judged<'_>],
    seeds: &[(&Judged<'_>, SeedSpread)],
) -> Result<Card, RunError> {
    let mut plots = Vec::new();
    let mut targets: Vec<Table> = Vec::new();
    for judged in judged {
        let benchmark = &judged.stock.benchmark;
        for (index, column) in judged.ranking.columns.iter().enumerate() {
            if column.proxy.as_str() != card.name {
                continue;
            }
            plots.push(Plot {
                board: boards::id(judged),
                label: column.label.clone(),
                chart: scatter(benchmark, &judged.ranking, index),
            });
            let empty = by_target(judged);
            let known = targets.iter().position(|table| table.id == empty.id);
            let at = known.unwrap_or_else(|| {
                targets.push(empty);
                targets.len() - 1
            });
            targets[at].push(target_cells(judged, column)?);
        }
    }
    let own = seeds.iter().filter(|(_, spread)| spread.proxy().as_str() == card.name);
    let columns: Vec<Column> =
        [Column::text("reading", "Table")].into_iter().chain(SeedSpread::columns()).collect();
    let mut spreads = Table::new("seeds", "Correlation over seeds of weights and input", columns);
    for (judged, spread) in own {
        let place = format!("{}, {} {}", judged.stock.benchmark.info.id, judged.reading, spread.label());
        spreads.push([Cell::text(place)].into_iter().chain(spread.cells()).collect());
    }
    for note in SEED_NOTES {
        spreads.note(note);
    }
    let seeds = (!spreads.rows().is_empty()).then_some(spreads);
    Ok(Card { plots, targets, seeds, ..card })
}

/// An empty table of tau-b by ground truth. Benchmarks that measured the same share one, whose name is made of the measures.
fn by_target(judged: &Judged<'_>) -> Table {
    let measured = judged.stock.benchmark.measured();
    let names: Vec<&str> = measured.iter().map(|metric| metric.name).collect();
    let mut columns = vec![Column::text("reading", "Benchmark, reading")];
    columns.extend(measured.iter().map(|metric| {
        let better = if metric.higher_is_better { "" } else { " (smaller is better)" };
        Column::number(metric.name, format!("{}{better}", metric.name), 3)
    }));
    let id = format!("targets_{}", names.join("_"));
    let mut table = Table::new(id, "Kendall tau-b with each ground truth", columns);
    table.note("Signed so that positive is good.");
    table
}

fn target_cells(judged: &Judged<'_>, column: &ScoreColumn) -> Result<Vec<Cell>, RunError> {
    let benchmark = &judged.stock.benchmark;
    let tau = |metric: &Metric| match compute(benchmark, column, *metric, Statistic::TauB) {
        Err(RunError::Stats { source: StatsError::Constant { .. }, .. }) => {
            Ok(Cell::missing("the score is constant"))
        }
        found => found.map(Cell::number),
    };
    let place = format!("{}, {}", benchmark.info.title, judged.reading);
    let label =
        if column.label == column.proxy.as_str() { place } else { format!("{place}: {}", column.label) };
    let cells: Vec<Cell> = benchmark.measured().iter().map(tau).collect::<Result<_, _>>()?;
    Ok([Cell::text(label)].into_iter().chain(cells).collect())
}
