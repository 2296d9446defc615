//! The charts of one ranking.

use std::path::{Path, PathBuf};

use proxyrank_proxies::{Scale, find as find_proxy};
use proxyrank_report::chart::cost::CostPoint;
use proxyrank_report::chart::intervals::{IntervalRow, ReferenceLine};
use proxyrank_report::chart::scatter::ScatterPoint;
use proxyrank_report::chart::{AxisScale, CostScatter, Heatmap, Scatter, TauIntervals};
use proxyrank_report::table::Emphasis;
use proxyrank_schema::{CostClass, ProxyName, Reading};
use proxyrank_stats::{Ceiling, average_ranks, kendall_tau_b};
use rayon::prelude::*;

use crate::RunError;
use crate::benchmark::{Benchmark, Entry, Source};
use crate::ceiling::is_outlier;
use crate::papers::{Statistic, Stock, compute};
use crate::rank::{Ranking, ScoreColumn};

/// Which charts are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charts {
    /// None.
    None,
    /// Tau with intervals, and the correlation between proxies.
    Overview,
    /// These, and one scatter plot for each proxy.
    All,
}

/// The baselines that stand as lines in the interval chart.
const LINES: [(&str, &str); 3] =
    [("num_layers", "#layers"), ("hidden_times_layers", "hidden x layers"), ("num_parameters", "#params")];

/// Draws the charts of a ranking into a folder; returns the PNG files, overview first.
pub(super) fn draw(
    benchmark: &Benchmark,
    ranking: &Ranking,
    ceiling: Option<&Ceiling>,
    charts: Charts,
    folder: &Path,
) -> Result<Vec<PathBuf>, RunError> {
    let mut drawn = Vec::new();
    if charts == Charts::None || ranking.columns.is_empty() {
        return Ok(drawn);
    }
    let intervals = intervals(benchmark, ranking, ceiling);
    if !intervals.rows.is_empty() {
        let [png, _] = intervals.draw(&folder.join("tau_intervals"))?;
        drawn.push(png);
    }
    let cost = cost(benchmark, ranking, ceiling);
    if cost.points.iter().any(|point| runs_network(point.class)) {
        let [png, _] = cost.draw(&folder.join("cost"))?;
        drawn.push(png);
    }
    let [png, _] = heatmap(benchmark, ranking).draw(&folder.join("proxy_correlations"))?;
    drawn.push(png);
    if charts == Charts::All {
        // A proxy that failed everywhere has nothing to show.
        let has_scores =
            |index: &usize| ranking.columns[*index].slots.iter().any(|slot| slot.score().is_some());
        let scatters = (0..ranking.columns.len()).into_par_iter().filter(has_scores).map(|index| {
            let name = ranking.columns[index].label.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
            let [png, _] =
                scatter(benchmark, ranking, index).draw(&folder.join(format!("scatter_{name}")))?;
            Ok(png)
        });
        drawn.extend(scatters.collect::<Result<Vec<_>, RunError>>()?);
    }
    Ok(drawn)
}

/// The baselines of a reading as lines, by their correlation with the main ground truth.
pub(crate) fn baselines(stock: &Stock, reading: Reading) -> Result<Vec<ReferenceLine>, RunError> {
    let mut lines = Vec::new();
    for (proxy, label) in LINES {
        let Some(column) = stock.column(&ProxyName::from(proxy), reading) else { continue };
        let metric = stock.benchmark.info.metrics[0];
        let value = compute(&stock.benchmark, column, metric, Statistic::TauB)?;
        lines.push(ReferenceLine { label: label.to_owned(), value });
    }
    Ok(lines)
}

/// Whether a proxy of this class has a cost worth a chart.
pub(crate) const fn runs_network(class: CostClass) -> bool {
    !matches!(class, CostClass::DataFree | CostClass::Published)
}

/// Cost against correlation.
pub(crate) fn cost(benchmark: &Benchmark, ranking: &Ranking, ceiling: Option<&Ceiling>) -> CostScatter {
    let points = ranking.columns.iter().zip(&ranking.analysis.proxies).filter_map(|(column, statistics)| {
        Some(CostPoint {
            name: column.label.clone(),
            wall_ns: column.wall_ns? as f64,
            tau: statistics.tau_b?,
            class: column.class,
            emphasis: emphasis(column),
        })
    });
    CostScatter {
        title: format!("Cost against correlation: {}", benchmark.info.title),
        subtitle: subtitle(ranking),
        axis_label: format!("Kendall tau-b with {}", ranking.options.metric.name),
        points: points.collect(),
        ceiling: ceiling.map(|ceiling| ceiling.tau),
    }
}

fn emphasis(column: &ScoreColumn) -> Emphasis {
    if column.is_baseline() { Emphasis::Baseline } else { Emphasis::Plain }
}

fn subtitle(ranking: &Ranking) -> String {
    format!(
        "n = {}, reading {}, central {:.0}% of {} bootstrap resamples",
        ranking.kept.len(),
        ranking.options.reading,
        100.0 * ranking.options.bootstrap.confidence,
        ranking.options.bootstrap.resamples
    )
}

/// Correlations with their intervals.
pub(crate) fn intervals(benchmark: &Benchmark, ranking: &Ranking, ceiling: Option<&Ceiling>) -> TauIntervals {
    let rows = ranking.columns.iter().zip(&ranking.analysis.proxies).filter_map(|(column, statistics)| {
        Some(IntervalRow {
            name: column.label.clone(),
            tau: statistics.tau_b?,
            class: column.class,
            emphasis: emphasis(column),
        })
    });
    let references = LINES.iter().filter_map(|(proxy, label)| {
        let tau = ranking.analysis.proxies[ranking.position(proxy)?].tau_b?;
        Some(ReferenceLine { label: (*label).to_owned(), value: tau.point })
    });
    TauIntervals {
        title: benchmark.info.title.to_owned(),
        subtitle: subtitle(ranking),
        axis_label: format!("Kendall tau-b with {}", ranking.options.metric.name),
        rows: rows.collect(),
        references: references.collect(),
        ceiling: ceiling.map(|ceiling| ceiling.tau),
    }
}

/// How alike proxies rank.
pub(crate) fn heatmap(benchmark: &Benchmark, ranking: &Ranking) -> Heatmap {
    let tau = |a: &[f64], b: &[f64]| kendall_tau_b(a, b).ok();
    let row = |a: &Vec<f64>| ranking.scores.iter().map(|b| tau(a, b)).collect();
    Heatmap {
        title: format!("How alike proxies rank: {}", benchmark.info.title),
        subtitle: format!("n = {}, reading {}", ranking.kept.len(), ranking.options.reading),
        value_label: "Kendall tau-b between proxies".to_owned(),
        names: ranking.columns.iter().map(|column| column.label.clone()).collect(),
        values: ranking.scores.iter().map(row).collect(),
    }
}

/// The scores of one column against the ground truth.
pub(crate) fn scatter(benchmark: &Benchmark, ranking: &Ranking, index: usize) -> Scatter {
    let (column, statistics) = (&ranking.columns[index], &ranking.analysis.proxies[index]);
    let metric = ranking.options.metric;
    // Scores that only order architectures are drawn by rank: the distances between them mean nothing.
    let ordinal = find_proxy(column.proxy.as_str()).is_ok_and(|proxy| proxy.scale == Scale::Ordinal);
    let ranks = average_ranks(&ranking.scores[index]).ok().filter(|_| ordinal);
    let flexibert = benchmark.info.source == Source::Flexibert;
    let point = |(place, &i): (usize, &usize)| {
        let entry: &Entry = &benchmark.entries[i];
        let size = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        ScatterPoint {
            score: ranks.as_ref().map_or(column.slots[i].score(), |ranks| ranks.get(place).copied()),
            truth: entry.truth[metric.name],
            depth: size(entry.architecture.depth()),
            width: size(entry.architecture.width()),
            highlight: (flexibert && is_outlier(&entry.truth)).then(|| entry.id.to_string()),
        }
    };
    let better = if metric.higher_is_better { "" } else { " (lower is better)" };
    Scatter {
        title: format!("{} on {}", column.label, benchmark.info.title),
        score_label: if ordinal { format!("rank by {}", column.label) } else { column.label.clone() },
        truth_label: if flexibert {
            format!("{} (%)", metric.name)
        } else {
            format!("{}{better}", metric.name)
        },
        tau: statistics.tau_b,
        rho: statistics.rho,
        points: ranking.kept.iter().enumerate().map(point).collect(),
        score_axis: AxisScale::Auto,
        truth_axis: if flexibert { AxisScale::Linear } else { AxisScale::Auto },
        highlight: "a task failed to train".to_owned(),
    }
}
