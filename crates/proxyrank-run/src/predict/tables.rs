//! The numbers of a study as tables.

use proxyrank_predict::study::{Quality, Ranker, Trial, summarise};
use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_stats::Estimate;

use super::study::{PredictStudy, Results};

/// Why a correlation is missing.
const UNDEFINED: &str = "constant, or no two architectures share a cell";
/// Why there is no coverage.
const NO_INTERVALS: &str = "only the Gaussian process has intervals";

/// A statistic of a quality.
type Statistic = fn(&Quality) -> Option<f64>;

/// Rankers with the numbers of labels that they were tried at, in order.
fn rows(results: &Results) -> Vec<(Ranker, usize)> {
    let mut rows: Vec<(Ranker, usize)> =
        results.trials.iter().map(|trial| (trial.ranker, trial.labels)).collect();
    rows.dedup();
    rows
}

fn of(results: &Results, ranker: Ranker, labels: usize) -> impl Iterator<Item = &Trial> {
    results.trials.iter().filter(move |trial| trial.ranker == ranker && trial.labels == labels)
}

/// Mean and central 95% over the repeats.
pub(super) fn estimate(
    results: &Results,
    ranker: Ranker,
    labels: usize,
    statistic: Statistic,
) -> Option<Estimate> {
    summarise(of(results, ranker, labels).filter_map(|trial| statistic(&trial.quality)))
}

/// Share of the repeats in which a ranker has a larger tau-b than the rule to beat, on the same architectures.
fn beats(results: &Results, ranker: Ranker, labels: usize) -> Option<f64> {
    let bar = results.problem.rules.iter().position(|rule| rule.name == results.bar)?;
    let bar: Vec<&Trial> = of(results, Ranker::Rule(bar), 0).collect();
    let wins: Vec<bool> = of(results, ranker, labels)
        .filter_map(|trial| {
            let bar = bar.iter().find(|bar| bar.repeat == trial.repeat)?.quality.tau_b?;
            Some(trial.quality.tau_b.is_some_and(|tau| tau > bar))
        })
        .collect();
    (!wins.is_empty()).then(|| wins.iter().filter(|win| **win).count() as f64 / wins.len() as f64)
}

/// Everything: one row for each predictor, feature set and number of labels.
pub(super) fn label_efficiency(study: &PredictStudy, results: &Results) -> Table {
    let columns = vec![
        Column::text("features", "Features"),
        Column::text("predictor", "Predictor"),
        Column::number("labels", "Labels", 0),
        Column::number("tau_b", "tau-b", 3),
        Column::number("tau_a", "tau-a", 3),
        Column::number("rho", "rho", 3),
        Column::number("within_cell", "Within-cell", 3),
        Column::number("beats_rule", format!("Beats {}", results.bar), 2),
        Column::number("coverage", "Coverage of 90%", 2),
    ];
    let mut table = Table::new("label_efficiency", "Label efficiency", columns);
    for (ranker, labels) in rows(results) {
        let (features, name) = results.names(ranker);
        let cell = |statistic: Statistic, why: &str| {
            Cell::estimate_or(estimate(results, ranker, labels, statistic), why)
        };
        let cells = vec![
            Cell::text(features),
            Cell::text(name),
            Cell::count(labels as u64),
            cell(|quality| quality.tau_b, UNDEFINED),
            cell(|quality| Some(quality.tau_a), UNDEFINED),
            cell(|quality| quality.rho, UNDEFINED),
            cell(|quality| quality.within_cell, UNDEFINED),
            Cell::number_or(beats(results, ranker, labels), "the rule's scores are not stored"),
            cell(|quality| quality.coverage, NO_INTERVALS),
        ];
        if matches!(ranker, Ranker::Rule(_)) { table.push_baseline(cells) } else { table.push(cells) }
    }
    for note in notes(study, results) {
        table.note(note);
    }
    table
}

fn notes(study: &PredictStudy, results: &Results) -> Vec<String> {
    let test = results.problem.labels.len() - 7 * results.problem.labels.len() / 10;
    vec![
        format!(
            "Mean and central 95% over {} random splits, each judged on its own {test} architectures that no predictor saw. Labels are \
             learnt as {}.",
            study.repeats, study.scale
        ),
        format!(
            "Beats {}: share of the splits in which tau-b is above that of this label-free rule on the same architectures.",
            results.bar
        ),
        "The order of the two sorts was found by looking at labels of FlexiBERT; tau-b rewards rules with few values, tau-a does not."
            .to_owned(),
    ]
}

/// The means of one statistic, one column for each number of labels.
pub(super) fn by_labels(results: &Results, id: &str, title: &str, statistic: Statistic) -> Table {
    let mut counts: Vec<usize> = results.trials.iter().map(|trial| trial.labels).filter(|n| *n > 0).collect();
    counts.sort_unstable();
    counts.dedup();
    let mut columns = vec![Column::text("features", "Features"), Column::text("predictor", "Predictor")];
    columns
        .extend(counts.iter().map(|count| Column::number(format!("labels_{count}"), count.to_string(), 3)));
    let mut table = Table::new(id, title, columns);
    let mut rankers: Vec<Ranker> = results.trials.iter().map(|trial| trial.ranker).collect();
    rankers.dedup();
    for ranker in rankers {
        let (features, name) = results.names(ranker);
        let value = |labels: usize| {
            let point = estimate(results, ranker, labels, statistic).map(|estimate| estimate.point);
            Cell::number_or(point, UNDEFINED)
        };
        let mut cells = vec![Cell::text(features), Cell::text(name)];
        if matches!(ranker, Ranker::Rule(_)) {
            cells.extend(counts.iter().map(|_| value(0)));
            table.push_baseline(cells);
        } else {
            cells.extend(counts.iter().map(|&labels| value(labels)));
            table.push(cells);
        }
    }
    table.note("Means over the splits. A rule needs no labels, so its value is the same in every column.");
    table
}

/// What predictors do on depths that they were not taught.
pub(super) fn held_out(study: &PredictStudy, results: &Results) -> Table {
    let columns = vec![
        Column::text("depths", "Depths held out"),
        Column::number("architectures", "Architectures", 0),
        Column::text("features", "Features"),
        Column::text("predictor", "Predictor"),
        Column::number("labels", "Labels", 0),
        Column::number("tau_b", "tau-b", 3),
        Column::number("within_cell", "Within-cell", 3),
    ];
    let mut table = Table::new("held_out_depths", "Learnt on other depths", columns);
    let mut heads: Vec<(&str, Ranker)> =
        results.held_out.iter().map(|result| (result.depths.as_str(), result.ranker)).collect();
    heads.dedup();
    for (depths, ranker) in heads {
        let of =
            || results.held_out.iter().filter(|result| result.depths == depths && result.ranker == ranker);
        let Some(first) = of().next() else { continue };
        let cell = |statistic: Statistic| {
            let values = of().filter_map(|result| statistic(&result.quality));
            Cell::estimate_or(summarise(values), UNDEFINED)
        };
        let (features, name) = results.names(ranker);
        let cells = vec![
            Cell::text(depths),
            Cell::count(first.architectures as u64),
            Cell::text(features),
            Cell::text(name),
            Cell::count(first.labels as u64),
            cell(|quality| quality.tau_b),
            cell(|quality| quality.within_cell),
        ];
        if matches!(ranker, Ranker::Rule(_)) { table.push_baseline(cells) } else { table.push(cells) }
    }
    table.note(format!(
        "Each predictor learns from a random seven in ten of the other depths' architectures and ranks all of the held-out ones; mean and \
         central 95% over the choices. Labels are learnt as {}.",
        study.scale
    ));
    table
}

/// One line for each fit, for programs.
pub(super) fn trials(results: &Results) -> Table {
    let columns = vec![
        Column::text("features", "Features"),
        Column::text("predictor", "Predictor"),
        Column::number("labels", "Labels", 0),
        Column::number("repeat", "Repeat", 0),
        Column::number("tau_b", "tau-b", 4),
        Column::number("tau_a", "tau-a", 4),
        Column::number("rho", "rho", 4),
        Column::number("within_cell", "Within-cell", 4),
        Column::number("coverage", "Coverage of 90%", 4),
    ];
    let mut table = Table::new("trials", "Every fit", columns);
    for trial in &results.trials {
        let (features, name) = results.names(trial.ranker);
        let quality = &trial.quality;
        table.push(vec![
            Cell::text(features),
            Cell::text(name),
            Cell::count(trial.labels as u64),
            Cell::count(trial.repeat as u64),
            Cell::number_or(quality.tau_b, UNDEFINED),
            Cell::number(quality.tau_a),
            Cell::number_or(quality.rho, UNDEFINED),
            Cell::number_or(quality.within_cell, UNDEFINED),
            Cell::number_or(quality.coverage, NO_INTERVALS),
        ]);
    }
    table
}
