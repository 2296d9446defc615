//! The study as a page.

use std::path::{Path, PathBuf};

use proxyrank_predict::study::summarise;
use proxyrank_report::Page;
use proxyrank_report::table::{Cell, Column, Table};

use super::study::{DistilRequest, DistilResult, Distilled};
use crate::RunError;
use crate::report::write_table;

/// What was written.
#[derive(Debug, Clone)]
pub struct WrittenStudy {
    /// The page.
    pub page: PathBuf,
    /// One row a kind of student.
    pub table: Table,
}

/// Writes tables and page below `out`.
pub fn write_study(
    request: &DistilRequest,
    result: &DistilResult,
    out: &Path,
) -> Result<WrittenStudy, RunError> {
    let folder = out.join("search").join("wpca").join("distil").join(request.config.as_str());
    let table = summary(request, result);
    let trainings = trainings(result);
    write_table(&folder, &table.id, &table)?;
    write_table(&folder, &trainings.id, &trainings)?;
    let mut page =
        Page::new(&format!("Distilling small networks of W-PCA's space: {}", request.config.as_str()));
    page.text(&format!(
        "{} training and {} dev texts of real {}, {} words, no pre-training. The teacher, four wide BERT blocks of hidden size 96, learnt the task in {} steps; \
         students of four layers and hidden size 48, all below {:.3} million parameters, learn from the teacher alone in {} steps of 32 texts. At this size and without \
         pre-training the study cannot say anything about the paper's GLUE numbers.",
        result.texts.0,
        result.texts.1,
        request.config.as_str(),
        result.vocabulary,
        request.teacher_steps,
        result.limit as f64 / 1e6,
        request.steps,
    ));
    page.table(&table);
    page.table(&trainings);
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(WrittenStudy { page: path, table })
}

fn summary(request: &DistilRequest, result: &DistilResult) -> Table {
    let columns = vec![
        Column::text("what", "Student"),
        Column::number("runs", "Seeds", 0),
        Column::number("accuracy", "Dev accuracy (%)", 2),
        Column::number("difference", "Minus the one found, same seed", 2),
        Column::number("parameters", "#params (M)", 4),
        Column::number("w_pca", "W-PCA / 10⁶", 2),
    ];
    let title = format!("{}: what students learn from one teacher", request.config.as_str());
    let mut table = Table::new("distil", title, columns);
    let none = || Cell::missing("not of a student");
    for (what, accuracy) in [("most frequent class", result.majority), ("the teacher", result.teacher)] {
        let accuracy = Cell::number(100.0 * accuracy);
        table.push_baseline(vec![Cell::text(what), none(), accuracy, none(), none(), none()]);
    }
    let found: Vec<&Distilled> =
        result.trained.first().map_or_else(Vec::new, |first| of(result, &first.kind));
    for group in result.trained.chunk_by(|one, other| one.kind == other.kind) {
        let over =
            |f: &dyn Fn(&Distilled) -> f64| Cell::estimate_or(summarise(group.iter().map(f)), "no runs");
        let differences = group.iter().filter_map(|one| {
            let beside = found.iter().find(|other| other.seed == one.seed)?;
            (beside.kind != one.kind).then_some(100.0 * (one.accuracy - beside.accuracy))
        });
        table.push(vec![
            Cell::text(&group[0].kind),
            Cell::count(group.len() as u64),
            over(&|one| 100.0 * one.accuracy),
            Cell::estimate_or(summarise(differences), "itself"),
            over(&|one| one.parameters as f64 / 1e6),
            over(&|one| one.w_pca / 1e6),
        ]);
    }
    table.note("Mean and central 95% over seeds of weights and order; of the random ones each seed is another network. Accuracy at the last step.");
    table
}

fn of<'a>(result: &'a DistilResult, kind: &str) -> Vec<&'a Distilled> {
    result.trained.iter().filter(|one| one.kind == kind).collect()
}

fn trainings(result: &DistilResult) -> Table {
    let columns = vec![
        Column::text("what", "Student"),
        Column::number("seed", "Seed", 0),
        Column::text("architecture", "Blocks"),
        Column::number("accuracy", "Dev accuracy (%)", 2),
        Column::number("parameters", "#params", 0),
        Column::number("w_pca", "W-PCA / 10⁶", 2),
    ];
    let mut table = Table::new("distil_trainings", "Every training", columns);
    for one in &result.trained {
        table.push(vec![
            Cell::text(&one.kind),
            Cell::count(one.seed),
            Cell::text(&one.architecture),
            Cell::number(100.0 * one.accuracy),
            Cell::count(one.parameters),
            Cell::number(one.w_pca / 1e6),
        ]);
    }
    table
}
