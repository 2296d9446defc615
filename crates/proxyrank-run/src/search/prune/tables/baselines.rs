//! Pruning without a search, beside what searches found.

use proxyrank_prune::runner::Baseline;
use proxyrank_report::table::{Cell, Column, Table};

use super::super::beside::falling;
use super::super::summary::{Finished, outcomes};
use super::{as_score, score, size_columns};

/// Test scores of baselines at their sizes, and of the searches on the same tasks; nothing where no baseline was run.
pub fn baseline_table(studies: &[Finished]) -> Option<Table> {
    let runs: Vec<_> = studies.iter().filter_map(|study| Some((study, study.baselines.as_ref()?))).collect();
    let (first, run) = runs.first()?;
    let shares = falling(runs.iter().flat_map(|(_, run)| run.shares()));
    let mut columns = vec![
        Column::text("task", "Task"),
        Column::text("training", "Training"),
        Column::text("pruning", "Pruning"),
        Column::number("whole", "Whole network", 2),
    ];
    columns.extend(size_columns(&shares));
    let mut table = Table::new("prune_baselines", "Pruning without a search, and by searches", columns);
    for (study, run) in &runs {
        let task = &study.header.task;
        let whole = run.records.iter().find(|record| record.baseline == Baseline::Whole);
        for baseline in &Baseline::ALL[1..] {
            let at = |share: f64| {
                let same = run.records.iter().filter(|record| record.baseline == *baseline);
                same.into_iter().find(|record| record.target.to_bits() == share.to_bits())
            };
            let mut cells = vec![
                Cell::text(task.clone()),
                Cell::text(study.header.settings.strategy.as_str()),
                Cell::text(baseline.title()),
                Cell::number_or(whole.map(|record| score(record.test)), "not evaluated"),
            ];
            let found = shares.iter().map(|&share| at(share).map(|record| score(record.test)));
            cells.extend(found.map(|found| Cell::number_or(found, "it cannot become as small")));
            table.push(cells);
        }
        let same_task = |other: &&Finished| other.header.task == *task && !other.searches.is_empty();
        for other in studies.iter().filter(same_task) {
            let settings = &other.header.settings;
            let at: Vec<_> = shares.iter().map(|&share| outcomes(other, share)).collect();
            let whole = at.first().and_then(|outcome| outcome.whole);
            let mut cells = vec![
                Cell::text(task.clone()),
                Cell::text(settings.strategy.as_str()),
                Cell::text(format!("Searches in {}", settings.space.kind)),
                Cell::number_or(whole.map(score), "not evaluated"),
            ];
            let found = at.into_iter().map(|outcome| outcome.chosen.map(as_score));
            cells.extend(found.map(|found| Cell::estimate_or(found, "fewer than two searches have one")));
            table.push(cells);
        }
    }
    table.note(
        "The task's official measure in percent on the development split at sizes of the encoder, embeddings and head left out. Baselines prune \
         a network that was fine-tuned as a whole and train nothing afterwards, layer dropping included, which in the paper is fine-tuned again. \
         They have one seed, so no interval.",
    );
    table.note(format!(
        "Derivatives by masks are those of {} training examples, scales by least squares those of {} ({}).",
        run.header.examples, run.header.tuned_on, first.header.task
    ));
    Some(table)
}
