//! The rows that say most of a long table: what a reader who has one minute should see of a hundred scores.
//!
//! The rule is fixed, so that nobody picks rows by their outcome: the rule to beat and three plain baselines; of every class of
//! cost the best score that is no baseline; and the proxies of [`KNOWN`], which papers on language models compare with. Of a
//! proxy that stands there with several signals it is the one with the training loss.

use proxyrank_report::table::{Cell, Column, Flag, Table};
use proxyrank_schema::{CostClass, Signal};

use super::costs::time;
use crate::audit;
use crate::benchmark::BenchmarkInfo;
use crate::leaderboard::rules::{baselines, tone, versus};
use crate::rank::{Ranking, SortBy, order};
use crate::report::BenchmarkPage;

/// Baselines that stand beside the rule to beat.
const PLAIN: [&str; 3] = ["num_layers", "num_parameters", "flops"];

/// Proxies that papers on language models propose or compare with.
const KNOWN: [&str; 7] =
    ["w_pca", "head_confidence", "activation_distance", "synaptic_diversity", "snip", "grasp", "synflow"];

/// The chosen columns of a ranking, as indices: baselines first, then the others, best first.
pub(super) fn choose(info: &BenchmarkInfo, ranking: &Ranking) -> Vec<usize> {
    let order = order(ranking, SortBy::Tau);
    let rule = baselines(info, ranking).first().copied();
    let is_plain = |index: &usize| PLAIN.contains(&ranking.columns[*index].proxy.as_str());
    let mut chosen: Vec<usize> =
        order.iter().copied().filter(|index| Some(*index) == rule || is_plain(index)).collect();

    let scores = || order.iter().copied().filter(|&index| !ranking.columns[index].is_baseline());
    let best = |class: CostClass| scores().find(|&index| ranking.columns[index].class == class);
    let known = |name: &str| {
        let named = || scores().filter(|&index| ranking.columns[index].proxy.as_str() == name);
        let trained = named().find(|&index| {
            matches!(ranking.columns[index].protocol.signal, Signal::Rtd | Signal::Lm | Signal::None)
        });
        trained.or_else(|| named().next())
    };
    let wanted: Vec<usize> = CostClass::ALL
        .iter()
        .filter_map(|class| best(*class))
        .chain(KNOWN.iter().filter_map(|name| known(name)))
        .collect();
    chosen.extend(scores().filter(|index| wanted.contains(index)));
    chosen
}

/// The table of the chosen rows.
pub(super) fn table(info: &BenchmarkInfo, page: &BenchmarkPage) -> Table {
    let ranking = &page.ranking;
    let rule = baselines(info, ranking).first().copied();
    let columns = vec![
        Column::text("proxy", "Proxy"),
        Column::text("cost_class", "What it needs"),
        Column::number("tau_b", "Kendall tau-b", 3),
        Column::text("versus_rule", "Against the rule"),
        Column::number("partial_tau", "Given size", 3),
        Column::number("rank", "Rank", 0),
        Column::text("audit", "Audit"),
        Column::text("time", "One network"),
    ];
    let title = format!(
        "The best of each kind, and the names that papers compare: {}, reading {}",
        info.title, ranking.options.reading
    );
    let mut table = Table::new("highlights", title, columns);
    for index in choose(info, ranking) {
        let (column, statistics) = (&ranking.columns[index], &ranking.analysis.proxies[index]);
        let against = rule.map(|rule| versus(ranking, index, rule));
        let partial = statistics.partial_tau.map(|tau| tau.point);
        let cells = vec![
            Cell::text(&column.label),
            Cell::text(column.class.as_str().replace('_', " ")),
            Cell::estimate_or(statistics.tau_b, "the score is constant"),
            against.map_or_else(
                || Cell::missing("the table has no baseline"),
                |versus| {
                    Cell::Flag(Flag { tone: tone(versus), label: versus.as_str().to_owned(), value: None })
                },
            ),
            Cell::number_or(partial, "it orders as size does"),
            Cell::rank(&statistics.rank),
            audit::cell(column.audit),
            column.wall_ns.map_or_else(|| Cell::missing("not timed"), |ns| Cell::text(time(ns))),
        ];
        if column.is_baseline() { table.push_baseline(cells) } else { table.push(cells) }
    }
    table.note(format!(
        "{} of the {} rows of the whole table, by a fixed rule: the rule to beat and plain baselines (daggers), the best score of each class of cost, and \
         the proxies that papers on language models propose or compare with, by the training loss where they back-propagate one. Against the rule: \
         paired bootstrap, Holm's correction over all pairs. Given size: partial tau-b given #params.",
        table.rows().len(),
        ranking.columns.len()
    ));
    table
}

#[cfg(test)]
mod tests {
    use proxyrank_proxies::find;

    use super::*;

    #[test]
    fn every_name_is_a_proxy_and_no_plain_baseline_is_a_proxy_of_papers() {
        for name in PLAIN.iter().chain(&KNOWN) {
            assert!(find(name).is_ok(), "{name}");
        }
        assert!(KNOWN.iter().all(|name| find(name).unwrap().paper.is_some()));
        assert!(PLAIN.iter().all(|name| crate::rank::BASELINES.contains(name)));
    }
}
