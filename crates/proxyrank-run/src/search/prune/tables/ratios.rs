//! Pruning by an accuracy predictor.

use proxyrank_prune::runner::{Chooser, PickRecord};
use proxyrank_report::table::{Cell, Column, Table};

use super::super::Finished;
use super::{score, size_columns};
use crate::RunError;

/// How well predictors tell errors of sub-networks that they have not seen; nothing while pairs are lacking.
pub fn predictor_table(study: &Finished) -> Result<Option<Table>, RunError> {
    let Some(run) = &study.ratios else { return Ok(None) };
    let Some(judged) = run.quality()? else { return Ok(None) };
    let columns = vec![
        Column::text("predictor", "Predictor"),
        Column::number("tau", "Tau", 3),
        Column::number("rho", "Rho", 3),
        Column::number("rmse", "RMSE in points", 2),
    ];
    let title = format!("Predictors of keep ratios: {}", study.name());
    let mut table = Table::new(format!("prune_predictors_{}", study.id()), title, columns);
    for one in &judged {
        let name = one.method.map_or("share of parameters alone", proxyrank_predict::Method::as_str);
        let asked = one.method.is_some_and(|method| run.asked(method));
        table.push(vec![
            Cell::text(if asked { format!("{name} (asked by the search)") } else { name.to_owned() }),
            Cell::number_or(one.tau, "all predictions are equal"),
            Cell::number_or(one.rho, "all predictions are equal"),
            Cell::number_or(one.rmse.map(|rmse| 100.0 * rmse), "it predicts no metric"),
        ]);
    }
    if let Some(one) = judged.first() {
        let [learnt, judging] = one.pairs;
        table.note(format!(
            "Learnt from {learnt} pairs of keep ratios and validation scores, judged on {judging} others (seed {}), after arXiv 2309.09507: boosted \
             trees and the split are the paper's, features, draws and the search are our own.",
            run.header.seed
        ));
    }
    Ok(Some(table))
}

/// Test scores of what each way to choose keep ratios has chosen.
pub fn pick_table(study: &Finished) -> Option<Table> {
    let run = study.ratios.as_ref().filter(|run| !run.picks.is_empty())?;
    let shares = run.shares();
    let mut columns =
        vec![Column::text("chosen_by", "Chosen by"), Column::number("whole", "Whole network", 2)];
    columns.extend(size_columns(&shares));
    let title = format!("Keep ratios chosen by a predictor: {}", study.name());
    let mut table = Table::new(format!("prune_ratios_{}", study.id()), title, columns);
    let whole = run.picks.iter().find(|pick| pick.chooser == Chooser::Whole).map(|pick| score(pick.test));
    for chooser in Chooser::ALL.into_iter().filter(|chooser| *chooser != Chooser::Whole) {
        let mut cells = vec![Cell::text(chooser.title()), Cell::number_or(whole, "not evaluated")];
        let best = |share: f64| best_pick(&run.picks, chooser, share).map(|pick| score(pick.test));
        cells
            .extend(shares.iter().map(|&share| Cell::number_or(best(share), "nothing that is small enough")));
        table.push(cells);
    }
    table.note(format!(
        "The task's official measure in percent on the development split at sizes of the encoder. Which heads and units of a layer stay follows \
         from the magnitudes of their weights; nothing is trained afterwards. The predictor's search knows {} pairs and may evaluate {} proposals at \
         each size, of which that with the lowest validation error counts; the best of the pairs has seen the same pairs and no predictor.",
        run.pairs.len(),
        run.header.proposals
    ));
    Some(table)
}

/// Of what was chosen at a size that with the lowest validation error.
pub(in crate::search::prune) fn best_pick(
    picks: &[PickRecord],
    chooser: Chooser,
    share: f64,
) -> Option<&PickRecord> {
    let same = |pick: &&PickRecord| pick.chooser == chooser && pick.target.to_bits() == share.to_bits();
    picks.iter().filter(same).min_by(|one, other| one.error.total_cmp(&other.error))
}
