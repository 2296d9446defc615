//! From a ranking to a table of the site.

use proxyrank_proxies::find as find_proxy;
use proxyrank_proxies::published::published;
use proxyrank_report::site::{Board, Entry, Rule, Versus};
use proxyrank_report::table::{Cell, Column, Flag, Row, Table};
use proxyrank_schema::{Protocol, Reading};

use super::labels::{Labels, seen};
use super::{Judged, rules};
use crate::RunError;
use crate::benchmark::{BenchmarkInfo, Source};
use crate::ceiling;
use crate::rank::{Detail, ScoreColumn, SortBy, order, table};
use crate::report::{ReportOptions, cost, heatmap, runs_network};
use crate::submission::Submissions;

/// The name of a board, of which file names are made.
pub(super) fn id(judged: &Judged<'_>) -> String {
    format!("{}-{}", judged.stock.benchmark.info.id, judged.reading)
}

/// The table of a ranking with what stands around it.
pub(super) fn board(
    judged: &Judged<'_>,
    options: &ReportOptions,
    submissions: &Submissions,
) -> Result<Board, RunError> {
    let Judged { stock, reading, ranking, ceiling } = judged;
    let benchmark = &stock.benchmark;
    let info = benchmark.info;
    let baselines = rules::baselines(info, ranking);
    let order = order(ranking, SortBy::Tau);
    let entries: Vec<Entry> =
        order.iter().map(|&index| entry(judged, index, &baselines, submissions)).collect();
    let found: Vec<Rule> = baselines.iter().map(|&index| rules::rule(ranking, index)).collect();
    let costs = ranking.columns.iter().any(|column| runs_network(column.class));
    let chart = Some(cost(benchmark, ranking, ceiling.as_ref()));
    Ok(Board {
        id: id(judged),
        title: info.title.to_owned(),
        reading: reading.to_string(),
        reading_words: words(info, *reading).to_owned(),
        metric: ranking.options.metric.name.to_owned(),
        architectures: ranking.kept.len(),
        table: extended(judged, &order, &entries, submissions),
        entries,
        rules: found,
        ceiling: ceiling.as_ref().map(|ceiling| ceiling.tau),
        ceilings: ceiling::table(benchmark, ranking.options.metric, &options.ceiling)?,
        cost: chart.filter(|chart| costs && !chart.points.is_empty()),
        alike: heatmap(benchmark, ranking),
        commands: vec![
            "proxyrank reproduce".to_owned(),
            format!("proxyrank rank --benchmark {} --reading {reading}", info.argument()),
            "proxyrank leaderboard build".to_owned(),
        ],
    })
}

/// A reading in words.
const fn words(info: &BenchmarkInfo, reading: Reading) -> &'static str {
    match (info.source, reading) {
        (Source::Flexibert, Reading::AsTrained) => {
            "Scores of the networks that were trained, to which the labels belong. This is the table that says what a proxy is worth."
        }
        (Source::Flexibert, Reading::Declared) => {
            "Scores of the networks that the benchmark file declares. They are not quite those that were trained."
        }
        (Source::Flexibert, Reading::Released) => {
            "Scores of the networks on which the published scores were computed: all of hidden size 256, whatever the benchmark declares. \
             Released scores stand in this table."
        }
        (Source::Embedded, _) => {
            "Scores of the very networks that were trained here, with every operation in place. A label is the mean over an architecture's trainings."
        }
        _ => {
            "Scores of the networks that the benchmark declares; released scores stand in this table too, where there are any."
        }
    }
}

fn entry(judged: &Judged<'_>, index: usize, baselines: &[usize], submissions: &Submissions) -> Entry {
    let column = &judged.ranking.columns[index];
    Entry {
        label: column.label.clone(),
        card: column.proxy.to_string(),
        title: title(column, submissions),
        class: column.class,
        versus: baselines.iter().map(|&rule| rules::versus(&judged.ranking, index, rule)).collect(),
    }
}

fn title(column: &ScoreColumn, submissions: &Submissions) -> String {
    let name = column.proxy.as_str();
    let computed = find_proxy(name).ok().map(|proxy| proxy.title.to_owned());
    let released = || published().find(|p| p.name == name).map(|p| format!("{}, as released", p.title));
    let submitted = || submissions.card(name).map(|(_, card)| card.title.clone());
    computed.or_else(released).or_else(submitted).unwrap_or_default()
}

/// The report's table with the columns that only the site has.
fn extended(judged: &Judged<'_>, order: &[usize], entries: &[Entry], submissions: &Submissions) -> Table {
    let benchmark = &judged.stock.benchmark;
    let ranking = &judged.ranking;
    let base = table(benchmark, ranking, SortBy::Tau, Detail::Full);
    let cuda: Vec<Option<u64>> =
        order.iter().map(|&index| cuda_ns(judged, &ranking.columns[index])).collect();
    let has_cuda = cuda.iter().any(Option::is_some);
    let audit = base.columns.iter().position(|column| column.key == "audit");

    let mut columns = base.columns.clone();
    columns.push(Column::text("versus_rule", "Against the rule"));
    columns.push(Column::number("labels", "Labels seen", 0));
    if has_cuda {
        columns.push(Column::number("cuda_us", "Time for one network on CUDA (us)", 1));
    }
    let mut extended = Table::new(base.id.clone(), base.title.clone(), columns);
    for (place, row) in base.rows().iter().enumerate() {
        let entry = &entries[place];
        let mut cells = row.cells.clone();
        if let (Some(at), Some(verdict)) = (audit, ranking.columns[order[place]].audit) {
            cells[at] = Cell::Flag(Flag { tone: verdict.tone(), label: verdict.to_string(), value: None });
        }
        cells.push(flag(entry.versus.first().copied()));
        let declared = submissions.card(&entry.card).map(|(_, card)| Labels::Seen(card.labels.seen));
        let known = || seen(benchmark.info.id, &entry.card, benchmark.entries.len());
        cells.push(match declared.unwrap_or_else(known) {
            Labels::Seen(count) => Cell::count(count as u64),
            Labels::Some => Cell::missing("fitted to labels of this benchmark; how many is not known"),
        });
        if has_cuda {
            let micros = cuda[place].map(|ns| ns as f64 / 1000.0);
            cells.push(Cell::number_or(micros, "not measured"));
        }
        extended.push_row(Row { cells, emphasis: row.emphasis });
    }
    extended.notes = base.notes;
    extended
}

fn flag(versus: Option<Versus>) -> Cell {
    let Some(versus) = versus else { return Cell::missing("the table has no baseline") };
    Cell::Flag(Flag { tone: rules::tone(versus), label: versus.as_str().to_owned(), value: None })
}

/// The time of a column on a GPU: that of the same proxy under the same protocol but for the device.
fn cuda_ns(judged: &Judged<'_>, column: &ScoreColumn) -> Option<u64> {
    let twin = |other: &&ScoreColumn| {
        let elsewhere = Protocol { device: column.protocol.device.clone(), ..other.protocol.clone() };
        other.protocol.device.0.starts_with("cuda")
            && other.proxy == column.proxy
            && other.version == column.version
            && other.params == column.params
            && elsewhere == column.protocol
    };
    judged.stock.every_column(judged.reading).iter().find(twin).and_then(|column| column.wall_ns)
}
