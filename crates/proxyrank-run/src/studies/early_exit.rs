//! What early exit and weaker generators save in pre-training, and what they cost.

use proxyrank_report::Page;
use proxyrank_report::chart::Cloud;
use proxyrank_report::chart::cloud::Group;
use proxyrank_report::table::{Cell, Column, Table};

use super::{StudyPage, Subject};
use crate::RunError;
use crate::report::write_table;
use crate::train::embedded::EmbeddedRecipe;
use crate::train::exits::{ARCHITECTURE, ArmRow, Outcome, SEEDS, rows_file, summary};
use crate::train::rows::longest;

pub(super) fn write(subject: &Subject<'_>) -> Result<Option<StudyPage>, RunError> {
    let stores = [&subject.stores.results, &subject.stores.reference];
    let rows: Vec<ArmRow> = longest(&stores.map(|store| rows_file(store.root())))?;
    let outcomes = summary(&rows, &EmbeddedRecipe::standard())?;
    if outcomes.is_empty() {
        return Ok(None);
    }
    let folder = subject.folder.join("early_exit");
    let title = "Cheaper pre-training: early exit, weaker generators".to_owned();
    let mut page = Page::new(&title);
    page.text(
        "Kang et al. (arXiv 2110.06620) relieve ELECTRA's later layers where earlier representations suffice, and ask what the generator is \
         needed for; their rule is not public. Here a sequence leaves the discriminator after layer k if its loss there is at most a margin \
         times the running mean at full depth; one sequence of each batch never leaves (docs/training.md).",
    );
    page.text(&format!(
        "Architecture {ARCHITECTURE} of the embedded benchmark, pre-trained from {SEEDS} seeds by each recipe and fine-tuned on the five tasks; scores \
         are the mean over tasks."
    ));
    let table = table(&outcomes);
    write_table(&folder, &table.id, &table)?;
    page.table(&table);
    let chart = chart(&outcomes);
    if chart.groups.iter().any(|group| !group.points.is_empty()) {
        let [png, _] = chart.draw(&folder.join("charts/cost"))?;
        page.figure(&png, &folder, "Score by cost");
    }
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Some(StudyPage { title, path }))
}

/// One row an arm.
pub fn table(outcomes: &[Outcome]) -> Table {
    let columns = vec![
        Column::text("recipe", "Recipe"),
        Column::number("seeds", "Seeds", 0),
        Column::number("work", "Discriminator's work", 3),
        Column::number("cost", "Multiply-accumulates", 3),
        Column::number("time", "Seconds", 3),
        Column::number("probe", "Score", 2),
        Column::number("equal_steps", "Against full depth, equal steps", 2),
        Column::number("equal_cost", "Against full depth, equal cost", 2),
    ];
    let mut table = Table::new("early_exit", "What cheaper pre-training saves and costs", columns);
    for outcome in outcomes {
        table.push(vec![
            Cell::text(outcome.arm.title.clone()),
            Cell::count(outcome.seeds as u64),
            Cell::number(outcome.work),
            Cell::number(outcome.cost),
            Cell::number(outcome.time),
            Cell::estimate_or(outcome.probe, "one seed"),
            Cell::estimate_or(outcome.at_equal_steps, "fewer than two seeds in common"),
            Cell::estimate_or(outcome.at_equal_cost, "cheaper or dearer than every plain training"),
        ]);
    }
    table.note(
        "Work counts layers, a pass forward as a third of one forward and back. Multiply-accumulates are those of both networks in pre-training, \
         and seconds those of pre-training on one thread beside another training; both as shares of the plain recipe's. Fine-tuning costs \
         every recipe the same.",
    );
    table.note(
        "Differences are paired by seed; intervals are Student's over seeds, 95%. At equal cost the plain recipe is that of 50, 75 and 100% \
         of the steps with straight lines between them.",
    );
    table
}

fn chart(outcomes: &[Outcome]) -> Cloud {
    let point = |outcome: &&Outcome| outcome.probe.map(|probe| (outcome.cost, probe.point));
    let (plain, others): (Vec<&Outcome>, Vec<&Outcome>) =
        outcomes.iter().partition(|outcome| outcome.arm.is_plain());
    let mut groups = vec![Group {
        name: "full depth, 50 to 100% of the steps".to_owned(),
        points: plain.iter().filter_map(point).collect(),
    }];
    groups.extend(others.iter().map(|outcome| Group {
        name: outcome.arm.title.clone(),
        points: point(outcome).into_iter().collect(),
    }));
    Cloud {
        title: "Score by cost of pre-training".to_owned(),
        subtitle: format!("architecture {ARCHITECTURE} of the embedded benchmark"),
        x_label: "multiply-accumulates, share of the plain recipe's".to_owned(),
        y_label: "mean score over tasks, percent".to_owned(),
        groups,
        diagonal: false,
    }
}
