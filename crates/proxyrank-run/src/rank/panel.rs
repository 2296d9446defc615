//! From columns of scores to the statistics of a table.

use proxyrank_schema::Reading;
use proxyrank_space::Architecture;
use proxyrank_stats::{Analysis, BootstrapOptions, FailurePolicy, Panel, analyse};

use super::columns::{ScoreColumn, Slot};
use crate::RunError;
use crate::benchmark::{Benchmark, Metric};

/// A number of an architecture as declared, with its name.
pub type Measure = (&'static str, fn(&Architecture) -> f64);

/// Rules of thumb that every proxy is compared with: two lines of code that read the declared depth and width. They are not
/// the proxies of these names, which see the networks of a reading; the rules stay the same whatever a proxy looked at.
pub const RULES: [Measure; 2] = [
    ("layers x hidden", |architecture| (architecture.depth() * architecture.width()) as f64),
    // No network is a million wide, so the width only decides between equal depths.
    ("layers, then hidden", |architecture| 1e6 * architecture.depth() as f64 + architecture.width() as f64),
];

/// What partial taus are taken given, beside #params: its name, and how it is read off an architecture. The analysis keeps
/// this order.
pub const GIVEN: [Measure; 2] = [
    ("#layers", |architecture| architecture.depth() as f64),
    ("width", |architecture| architecture.width() as f64),
];

/// How a ranking is made.
#[derive(Debug, Clone, Copy)]
pub struct RankOptions {
    /// Which networks the scores belong to.
    pub reading: Reading,
    /// What they are judged by.
    pub metric: Metric,
    /// Resamples, seed, confidence.
    pub bootstrap: BootstrapOptions,
    /// What a failed score means.
    pub failures: FailurePolicy,
}

/// The proxies of a benchmark, judged.
#[derive(Debug, Clone)]
pub struct Ranking {
    /// How.
    pub options: RankOptions,
    /// The columns, in the order of the analysis.
    pub columns: Vec<ScoreColumn>,
    /// The statistics of each.
    pub analysis: Analysis,
    /// The architectures in use, as indices into the benchmark.
    pub kept: Vec<usize>,
    /// Their ground truth, larger is better.
    pub truth: Vec<f64>,
    /// For each column, its scores on them, larger is better.
    pub scores: Vec<Vec<f64>>,
    /// Columns that were left out, with the reason.
    pub left_out: Vec<String>,
}

impl Ranking {
    /// The index of a column by its label or its proxy's name.
    pub fn position(&self, name: &str) -> Option<usize> {
        let by = |wanted: &dyn Fn(&ScoreColumn) -> bool| self.columns.iter().position(wanted);
        by(&|column| column.label == name).or_else(|| by(&|column| column.proxy.as_str() == name))
    }
}

/// The k of precision and regret: ten, and a tenth of the architectures.
pub fn top_k(n: usize) -> Vec<usize> {
    let mut k = vec![10.min(n), n.div_ceil(10)];
    k.sort_unstable();
    k.dedup();
    k
}

/// Judges columns against a ground truth. Architectures without that truth are left out for all of them; a column
/// that lacks architectures which others have is left out as a whole, since it would be judged on an easier subset.
pub fn rank(
    benchmark: &Benchmark,
    columns: Vec<ScoreColumn>,
    options: RankOptions,
) -> Result<Ranking, RunError> {
    let context = || format!("{} against {}", benchmark.info.id, options.metric.name);
    let measured: Vec<usize> = (0..benchmark.entries.len())
        .filter(|&i| benchmark.entries[i].truth.contains_key(options.metric.name))
        .collect();
    if measured.is_empty() {
        let (id, metric) = (benchmark.info.argument(), options.metric.name);
        return Err(RunError::NothingStored {
            what: format!("no architecture of {id} has a {metric}: it follows from the times of networks"),
            command: format!("proxyrank evaluate --benchmark {id} --proxies weights,forward"),
        });
    }
    let (columns, left_out) = complete(columns, &measured);
    if columns.is_empty() {
        return Err(nothing_to_rank(benchmark, options.reading, &left_out));
    }
    let sign = if options.metric.higher_is_better { 1.0 } else { -1.0 };
    let truth_of = |i: usize| sign * benchmark.entries[i].truth[options.metric.name];

    let series: Vec<Vec<Option<f64>>> =
        columns.iter().map(|column| measured.iter().map(|&i| column.slots[i].score()).collect()).collect();
    let signed: Vec<(&[Option<f64>], f64)> = series
        .iter()
        .zip(&columns)
        .map(|(scores, column)| (scores.as_slice(), column.direction.sign()))
        .collect();
    let aligned = options.failures.align(&signed).map_err(RunError::stats(context()))?;
    let kept: Vec<usize> = aligned.kept.iter().map(|&i| measured[i]).collect();
    let pick = |values: &[f64]| -> Vec<f64> { kept.iter().map(|&i| values[i]).collect() };
    let cells = benchmark.cells();
    let of_architectures = |measure: &dyn Fn(&Architecture) -> f64| -> Vec<f64> {
        kept.iter().map(|&i| measure(&benchmark.entries[i].architecture)).collect()
    };
    let panel = Panel {
        truth: kept.iter().map(|&i| truth_of(i)).collect(),
        scores: aligned.scores,
        size: Some(pick(&benchmark.sizes(options.reading)?)),
        given: GIVEN.iter().map(|(_, measure)| of_architectures(measure)).collect(),
        rivals: RULES.iter().map(|(_, rule)| of_architectures(rule)).collect(),
        pair_size: Some(pick(&benchmark.sizes(Reading::Declared)?)),
        cells: Some(kept.iter().map(|&i| cells[i]).collect()),
        k: top_k(kept.len()),
    };
    let analysis = analyse(&panel, &options.bootstrap).map_err(RunError::stats(context()))?;
    Ok(Ranking { options, columns, analysis, kept, truth: panel.truth, scores: panel.scores, left_out })
}

/// Why there is no column: nothing was evaluated, or nothing to its end.
fn nothing_to_rank(benchmark: &Benchmark, reading: Reading, left_out: &[String]) -> RunError {
    let (id, argument) = (benchmark.info.id, benchmark.info.argument());
    RunError::NothingStored {
        what: match left_out.first() {
            None => format!("no scores of {id} under the reading {reading} are stored"),
            Some(first) => {
                format!("the evaluation of {id} under the reading {reading} is unfinished ({first})")
            }
        },
        command: format!("proxyrank evaluate --benchmark {argument} --reading {reading}"),
    }
}

fn complete(columns: Vec<ScoreColumn>, measured: &[usize]) -> (Vec<ScoreColumn>, Vec<String>) {
    let mut left_out = Vec::new();
    let complete = columns.into_iter().filter(|column| {
        let missing = measured.iter().filter(|&&i| column.slots[i] == Slot::Absent).count();
        if missing > 0 {
            left_out.push(format!(
                "{}: {missing} of {} architectures are not evaluated yet",
                column.label,
                measured.len()
            ));
        }
        missing == 0
    });
    (complete.collect(), left_out)
}
