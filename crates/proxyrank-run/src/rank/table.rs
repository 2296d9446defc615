//! The correlation table: every statistic that a reader needs to distrust a single correlation.

use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_schema::CostClass;
use proxyrank_stats::{Estimate, ProxyStatistics};

use super::columns::Origin;
use super::panel::{Ranking, top_k};
use super::population::is_population;
use crate::audit;
use crate::benchmark::Benchmark;

/// By what the rows are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortBy {
    /// Kendall tau-b, best first.
    #[default]
    Tau,
    /// Spearman rho, best first.
    Rho,
    /// Partial tau given #params, best first.
    Partial,
    /// Tau within cells, best first.
    Within,
    /// Regret of the best of the top k, smallest first.
    Regret,
}

/// How much of the table is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The columns that fit a terminal.
    Main,
    /// All of them.
    Full,
}

/// The order of the rows, as indices into the ranking's columns.
pub fn order(ranking: &Ranking, by: SortBy) -> Vec<usize> {
    let value = |i: usize| -> f64 {
        let s = &ranking.analysis.proxies[i];
        let point = |estimate: Option<Estimate>| estimate.map_or(f64::NEG_INFINITY, |e| e.point);
        match by {
            SortBy::Tau => point(s.tau_b),
            SortBy::Rho => point(s.rho),
            SortBy::Partial => point(s.partial_tau),
            SortBy::Within => point(s.within_cell),
            SortBy::Regret => -s.regret.first().map_or(f64::INFINITY, |(_, e)| e.point),
        }
    };
    let mut order: Vec<usize> = (0..ranking.columns.len()).collect();
    order.sort_by(|&a, &b| {
        value(b).total_cmp(&value(a)).then_with(|| ranking.columns[a].label.cmp(&ranking.columns[b].label))
    });
    order
}

/// The table of a ranking.
pub fn table(benchmark: &Benchmark, ranking: &Ranking, by: SortBy, detail: Detail) -> Table {
    let options = &ranking.options;
    let k = top_k(ranking.kept.len());
    let id =
        format!("rank_{}_{}_{}", benchmark.info.id, options.reading, options.metric.name).replace('-', "_");
    let title = format!(
        "{}, reading {}, against {} (n = {})",
        benchmark.info.title,
        options.reading,
        options.metric.name,
        ranking.kept.len()
    );
    let full = detail == Detail::Full;
    let mut columns = vec![
        Column::text("proxy", "Proxy"),
        Column::text("cost_class", "Cost class"),
        Column::number("tau_b", "Kendall tau-b", 3),
    ];
    if full {
        columns.extend([
            Column::number("rho", "Spearman rho", 3),
            Column::number("r", "Pearson r", 3),
            Column::number("tau_a", "tau-a", 3),
            Column::number("tie_share", "Tied pairs", 3),
            Column::number("partial_tau", "Partial tau given #params", 3),
            Column::number("partial_rho", "Partial rho given #params", 3),
            Column::number("within_cell", "Within-cell tau", 3),
            Column::number("close_pairs", "10%-pairs tau", 3),
        ]);
        columns
            .extend(k.iter().map(|k| Column::number(format!("precision_{k}"), format!("Precision@{k}"), 2)));
        columns.extend(k.iter().map(|k| Column::number(format!("regret_{k}"), format!("Regret@{k}"), 2)));
    } else {
        columns.extend([
            Column::number("rho", "rho", 3),
            Column::number("tau_a", "tau-a", 3),
            Column::number("partial_tau", "Partial tau", 3),
            Column::number("within_cell", "Within-cell", 3),
            Column::number("close_pairs", "10%-pairs", 3),
        ]);
    }
    columns.extend([
        Column::number("rank", "Rank", 0),
        Column::number("tie_group", "Tie group", 0),
        Column::text("audit", "Audit"),
    ]);
    if full {
        columns.push(Column::number("wall_us", "Time for one network (us)", 1));
    }
    let mut table = Table::new(id, title, columns);
    for index in order(ranking, by) {
        let column = &ranking.columns[index];
        let cells = cells(ranking, index, full);
        if column.is_baseline() { table.push_baseline(cells) } else { table.push(cells) }
    }
    for note in notes(benchmark, ranking) {
        table.note(note);
    }
    table
}

fn cells(ranking: &Ranking, index: usize, full: bool) -> Vec<Cell> {
    const CONSTANT: &str = "the score is constant";
    const NO_PAIRS: &str = "no pair to judge, or every one tied";
    let column = &ranking.columns[index];
    let s: &ProxyStatistics = &ranking.analysis.proxies[index];
    let mut cells = vec![
        Cell::text(&column.label),
        Cell::text(column.class.as_str()),
        Cell::estimate_or(s.tau_b, CONSTANT),
    ];
    let point = |estimate: Option<Estimate>, reason: &str| Cell::number_or(estimate.map(|e| e.point), reason);
    if full {
        cells.extend([
            Cell::estimate_or(s.rho, CONSTANT),
            Cell::estimate_or(s.r, CONSTANT),
            Cell::from(s.tau_a),
            Cell::number(s.tie_share),
            Cell::estimate_or(s.partial_tau, "undefined given #params"),
            Cell::estimate_or(s.partial_rho, "undefined given #params"),
            Cell::estimate_or(s.within_cell, NO_PAIRS),
            Cell::estimate_or(s.close_pairs, NO_PAIRS),
        ]);
        cells.extend(s.precision.iter().map(|(_, estimate)| Cell::from(*estimate)));
        cells.extend(s.regret.iter().map(|(_, estimate)| Cell::from(*estimate)));
    } else {
        cells.extend([
            point(s.rho, CONSTANT),
            Cell::number(s.tau_a.point),
            point(s.partial_tau, "undefined given #params"),
            point(s.within_cell, NO_PAIRS),
            point(s.close_pairs, NO_PAIRS),
        ]);
    }
    cells.push(Cell::rank(&s.rank));
    cells.push(s.tie_group.map_or_else(|| Cell::missing("no tau-b"), |group| Cell::count(group as u64)));
    cells.push(match (column.audit, column.class) {
        (None, CostClass::Published) => Cell::missing("released scores cannot be recomputed"),
        (verdict, _) => audit::cell(verdict),
    });
    if full {
        let micros = column.wall_ns.map(|ns| ns as f64 / 1000.0);
        let none = match column.origin {
            Origin::Submission(_) => "submitted without a time",
            _ => "published without a time",
        };
        cells.push(Cell::number_or(micros, none));
    }
    cells
}

fn notes(benchmark: &Benchmark, ranking: &Ranking) -> Vec<String> {
    let options = &ranking.options;
    let bootstrap = &options.bootstrap;
    let mut notes = vec![
        format!(
            "Intervals are the central {:.0}% of {} bootstrap resamples over architectures (seed {}); {}.",
            100.0 * bootstrap.confidence,
            bootstrap.resamples,
            bootstrap.seed,
            options.failures
        ),
        format!(
            "Correlations are signed so that positive is good. #params means {}; within-cell pairs share depth and \
             width; 10%-pairs differ by less than 10% in declared #params.",
            benchmark.info.size_proxy
        ),
        "Tau-b rewards a score with few values: compare tau-a and the share of tied pairs. Proxies in one tie group do \
         not differ significantly from the group's leader (paired bootstrap, Holm). A dagger marks a baseline."
            .to_owned(),
    ];
    if ranking.columns.iter().any(|column| column.audit.is_some()) {
        notes.push(format!(
            "Audit: what became of the score in double precision and under other seeds. {}",
            audit::criteria().join(" ")
        ));
    }
    let made: Vec<&str> = ranking
        .columns
        .iter()
        .filter(|column| is_population(column))
        .map(|column| column.label.as_str())
        .collect();
    if !made.is_empty() {
        notes.push(format!(
            "Made of ranks among the architectures of this benchmark, so a score depends on all of them, and its interval leaves \
             that out: {}.",
            made.join(", ")
        ));
    }
    let borrowed: Vec<&str> = ranking
        .columns
        .iter()
        .filter(|column| column.origin == Origin::Reference)
        .map(|column| column.label.as_str())
        .collect();
    if !borrowed.is_empty() {
        notes.push(format!("From the committed reference, not computed here: {}.", borrowed.join(", ")));
    }
    let submitted: Vec<&str> = ranking
        .columns
        .iter()
        .filter(|column| matches!(column.origin, Origin::Submission(_)))
        .map(|column| column.label.as_str())
        .collect();
    if !submitted.is_empty() {
        notes.push(format!(
            "Submitted, under the conditions that their cards state: {}.",
            submitted.join(", ")
        ));
    }
    notes.extend(ranking.left_out.iter().map(|what| format!("Left out: {what}.")));
    notes.extend(benchmark.warnings.iter().map(|warning| format!("Warning: {warning}.")));
    notes
}
