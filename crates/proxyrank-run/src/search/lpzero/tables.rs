//! What was found, as tables.

use std::time::Duration;

use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_search::lpzero::evolution::Strategy;
use proxyrank_search::lpzero::fitness::Objective;
use proxyrank_search::lpzero::luck::Spread;
use proxyrank_search::lpzero::split::Protocol;
use proxyrank_stats::Estimate;

use super::joint::{Joint, YARDSTICK};
use super::judged::Finding;
use super::run::Found;
use super::summary::{RunSummary, Summary};

/// The findings, the searches, sizes, luck, the rules, and both benchmarks if there are two: in this order.
pub fn tables(summary: &Summary) -> Vec<Table> {
    let mut tables =
        vec![findings(summary), searches(summary), sizes(summary), luck(summary), rules(summary)];
    tables.extend(summary.joint.as_ref().map(both));
    tables
}

/// What things took, which is not the same twice.
pub fn times(found: &Found) -> String {
    let (computed, took) = found.tabulated;
    let seconds = found.runs_took.iter().flatten().map(Duration::as_secs_f64).sum::<f64>();
    format!(
        "tables of branches lacked {computed} networks, {:.1} s; all trees scored in {:.1} s; {} runs that were not on disk in {seconds:.1} s",
        took.as_secs_f64(),
        found.enumeration_took.as_secs_f64(),
        found.runs_took.iter().flatten().count(),
    )
}

/// The best formula as a file that `evaluate --proxy-file` reads, with the one for both benchmarks if there is one; nothing if
/// no tree ranks.
pub fn best_toml(found: &Found) -> Option<String> {
    let (expression, summary) = (found.expression.as_ref()?, &found.summary);
    let (objective, reached) =
        (summary.objective.as_str(), summary.optimum.judgement.training(summary.objective)?);
    let entry = |comment: String, name: &str, title: &str, expression: String| {
        format!(
            "# {comment}\n[[proxy]]\nname = \"{name}\"\ntitle = \"{title}\"\nexpression = \"{expression}\"\n\
             direction = \"higher_is_better\"\n"
        )
    };
    let comment = format!("The best of all trees on the networks that chose it: {objective} {reached:.4}.");
    let mut text = entry(comment, "lpzero_search_best", "Best of LPZero's space", expression.to_string());
    if let Some(expression) = &found.joint {
        let comment = "What the rule chose for both benchmarks.".to_owned();
        text.push('\n');
        text +=
            &entry(comment, "lpzero_search_both", "One formula for two benchmarks", expression.to_string());
    }
    Some(text)
}

/// The title that all tables of a search share.
fn title(summary: &Summary) -> String {
    let (training, held_out) = summary.networks;
    format!(
        "{}, reading {}, against {}: {training} networks choose, {held_out} judge",
        summary.benchmark.1, summary.reading, summary.metric
    )
}

const CONSTANT: &str = "no order";

fn findings(summary: &Summary) -> Table {
    let mut columns = vec![
        Column::text("what", "What"),
        Column::number("training_rho", "rho, training", 4),
        Column::number("training_within", "Within-cell tau, training", 4),
        Column::number("held_out_rho", "rho, held out", 4),
        Column::number("held_out_tau", "tau-b, held out", 4),
        Column::number("held_out_within", "Within-cell tau, held out", 4),
        Column::number("within", "Within-cell tau, all", 4),
    ];
    let elsewhere = summary.elsewhere.iter().enumerate();
    columns.extend(
        elsewhere.map(|(index, title)| Column::number(format!("elsewhere_{index}"), title.as_str(), 4)),
    );
    columns.extend([Column::number("size", "Size", 0), Column::text("formula", "Formula")]);
    let mut table = Table::new("search_lpzero", title(summary), columns);
    let cells = |finding: &Finding| {
        let judgement = &finding.judgement;
        let number = |value: Option<f64>| Cell::number_or(value, CONSTANT);
        let mut cells = vec![
            Cell::text(&finding.what),
            number(judgement.training_rho),
            number(judgement.training_within),
            number(judgement.held_out_rho),
            number(judgement.held_out_tau),
            number(judgement.held_out_within),
            number(judgement.within),
        ];
        cells.extend(finding.elsewhere.iter().map(|value| number(*value)));
        cells.push(finding.size.map_or_else(|| Cell::missing("no tree"), |size| Cell::count(size as u64)));
        cells.push(Cell::text(&finding.formula));
        cells
    };
    table.push(cells(&summary.optimum));
    for run in &summary.runs {
        table.push(cells(&run.finding));
    }
    for finding in &summary.beside {
        if finding.is_baseline { table.push_baseline(cells(finding)) } else { table.push(cells(finding)) }
    }
    table.note(match summary.split {
        Protocol::Honest => "Networks that the reading builds alike are on the same side of the split, and every cell of equal \
                             depth and width is halved. A dagger marks a baseline."
            .to_owned(),
        Protocol::Released => "The first 50 entries choose and were what the released search reported; the other entries \
                               show what that was worth. A dagger marks a baseline."
            .to_owned(),
    });
    table.note(format!(
        "Protocol: {}. Tensors were sampled to about {} elements each; evaluate the formula with --proxy-file for exact scores.",
        summary.protocol, summary.sample
    ));
    table
}

/// Numbers of trees at which the searches are compared: from the first population, which has no order in time, to the budget.
pub(crate) fn checkpoints(summary: &Summary) -> Vec<usize> {
    let (population, children) = summary.settings;
    let budget = population + children;
    let places = [1, 2, 4, 8].into_iter().map(|times| times * population);
    places.filter(|place| *place < budget).chain([budget]).collect()
}

/// Mean, lowest and highest over the runs of a strategy of the best among the first trees, as a share of the optimum.
pub(crate) fn share(summary: &Summary, strategy: Strategy, trees: usize) -> Option<Estimate> {
    let optimum = summary.optimum.judgement.training(summary.objective)?;
    let runs = summary.runs.iter().filter(|run| run.strategy == strategy);
    let shares: Vec<f64> = runs.filter_map(|run| Some(run.best_of_first(trees)? / optimum)).collect();
    Some(Estimate {
        point: mean(&shares)?,
        low: shares.iter().copied().reduce(f64::min)?,
        high: shares.iter().copied().reduce(f64::max)?,
        n: shares.len(),
    })
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn searches(summary: &Summary) -> Table {
    let checkpoints = checkpoints(summary);
    let mut columns = vec![Column::text("strategy", "Search"), Column::number("runs", "Runs", 0)];
    columns.extend(
        checkpoints.iter().map(|place| Column::number(format!("share_{place}"), format!("After {place}"), 4)),
    );
    columns.extend([
        Column::number("training", "Objective, training, mean", 4),
        Column::number("held_out", "Objective, held out, mean", 4),
        Column::number("held_out_rho", "rho, held out, mean", 4),
        Column::number("within", "Within-cell tau, held out, mean", 4),
        Column::number("judged", "Genotypes judged, mean", 0),
    ]);
    let (population, children) = summary.settings;
    let title = format!(
        "Share of the optimum after so many trees; {population} at a time, {children} children: {}",
        title(summary)
    );
    let mut table = Table::new("search_lpzero_runs", title, columns);
    let objective = summary.objective;
    for strategy in Strategy::ALL {
        let runs: Vec<&RunSummary> = summary.runs.iter().filter(|run| run.strategy == strategy).collect();
        if runs.is_empty() {
            continue;
        }
        let average = |value: &dyn Fn(&RunSummary) -> Option<f64>| {
            let values: Vec<f64> = runs.iter().filter_map(|run| value(run)).collect();
            Cell::number_or(mean(&values), CONSTANT)
        };
        let mut cells = vec![Cell::text(strategy.as_str()), Cell::count(runs.len() as u64)];
        let shares = checkpoints.iter().map(|&place| share(summary, strategy, place));
        cells.extend(shares.map(|share| Cell::estimate_or(share, "nothing that ranks yet")));
        cells.extend([
            average(&|run| run.finding.judgement.training(objective)),
            average(&|run| run.finding.judgement.held_out(objective)),
            average(&|run| run.finding.judgement.held_out_rho),
            average(&|run| run.finding.judgement.held_out_within),
            average(&|run| Some(run.judged.0 as f64)),
        ]);
        table.push(cells);
    }
    let [scored, skipped, barren] = summary.trees;
    table.note(format!(
        "Shares are the mean over runs and, in brackets, the lowest and the highest. The optimum is that of all {scored} trees that can be \
         scored here; {skipped} others need an input that these networks lack or have under another name, and {barren} rank nothing. Trees \
         that rank nothing do not count in the first population."
    ));
    table
}

fn sizes(summary: &Summary) -> Table {
    let columns = vec![
        Column::number("size", "Size", 0),
        Column::number("training", "Objective, training", 4),
        Column::number("held_out", "Objective, held out", 4),
        Column::number("held_out_rho", "rho, held out", 4),
        Column::number("held_out_within", "Within-cell tau, held out", 4),
        Column::text("formula", "Formula"),
    ];
    let title = format!("The best tree of every size: {}", title(summary));
    let mut table = Table::new("search_lpzero_sizes", title, columns);
    for finding in &summary.by_size {
        let judgement = &finding.judgement;
        let number = |value: Option<f64>| Cell::number_or(value, CONSTANT);
        table.push(vec![
            finding.size.map_or_else(|| Cell::missing("no tree"), |size| Cell::count(size as u64)),
            number(judgement.training(summary.objective)),
            number(judgement.held_out(summary.objective)),
            number(judgement.held_out_rho),
            number(judgement.held_out_within),
            Cell::text(&finding.formula),
        ]);
    }
    table.note("Size counts inputs and primitives; `no_op` does not count.");
    table
}

fn luck(summary: &Summary) -> Table {
    let columns = vec![
        Column::number("trees", "Best of", 0),
        Column::text("training", "Objective, training"),
        Column::text("held_out", "Objective, held out"),
        Column::text("shuffled", "Objective, shuffled labels"),
    ];
    let mut table =
        Table::new("search_lpzero_luck", format!("What random trees reach: {}", title(summary)), columns);
    let spread =
        |spread: &Spread| Cell::text(format!("{:.4} [{:.4}, {:.4}]", spread.median, spread.low, spread.high));
    for row in &summary.luck {
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

fn rules(summary: &Summary) -> Table {
    let columns = vec![Column::text("rule", "Rule"), Column::number("count", "Count", 0)];
    let mut table = Table::new("search_lpzero_rules", "What algebra leaves of the space", columns);
    let census = &summary.census;
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
    row(
        "trees whose inputs these networks lack, or have under another name".to_owned(),
        summary.trees[1] as u64,
    );
    row("trees that rank nothing here".to_owned(), summary.trees[2] as u64);
    table.note("Several rules may change one branch.");
    table
}

fn both(joint: &Joint) -> Table {
    let [first, second] = &joint.sides;
    let columns = vec![
        Column::text("formula", "Formula"),
        Column::number("size", "Size", 0),
        Column::text("training_first", format!("{first}: training")),
        Column::text("held_out_first", "held out"),
        Column::text("whole_first", "all"),
        Column::text("training_second", format!("{second}: training")),
        Column::text("held_out_second", "held out"),
        Column::text("whole_second", "all"),
        Column::text("beyond", format!("held out, less {YARDSTICK}")),
        Column::text("chosen", "Chosen"),
    ];
    let mut table =
        Table::new("search_lpzero_both", format!("One formula for {first} and {second}"), columns);
    let shown = |estimate: Option<Estimate>| {
        estimate.map_or_else(|| Cell::missing(CONSTANT), |estimate| Cell::text(format!("{estimate:.3}")))
    };
    for (index, row) in joint.rows.iter().enumerate() {
        let mut cells = vec![
            Cell::text(&row.formula),
            row.size.map_or_else(|| Cell::missing("no tree"), |size| Cell::count(size as u64)),
        ];
        for side in [0, 1] {
            cells.extend([row.training[side], row.held_out[side], row.whole[side]].map(shown));
        }
        cells.push(shown(row.beyond));
        cells.push(Cell::text(if joint.chosen == Some(index) { "yes" } else { "" }));
        if row.size.is_none() { table.push_baseline(cells) } else { table.push(cells) }
    }
    let number =
        |value: Option<f64>| value.map_or_else(|| CONSTANT.to_owned(), |value| format!("{value:.4}"));
    table.note(format!(
        "{} formulas were judged on both training halves: all trees whose inputs both families have, their layers averaged or added up. For every \
         size, the best on {first} of those that reach {} on {second}, which is what {YARDSTICK} reaches there. The rule chooses the shortest that \
         lies within one standard error ({}) of the best. Intervals are from 10,000 resamples of the networks; what was chosen is lucky on the halves \
         that chose it, and no interval knows of that.",
        joint.judged,
        number(joint.least),
        number(joint.standard_error),
    ));
    table
}

/// What is shown of an objective.
pub(crate) const fn objective_title(objective: Objective) -> &'static str {
    match objective {
        Objective::Rho => "rho",
        Objective::Within => "within-cell tau",
    }
}
