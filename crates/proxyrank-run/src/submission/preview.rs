//! Where a submission would stand.

use proxyrank_report::site::Versus;
use proxyrank_report::table::Table;
use proxyrank_stats::{Comparison, Estimate, kendall_tau_b};
use serde::Serialize;

use super::fault::{Faults, Kind, Place};
use crate::benchmark::Benchmark;
use crate::leaderboard::rules;
use crate::rank::{Detail, RULES, Ranking, SortBy, order, table};

/// Rows that are shown above and below the submission's own.
const NEIGHBOURS: usize = 2;

/// From which agreement on two scores are said to rank alike.
const ALIKE: f64 = 1.0 - 1e-12;

/// The row of a submission among all others, and whom it beats.
#[derive(Debug, Clone, Serialize)]
pub struct Preview {
    /// The benchmark.
    pub benchmark: &'static str,
    /// The reading.
    pub reading: String,
    /// What scores are judged by.
    pub metric: &'static str,
    /// How the submission is called in the table.
    pub label: String,
    /// Its rank with the interval, among `of` scores.
    pub rank: Estimate,
    /// How many scores the table has.
    pub of: usize,
    /// Its tie group.
    pub tie_group: Option<usize>,
    /// Its Kendall tau-b, signed so that positive is good.
    pub tau_b: Option<Estimate>,
    /// The scores that it beats: paired bootstrap, Holm over all comparisons of the table.
    pub beats: Vec<String>,
    /// The scores that beat it.
    pub loses_to: Vec<String>,
    /// The scores that it cannot be told from.
    pub even_with: Vec<String>,
    /// How it fares against the rules of thumb.
    pub rules: Vec<AgainstRule>,
    /// Its row with those around it and the baselines.
    #[serde(skip)]
    pub table: Table,
}

/// How a submission fares against a rule of thumb.
#[derive(Debug, Clone, Serialize)]
pub struct AgainstRule {
    /// The rule.
    pub rule: &'static str,
    /// By tau-b: better, even or worse.
    pub by_tau_b: &'static str,
    /// By tau-a, which does not reward ties.
    pub by_tau_a: &'static str,
}

impl Preview {
    /// Looks up a column of a ranking.
    pub(super) fn new(benchmark: &Benchmark, ranking: &Ranking, index: usize) -> Self {
        let statistics = &ranking.analysis.proxies[index];
        let against = |wanted: Versus| -> Vec<String> {
            let others = order(ranking, SortBy::Tau).into_iter().filter(|&other| other != index);
            others
                .filter(|&other| rules::versus(ranking, index, other) == wanted)
                .map(|other| ranking.columns[other].label.clone())
                .collect()
        };
        Self {
            benchmark: benchmark.info.id,
            reading: ranking.options.reading.to_string(),
            metric: ranking.options.metric.name,
            label: ranking.columns[index].label.clone(),
            rank: statistics.rank,
            of: ranking.columns.len(),
            tie_group: statistics.tie_group,
            tau_b: statistics.tau_b,
            beats: against(Versus::Better),
            loses_to: against(Versus::Worse),
            even_with: against(Versus::Even),
            rules: against_rules(ranking, index),
            table: excerpt(benchmark, ranking, index),
        }
    }

    /// The preview in a few lines, apart from the table.
    pub fn lines(&self) -> Vec<String> {
        let named = |what: &str, names: &[String]| {
            let shown: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
            let more = names.len() - shown.len();
            let names_shown = match (shown.is_empty(), more) {
                (true, _) => String::new(),
                (false, 0) => format!(": {}", shown.join(", ")),
                (false, more) => format!(": {} and {more} more", shown.join(", ")),
            };
            format!("{what} {} of {}{names_shown}", names.len(), self.of - 1)
        };
        let group =
            self.tie_group.map_or_else(|| "no tie group".to_owned(), |group| format!("tie group {group}"));
        let Estimate { point, low, high, .. } = self.rank;
        let mut lines = vec![
            format!("rank {point:.0} of {}, 95% interval {low:.0} to {high:.0}, {group}", self.of),
            named("significantly better than", &self.beats),
            named("significantly worse than", &self.loses_to),
            named("not to be told from", &self.even_with),
        ];
        for AgainstRule { rule, by_tau_b, by_tau_a } in &self.rules {
            lines.push(format!("against the rule of thumb {rule}: {by_tau_b} by tau-b, {by_tau_a} by tau-a"));
        }
        lines
    }
}

fn against_rules(ranking: &Ranking, index: usize) -> Vec<AgainstRule> {
    let rivalry = &ranking.analysis.rivalry;
    let level = 1.0 - ranking.options.bootstrap.confidence;
    RULES
        .iter()
        .enumerate()
        .map(|(rule, (name, _))| {
            let word = |comparisons: &[Comparison]| {
                let found =
                    comparisons.iter().find(|comparison| (comparison.a, comparison.b) == (index, rule));
                found.map_or(Versus::Undefined, |found| rules::judge(found, level, true)).as_str()
            };
            AgainstRule { rule: name, by_tau_b: word(&rivalry.by_tau_b), by_tau_a: word(&rivalry.by_tau_a) }
        })
        .collect()
}

/// The rows around one of a table, and its baselines.
fn excerpt(benchmark: &Benchmark, ranking: &Ranking, index: usize) -> Table {
    let whole = table(benchmark, ranking, SortBy::Tau, Detail::Main);
    let order = order(ranking, SortBy::Tau);
    let own = order.iter().position(|&other| other == index).unwrap_or_default();
    let mut excerpt = Table::new("preview", whole.title.clone(), whole.columns.clone());
    for (place, row) in whole.rows().iter().enumerate() {
        if place.abs_diff(own) <= NEIGHBOURS || ranking.columns[order[place]].is_baseline() {
            excerpt.push_row(row.clone());
        }
    }
    excerpt.note(format!(
        "{} of {} rows: the submission, its neighbours and the baselines.",
        excerpt.rows().len(),
        order.len()
    ));
    excerpt.notes.extend(whole.notes.first().cloned());
    excerpt
}

/// Notes what the labels say against a submission: a correlation below zero, or the ranking of a proxy that is there.
pub(super) fn suspicions(ranking: &Ranking, index: usize, place: &Place, faults: &mut Faults) {
    if let Some(tau) = ranking.analysis.proxies[index].tau_b.filter(|tau| tau.point < 0.0) {
        let sure = if tau.high < 0.0 { "" } else { ", though its interval holds 0" };
        let message = format!(
            "tau-b is {:.3} [{:.3}, {:.3}] under the declared direction{sure}: better networks score worse. If the formula says that the other end is good, \
             turn the direction; if these labels said so, count them in labels.seen",
            tau.point, tau.low, tau.high
        );
        faults.warn(Kind::Direction, place.clone(), message);
    }
    let own = &ranking.scores[index];
    for (other, column) in ranking.columns.iter().enumerate() {
        if other == index {
            continue;
        }
        // A constant score has no tau with anything.
        let Ok(agreement) = kendall_tau_b(own, &ranking.scores[other]) else { continue };
        if agreement.abs() >= ALIKE {
            let turned = if agreement < 0.0 { ", turned round" } else { "" };
            let message = format!("ranks every pair as {} does{turned}", column.label);
            faults.warn(Kind::SameRanking, place.clone(), message);
        }
    }
}
