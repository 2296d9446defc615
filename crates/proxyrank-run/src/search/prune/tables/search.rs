//! What searches found.

use std::collections::BTreeSet;

use proxyrank_report::table::{Cell, Column, Table};

use super::super::summary::{Finished, hypervolumes, outcomes, ranks, volume};
use super::{as_score, score};
use crate::RunError;

/// Shares of the encoder's parameters that outcomes are told for.
pub(super) const SHARES: [f64; 3] = [0.75, 0.5, 0.25];

/// What is left of the whole network's test score at some sizes, a row a study.
pub fn outcome_table(studies: &[Finished]) -> Table {
    let mut columns = vec![
        Column::text("task", "Task"),
        Column::text("space", "Space"),
        Column::text("strategy", "Training"),
        Column::number("searches", "Searches", 0),
        Column::number("whole", "Whole network", 2),
    ];
    for share in SHARES {
        let percent = 100.0 * share;
        columns.push(Column::number(
            format!("at_{percent:.0}"),
            format!("At most {percent:.0}% of the encoder"),
            2,
        ));
    }
    columns.push(Column::number("volume", "Hypervolume of quantiles", 3));
    columns.push(Column::number("rate", "Evaluations a minute", 1));
    let mut table = Table::new("prune_outcomes", "Test scores of pruned networks", columns);
    let searched = || studies.iter().filter(|study| !study.searches.is_empty());
    for study in searched() {
        let at = SHARES.map(|share| outcomes(study, share));
        let settings = &study.header.settings;
        let mut cells = vec![
            Cell::text(study.header.task.clone()),
            Cell::text(settings.space.kind.as_str()),
            Cell::text(settings.strategy.as_str()),
            Cell::count(study.searches.len() as u64),
            Cell::number_or(at[0].whole.map(score), "not evaluated"),
        ];
        for outcome in &at {
            cells.push(Cell::estimate_or(outcome.chosen.map(as_score), "fewer than two searches have one"));
        }
        cells.push(Cell::estimate_or(volume(study, studies), "one search"));
        cells.push(Cell::number(study.evaluations_a_minute()));
        table.push(cells);
    }
    table.note(
        "The task's official measure in percent on the development split, which no search has seen: of what a search evaluated below the size, \
         the network with the lowest error on the validation part. Means over searches with Student's interval, 95%; the super-network is \
         the same for all of a row's searches.",
    );
    table.note("Sizes leave out embeddings, pooler and classifier, which are never pruned and hold half of all parameters.");
    table.note(
        "Hypervolumes are of quantiles of everything that was evaluated on the task, against (2, 2), so rows of one task compare; 4 is the most.",
    );
    let mut told = BTreeSet::new();
    for study in searched().filter(|study| told.insert(study.header.task.as_str())) {
        let (settings, [train, valid, _]) = (&study.header.settings, study.header.examples);
        let evaluations = study.searches.values().map(Vec::len).max().unwrap_or(0);
        table.note(format!(
            "Reduced for two cores, in brackets the paper's, {}: epochs {} (5), {train} training examples (70% of the split) in batches of {} (4), \
             {valid} validation examples (30%), {evaluations} evaluations a search (100), one super-network of a strategy (5 at the least). The learning rate \
             starts at {} (2e-5).",
            study.header.task, settings.epochs, settings.batch, settings.rate,
        ));
    }
    table
}

/// Hypervolumes of the methods.
pub fn hypervolume_table(studies: &[Finished]) -> Table {
    let columns = vec![
        Column::text("task", "Task"),
        Column::text("method", "Search"),
        Column::number("pooled", "Hypervolume of quantiles", 3),
        Column::number("raw", "Hypervolume of raw objectives", 4),
    ];
    let mut table = Table::new("prune_hypervolumes", "Hypervolumes at the end of searches", columns);
    for found in hypervolumes(studies) {
        table.push(vec![
            Cell::text(found.task),
            Cell::text(found.method.as_str()),
            Cell::estimate_or(found.pooled, "one search"),
            Cell::estimate_or(found.raw, "one search"),
        ]);
    }
    table.note(
        "Quantiles are those of everything that was evaluated on the task, the reference point is (2, 2), so 4 is the most; raw objectives are \
         error and share of parameters, the reference point is (1, 1). Means over searches of all training strategies with Student's \
         interval, 95%.",
    );
    table
}

/// Which search comes first, over all super-networks; nothing where fewer than two methods have searched all of them.
pub fn rank_table(studies: &[Finished]) -> Result<Option<Table>, RunError> {
    let columns = vec![
        Column::text("method", "Search"),
        Column::number("rank", "Mean rank", 2),
        Column::number("sets", "Super-networks", 0),
    ];
    let mut table = Table::new("prune_ranks", "Mean ranks of searches", columns);
    let mut found = ranks(studies)?;
    if found.len() < 2 {
        return Ok(None);
    }
    found.sort_by(|(_, a), (_, b)| a.point.total_cmp(&b.point));
    for (method, rank) in found {
        table.push(vec![Cell::text(method.as_str()), Cell::from(rank), Cell::count(rank.n as u64)]);
    }
    table.note(
        "1 is the best. Each of 2,000 rounds draws one search of each method on each super-network, ranks them by the hypervolume of quantiles and \
         takes the mean over super-networks; the interval has the central 95% of the rounds.",
    );
    Ok(Some(table))
}
