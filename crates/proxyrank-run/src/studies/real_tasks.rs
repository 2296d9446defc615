//! How far small networks get on real tasks.

use std::collections::BTreeSet;

use proxyrank_report::Page;
use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_stats::{Estimate, mean_interval};

use super::{StudyPage, Subject};
use crate::RunError;
use crate::report::write_table;
use crate::train::real::{Baseline, Plan, RealRow, rows_file};
use crate::train::rows::longest;

/// Confidence of intervals over seeds.
const CONFIDENCE: f64 = 0.95;

pub(super) fn write(subject: &Subject<'_>) -> Result<Option<StudyPage>, RunError> {
    let rows: Vec<RealRow> =
        longest(&[&subject.stores.results, &subject.stores.reference].map(|store| rows_file(store.root())))?;
    if rows.is_empty() {
        return Ok(None);
    }
    let folder = subject.folder.join("real_tasks");
    let title = "Small networks on real tasks".to_owned();
    let plan = Plan::standard();
    let mut page = Page::new(&title);
    page.text(&format!(
        "Networks of the embedded benchmark with BERT's vocabulary, pre-trained on {} tokens of WikiText-2 and of the texts of GLUE's training \
         splits, without their labels, and fine-tuned on GLUE and on parts of SQuAD, from several seeds. Beside them answers that need no network: the commonest class (no answer, for SQuAD 2.0); words alone, \
         that is logistic regression on which word pieces there are, for similarities the cosine of the two texts' sets of pieces, for SQuAD words \
         of the sentence that shares most with the question; and for similarities the cosine of the two texts' mean embeddings, as \
         pre-training left them. Official measures on the whole development splits.",
        plan.pretrain.steps * (plan.pretrain.batch * plan.pretrain.seq_len) as u64
    ));
    let table = table(&rows);
    write_table(&folder, &table.id, &table)?;
    page.table(&table);
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Some(StudyPage { title, path }))
}

/// One row a task and measure.
pub fn table(rows: &[RealRow]) -> Table {
    let networks: BTreeSet<&str> =
        rows.iter().filter(|row| !is_baseline(row)).map(|row| row.model.as_str()).collect();
    let mut columns = vec![
        Column::text("task", "Task"),
        Column::text("measure", "Measure"),
        Column::number("train", "Examples to learn from", 0),
        Column::number("dev", "Examples to measure on", 0),
        Column::number("majority", "Commonest class", 2),
        Column::number("words", "Words", 2),
        Column::number("embeddings", "Averaged embeddings", 2),
    ];
    columns.extend(
        networks
            .iter()
            .map(|model| Column::number(format!("network_{model}"), format!("Architecture {model}"), 2)),
    );
    let mut table = Table::new("real_tasks", "Small networks on GLUE and SQuAD", columns);
    let mut seen = BTreeSet::new();
    for row in rows {
        for measure in row.scores.keys().filter(|measure| seen.insert((row.task.as_str(), measure.as_str())))
        {
            let of_task = || rows.iter().filter(|other| other.task == row.task);
            let of = |model: &str| -> Vec<f64> {
                let same = of_task().filter(|other| other.model == model);
                same.filter_map(|other| other.scores.get(measure).copied()).collect()
            };
            let averaged: Vec<f64> =
                of_task().filter_map(|other| other.embeddings.get(measure).copied()).collect();
            let baseline = |baseline: Baseline| {
                Cell::number_or(of(baseline.name()).first().copied(), "no such answer, or not computed yet")
            };
            let mut cells = vec![
                Cell::text(row.task.clone()),
                Cell::text(measure.clone()),
                Cell::count(row.examples[0] as u64),
                Cell::count(row.examples[1] as u64),
                baseline(Baseline::Majority),
                baseline(Baseline::Words),
                over_seeds(&averaged, "of similarities only"),
            ];
            cells.extend(networks.iter().map(|model| over_seeds(&of(model), "not trained yet")));
            table.push(cells);
        }
    }
    table.note("Percent. Intervals are Student's over seeds, 95%; they do not hold the sampling error of the development split, which is the same for all columns.");
    table.note("MRPC and STS-B are learnt from in both orders of their texts. MNLI is measured on the matched split; examples of SQuAD are windows to learn from and questions to measure on.");
    table
}

/// The mean with its interval, or the one score that there is.
fn over_seeds(scores: &[f64], absent: &str) -> Cell {
    let estimate: Option<Estimate> = mean_interval(scores, CONFIDENCE);
    match (estimate, scores.first()) {
        (None, Some(score)) => Cell::number(*score),
        (estimate, _) => Cell::estimate_or(estimate, absent),
    }
}

fn is_baseline(row: &RealRow) -> bool {
    Baseline::ALL.iter().any(|baseline| baseline.name() == row.model)
}
