//! The simple rules that every proxy is held against.

use proxyrank_report::site::{Rule, Tally, Versus};
use proxyrank_report::table::Tone;
use proxyrank_stats::Comparison;

use proxyrank_space::Family;

use crate::benchmark::{BenchmarkInfo, Source};
use crate::rank::Ranking;

/// The rule that is to be beaten on a benchmark: on encoders, depth and then width; on decoders, whose depth says little,
/// the parameters of the layers, as the sets' own paper proposes.
const fn to_beat(info: &BenchmarkInfo) -> &'static str {
    match info.source {
        Source::Flexibert | Source::Embedded | Source::Own(Family::Encoder) => "layers_then_hidden",
        Source::Lts | Source::Own(_) => "num_parameters_body",
    }
}

/// What a baseline does, a line for each step.
fn lines(baseline: &str) -> &'static [&'static str] {
    match baseline {
        "num_layers" => &["more layers first"],
        "hidden_times_layers" => &["larger product of layers and hidden size first"],
        "layers_then_hidden" => &["more layers first", "among equals, the larger hidden size first"],
        "layers_hidden_params" => &[
            "more layers first",
            "among equals, the larger hidden size first",
            "among these, more parameters first",
        ],
        "num_parameters" => &["more parameters first"],
        "num_parameters_body" => &["more parameters first, embeddings left out"],
        "flops" => &["more operations first"],
        _ => &[],
    }
}

/// The baselines of a ranking, as indices into its columns: the one to beat first, then by tau-b.
pub(crate) fn baselines(info: &BenchmarkInfo, ranking: &Ranking) -> Vec<usize> {
    let mut found: Vec<usize> =
        (0..ranking.columns.len()).filter(|&index| ranking.columns[index].is_baseline()).collect();
    let first = to_beat(info);
    let tau = |index: usize| ranking.analysis.proxies[index].tau_b.map_or(f64::NEG_INFINITY, |tau| tau.point);
    let is_later = |index: usize| ranking.columns[index].proxy.as_str() != first;
    found.sort_by(|&a, &b| is_later(a).cmp(&is_later(b)).then(tau(b).total_cmp(&tau(a))));
    found
}

/// The rule to beat, and how the scores of a ranking that are no baselines fare against it.
pub(crate) fn standing(info: &BenchmarkInfo, ranking: &Ranking) -> Option<(Rule, Tally)> {
    let first = *baselines(info, ranking).first()?;
    let mut tally = Tally::default();
    for index in (0..ranking.columns.len()).filter(|&index| !ranking.columns[index].is_baseline()) {
        match versus(ranking, index, first) {
            Versus::Better => tally.better += 1,
            Versus::Even => tally.even += 1,
            Versus::Worse | Versus::Undefined => tally.worse += 1,
            Versus::Itself => {}
        }
    }
    Some((rule(ranking, first), tally))
}

/// A baseline in words.
pub(super) fn rule(ranking: &Ranking, index: usize) -> Rule {
    let column = &ranking.columns[index];
    Rule {
        label: column.label.clone(),
        lines: lines(column.proxy.as_str()).iter().map(|line| (*line).to_owned()).collect(),
        tau: ranking.analysis.proxies[index].tau_b,
    }
}

/// How one column fares against another, by the ranking's paired tests.
pub(crate) fn versus(ranking: &Ranking, index: usize, rule: usize) -> Versus {
    if index == rule {
        return Versus::Itself;
    }
    let pair = (index.min(rule), index.max(rule));
    let found = ranking.analysis.comparisons.iter().find(|comparison| (comparison.a, comparison.b) == pair);
    let Some(comparison) = found else { return Versus::Undefined };
    let level = 1.0 - ranking.options.bootstrap.confidence;
    judge(comparison, level, index < rule)
}

/// `is_first` says whether the comparison's first proxy is the one that is judged.
pub(crate) fn judge(comparison: &Comparison, level: f64, is_first: bool) -> Versus {
    if comparison.p_holm >= level {
        return Versus::Even;
    }
    if (comparison.difference.point > 0.0) == is_first { Versus::Better } else { Versus::Worse }
}

/// Whether that is good news for the proxy.
pub(crate) const fn tone(versus: Versus) -> Tone {
    match versus {
        Versus::Better => Tone::Good,
        Versus::Worse => Tone::Bad,
        Versus::Even | Versus::Itself | Versus::Undefined => Tone::Neutral,
    }
}

#[cfg(test)]
mod tests {
    use proxyrank_stats::Estimate;

    use super::*;
    use crate::rank::BASELINES;

    #[test]
    fn every_baseline_has_words() {
        assert!(BASELINES.iter().all(|name| !lines(name).is_empty()));
        assert_eq!(lines("layers_then_hidden").len(), 2);
    }

    #[test]
    fn a_verdict_needs_significance_and_looks_from_either_side() {
        let comparison = |point, p_holm| Comparison {
            a: 0,
            b: 1,
            difference: Estimate { point, low: 0.0, high: 0.0, n: 9 },
            p_value: p_holm,
            p_holm,
        };
        assert_eq!(judge(&comparison(0.2, 0.01), 0.05, true), Versus::Better);
        assert_eq!(judge(&comparison(0.2, 0.01), 0.05, false), Versus::Worse);
        assert_eq!(judge(&comparison(-0.2, 0.01), 0.05, false), Versus::Better);
        assert_eq!(judge(&comparison(0.2, 0.2), 0.05, true), Versus::Even);
    }
}
