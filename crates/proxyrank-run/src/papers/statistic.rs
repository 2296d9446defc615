//! One statistic of one column of scores, as a published table defines it.

use proxyrank_schema::Reading;
use proxyrank_stats::{
    FailurePolicy, StatsError, close_pairs_tau, kendall_tau_a, kendall_tau_b, pearson_r, spearman_rho,
};

use super::Statistic;
use crate::RunError;
use crate::benchmark::{Benchmark, Metric};
use crate::rank::{ScoreColumn, Slot};

/// The relative difference in #params below which a pair counts as close.
const CLOSE: f64 = 0.1;

/// Architectures that LPZero's search looks at.
const FIRST: usize = 50;

/// Scores and ground truth side by side, larger is better in both.
struct Pairing {
    kept: Vec<usize>,
    scores: Vec<f64>,
    truth: Vec<f64>,
}

/// Computes a statistic. Architectures without the ground truth, or never evaluated, are left out; failures rank last.
pub(crate) fn compute(
    benchmark: &Benchmark,
    column: &ScoreColumn,
    metric: Metric,
    statistic: Statistic,
) -> Result<f64, RunError> {
    let context = || format!("{} of {} on {}", statistic.title(), column.label, benchmark.info.id);
    let pairing = pair(benchmark, column, metric).map_err(RunError::stats(context()))?;
    let sizes = |reading| -> Result<Vec<f64>, RunError> {
        let sizes = benchmark.sizes(reading)?;
        Ok(pairing.kept.iter().map(|&i| sizes[i]).collect())
    };
    let (x, y) = (&pairing.scores, &pairing.truth);
    let top = top_tenth(benchmark, &pairing);
    let rho_of = |keep: &dyn Fn(usize) -> bool| {
        let places = (0..pairing.kept.len()).filter(|&place| keep(pairing.kept[place]));
        let (scores, truth): (Vec<f64>, Vec<f64>) = places.map(|place| (x[place], y[place])).unzip();
        spearman_rho(&scores, &truth)
    };
    let depth = |entry: usize| benchmark.entries[entry].architecture.depth();
    let value = match statistic {
        Statistic::TauB => kendall_tau_b(x, y),
        Statistic::TauA => kendall_tau_a(x, y),
        Statistic::Rho => spearman_rho(x, y),
        Statistic::R => pearson_r(x, y),
        Statistic::ClosePairs => close_pairs_tau(x, y, &sizes(Reading::Declared)?, CLOSE),
        Statistic::Top10TauB => kendall_tau_b(&top.0, &top.1),
        Statistic::Top10Rho => spearman_rho(&top.0, &top.1),
        Statistic::SizeTauB => kendall_tau_b(x, &sizes(Reading::Declared)?),
        Statistic::SizeRho => spearman_rho(x, &sizes(Reading::Declared)?),
        Statistic::First50Rho => rho_of(&|entry| entry < FIRST),
        Statistic::TwoLayersRho => rho_of(&|entry| depth(entry) == 2),
        Statistic::FourLayersRho => rho_of(&|entry| depth(entry) == 4),
    };
    value.map_err(RunError::stats(context()))
}

fn pair(benchmark: &Benchmark, column: &ScoreColumn, metric: Metric) -> Result<Pairing, StatsError> {
    let kept: Vec<usize> = (0..benchmark.entries.len())
        .filter(|&i| column.slots[i] != Slot::Absent && benchmark.entries[i].truth.contains_key(metric.name))
        .collect();
    let scores: Vec<Option<f64>> = kept.iter().map(|&i| column.slots[i].score()).collect();
    let mut aligned = FailurePolicy::RankLast.align(&[(&scores, column.direction.sign())])?;
    let sign = if metric.higher_is_better { 1.0 } else { -1.0 };
    let truth = kept.iter().map(|&i| sign * benchmark.entries[i].truth[metric.name]).collect();
    Ok(Pairing { kept, scores: aligned.scores.swap_remove(0), truth })
}

/// The tenth of the architectures with the best validation perplexity, judged by it as well: that is how the released
/// plots look at the best networks. Where no validation perplexity is stored, the ground truth takes its place.
fn top_tenth(benchmark: &Benchmark, pairing: &Pairing) -> (Vec<f64>, Vec<f64>) {
    let quality = |place: usize| {
        let validation = benchmark.entries[pairing.kept[place]].truth.get("valid_ppl");
        validation.map_or(pairing.truth[place], |perplexity| -perplexity)
    };
    let mut best: Vec<(f64, f64)> =
        (0..pairing.kept.len()).map(|place| (pairing.scores[place], quality(place))).collect();
    best.sort_by(|a, b| b.1.total_cmp(&a.1));
    best.truncate(pairing.kept.len() / 10);
    best.into_iter().unzip()
}
