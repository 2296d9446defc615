//! What was found, as tables.

use std::time::Duration;

use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_search::lpzero::evolution::Strategy;
use proxyrank_search::lpzero::luck::Spread;
use proxyrank_search::lpzero::split::Protocol;

use super::LpzeroRequest;
use super::judged::Finding;
use super::run::{Found, SearchRun};
use crate::benchmark::Benchmark;

/// The findings, the searches, luck, the rules: in this order.
pub fn tables(benchmark: &Benchmark, request: &LpzeroRequest, found: &Found) -> Vec<Table> {
    vec![findings(benchmark, request, found), searches(request, found), luck(found), rules(found)]
}

/// The best formula as a file that `evaluate --proxy-file` reads; nothing if no tree ranks.
pub fn best_toml(request: &LpzeroRequest, found: &Found) -> Option<String> {
    let expression = found.expression.as_ref()?;
    let (objective, reached) =
        (request.objective.as_str(), found.optimum.judgement.training(request.objective)?);
    Some(format!(
        "# The best of all trees on the networks that chose it: {objective} {reached:.4}.\n[[proxy]]\nname = \"lpzero_search_best\"\n\
         title = \"Best of LPZero's space\"\nexpression = \"{expression}\"\ndirection = \"higher_is_better\"\n"
    ))
}

const CONSTANT: &str = "no order";

fn findings(benchmark: &Benchmark, request: &LpzeroRequest, found: &Found) -> Table {
    let columns = vec![
        Column::text("what", "What"),
        Column::number("training_rho", "rho, training", 4),
        Column::number("training_within", "Within-cell tau, training", 4),
        Column::number("held_out_rho", "rho, held out", 4),
        Column::number("held_out_tau", "tau-b, held out", 4),
        Column::number("held_out_within", "Within-cell tau, held out", 4),
        Column::number("within", "Within-cell tau, all", 4),
        Column::number("size", "Size", 0),
        Column::text("formula", "Formula"),
    ];
    let (training, held_out) = found.networks;
    let title = format!(
        "{}, reading {}, against {}: {training} networks choose, {held_out} judge",
        benchmark.info.title, request.reading, request.metric.name
    );
    let mut table = Table::new("search_lpzero", title, columns);
    let cells = |finding: &Finding| {
        let judgement = &finding.judgement;
        let number = |value: Option<f64>| Cell::number_or(value, CONSTANT);
        vec![
            Cell::text(&finding.what),
            number(judgement.training_rho),
            number(judgement.training_within),
            number(judgement.held_out_rho),
            number(judgement.held_out_tau),
            number(judgement.held_out_within),
            number(judgement.within),
            finding.size.map_or_else(|| Cell::missing("no tree"), |size| Cell::count(size as u64)),
            Cell::text(&finding.formula),
        ]
    };
    table.push(cells(&found.optimum));
    for run in &found.runs {
        table.push(cells(&run.finding));
    }
    for finding in &found.beside {
        if finding.is_baseline { table.push_baseline(cells(finding)) } else { table.push(cells(finding)) }
    }
    table.note(match request.split {
        Protocol::Honest => "Networks that the reading builds alike are on the same side of the split, and every cell of equal \
                             depth and width is halved. A dagger marks a baseline."
            .to_owned(),
        Protocol::Released => "The first 50 entries choose and were what the released search reported; the other entries \
                               show what that was worth. A dagger marks a baseline."
            .to_owned(),
    });
    table.note(format!(
        "Tensors were sampled to about {} elements each; evaluate the formula with --proxy-file for exact scores.",
        request.sample
    ));
    table
}

fn searches(request: &LpzeroRequest, found: &Found) -> Table {
    let columns = vec![
        Column::text("strategy", "Search"),
        Column::number("runs", "Runs", 0),
        Column::number("share", "Share of the optimum, mean", 4),
        Column::number("share_low", "lowest", 4),
        Column::number("share_high", "highest", 4),
        Column::number("training", "Objective, training, mean", 4),
        Column::number("held_out_rho", "rho, held out, mean", 4),
        Column::number("within", "Within-cell tau, held out, mean", 4),
        Column::number("judged", "Genotypes judged, mean", 0),
        Column::number("seconds", "Seconds, mean", 2),
    ];
    let title = format!("{} at a time, {} children", request.population, request.iterations);
    let mut table = Table::new("search_lpzero_runs", title, columns);
    let objective = request.objective;
    let optimum = found.optimum.judgement.training(objective);
    for strategy in Strategy::ALL {
        let runs: Vec<&SearchRun> =
            found.runs.iter().filter(|run| run.settings.strategy == strategy).collect();
        if runs.is_empty() {
            continue;
        }
        let each = |value: &dyn Fn(&SearchRun) -> Option<f64>| -> Vec<f64> {
            runs.iter().filter_map(|run| value(run)).collect()
        };
        let training = each(&|run| run.finding.judgement.training(objective));
        let shares: Vec<f64> =
            optimum.map_or_else(Vec::new, |best| training.iter().map(|reached| reached / best).collect());
        let mean =
            |values: &[f64]| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
        let number = |value: Option<f64>| Cell::number_or(value, CONSTANT);
        table.push(vec![
            Cell::text(strategy.as_str()),
            Cell::count(runs.len() as u64),
            number(mean(&shares)),
            number(shares.iter().copied().reduce(f64::min)),
            number(shares.iter().copied().reduce(f64::max)),
            number(mean(&training)),
            number(mean(&each(&|run| run.finding.judgement.held_out_rho))),
            number(mean(&each(&|run| run.finding.judgement.held_out_within))),
            number(mean(&each(&|run| Some(run.judged.0 as f64)))),
            Cell::number_or(
                mean(&each(&|run| run.took.as_ref().map(Duration::as_secs_f64))),
                "taken up from disk",
            ),
        ]);
    }
    let (computed, took) = found.tabulated;
    let enumeration = &found.enumeration;
    table.note(format!(
        "The optimum is that of all {} different trees; scoring them took {:.1} s. {} of them rank nothing. The table of branches \
         lacked {computed} networks, which took {:.1} s.",
        enumeration.scored,
        found.enumeration_took.as_secs_f64(),
        enumeration.barren,
        took.as_secs_f64()
    ));
    table
}

fn luck(found: &Found) -> Table {
    let columns = vec![
        Column::number("trees", "Best of", 0),
        Column::text("training", "Objective, training"),
        Column::text("held_out", "Objective, held out"),
        Column::text("shuffled", "Objective, shuffled labels"),
    ];
    let mut table = Table::new("search_lpzero_luck", "What random trees reach", columns);
    let spread =
        |spread: &Spread| Cell::text(format!("{:.4} [{:.4}, {:.4}]", spread.median, spread.low, spread.high));
    for row in &found.luck {
        table.push(vec![
            Cell::count(row.trees as u64),
            spread(&row.training),
            spread(&row.held_out),
            spread(&row.shuffled),
        ]);
    }
    table.note("Median and central 95% of 200 draws; trees that rank nothing are drawn again.");
    table
}

fn rules(found: &Found) -> Table {
    let columns = vec![Column::text("rule", "Rule"), Column::number("count", "Count", 0)];
    let mut table = Table::new("search_lpzero_rules", "What algebra leaves of the space", columns);
    let census = &found.census;
    let mut row = |text: String, count: u64| table.push(vec![Cell::text(text), Cell::count(count)]);
    row("branches".to_owned(), census.branches as u64);
    for (rule, count) in &census.rules {
        row(format!("branches changed: {}", rule.title()), *count as u64);
    }
    row("branches to compute".to_owned(), census.live_branches as u64);
    row("genotypes".to_owned(), census.genotypes);
    row("genotypes: never a number".to_owned(), census.undefined);
    row("genotypes: one number for all networks".to_owned(), census.constant);
    row("genotypes: one side is dead".to_owned(), census.one_branch);
    row("different trees, up to sign".to_owned(), census.trees as u64);
    row("trees that rank nothing here".to_owned(), found.enumeration.barren as u64);
    table.note("Several rules may change one branch.");
    table
}
