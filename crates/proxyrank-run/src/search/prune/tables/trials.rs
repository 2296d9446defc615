//! Sub-networks that were trained one by one.

use proxyrank_prune::runner::Who;
use proxyrank_report::table::{Cell, Column, Table};

use super::super::Finished;
use super::search::SHARES;
use super::{score, size_columns};

/// What training sub-networks one by one reaches at some sizes; nothing where none was.
pub fn trial_table(study: &Finished) -> Option<Table> {
    if study.trials.is_empty() {
        return None;
    }
    let mut columns = vec![
        Column::text("which", "Sub-networks"),
        Column::number("trials", "Trials", 0),
        Column::number("epochs", "Epochs of all", 0),
        Column::number("minutes", "Minutes of training", 1),
    ];
    columns.extend(size_columns(&SHARES));
    let title = format!("Sub-networks fine-tuned one by one: {}", study.header.task);
    let mut table = Table::new(format!("prune_trials_{}", study.id()), title, columns);
    for run in &study.trials {
        let which = match run.header.who {
            Who::Bottom => "Lowest layers, each to the end",
            Who::Random { .. } => "Random ones of SMALL, stopped by MO-ASHA",
        };
        let mut cells = vec![
            Cell::text(which),
            Cell::count(run.trials() as u64),
            Cell::count(run.records.len() as u64),
            Cell::number(run.seconds() / 60.0),
        ];
        for share in SHARES {
            let best = run.best(share, &study.header.full).map(|record| score(record.test));
            cells.push(Cell::number_or(best, "no trial is as small"));
        }
        table.push(cells);
    }
    let settings = &study.header.settings;
    table.note(format!(
        "Every sub-network is fine-tuned from the pre-trained weights by itself, up to {} epochs; of those within a size the epoch with the lowest \
         validation error counts, by its official measure in percent on the development split. Minutes are wall-clock time of training steps, \
         evaluation left out.",
        settings.epochs
    ));
    Some(table)
}
