//! Structural pruning as search: what super-networks are worth, and which search finds most.

use proxyrank_prune::pareto::front;
use proxyrank_prune::protocol::sizes;
use proxyrank_report::Page;
use proxyrank_report::chart::cloud::Group;
use proxyrank_report::chart::curves::Series;
use proxyrank_report::chart::{AxisScale, Cloud, Curves};

use super::{StudyPage, Subject};
use crate::RunError;
use crate::report::write_table;
use crate::search::prune::{
    Finished, curves, folder, hypervolume_table, outcome_table, outcomes, rank_table, read_all, tables_beside,
};

pub(super) fn write(subject: &Subject<'_>) -> Result<Option<StudyPage>, RunError> {
    let stores = [&subject.stores.results, &subject.stores.reference];
    let studies = read_all(&stores.map(|store| folder(store.root())))?;
    if studies.is_empty() { Ok(None) } else { page(&studies, &subject.folder.join("pruning")).map(Some) }
}

fn page(studies: &[Finished], folder: &std::path::Path) -> Result<StudyPage, RunError> {
    let title = "Pruning a pre-trained encoder by search".to_owned();
    let mut page = Page::new(&title);
    page.text(
        "A pre-trained encoder is fine-tuned so that its sub-networks are good as they are (a super-network), then sub-networks are searched for \
         that have low errors for their sizes, after Klein et al. (arXiv 2405.02267). Heads are really pruned here, which the released code \
         forgets (docs/pruning.md). Beside the searches stand pruning without a search, zero-cost proxies on random sub-networks, and a \
         predictor of keep ratios, where they were run.",
    );
    let mut tables = vec![outcome_table(studies), hypervolume_table(studies)];
    tables.retain(|table| !table.rows().is_empty());
    tables.extend(rank_table(studies)?);
    tables.extend(tables_beside(studies)?);
    for table in tables {
        write_table(folder, &table.id, &table)?;
        page.table(&table);
    }
    let searched: Vec<Finished> =
        studies.iter().filter(|study| !study.searches.is_empty()).cloned().collect();
    figures(&mut page, &searched, folder)?;
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(StudyPage { title, path })
}

/// What searches found, task by task.
fn figures(page: &mut Page, studies: &[Finished], folder: &std::path::Path) -> Result<(), RunError> {
    let mut tasks: Vec<&str> = studies.iter().map(|study| study.header.task.as_str()).collect();
    tasks.dedup();
    for task in tasks {
        page.heading(task);
        let charts = folder.join("charts");
        let chart = volumes(studies, task);
        if !chart.series.is_empty() {
            let [png, _] = chart.draw(&charts.join(format!("{task}_hypervolume")))?;
            page.figure(&png, folder, "Hypervolume by evaluations, mean over searches and strategies");
        }
        let chart = scores(studies, task);
        if chart.series.iter().any(|line| !line.points.is_empty()) {
            let [png, _] = chart.draw(&charts.join(format!("{task}_scores")))?;
            page.figure(
                &png,
                folder,
                "Test score of what searches choose at most so large, mean over searches",
            );
        }
        let [png, _] = fronts(studies, task).draw(&charts.join(format!("{task}_fronts")))?;
        page.figure(&png, folder, "Fronts of everything that was evaluated, by strategy");
    }
    Ok(())
}

fn volumes(studies: &[Finished], task: &str) -> Curves {
    let of_task = curves(studies).into_iter().filter(|curve| curve.task == task);
    let series = of_task.map(|curve| Series {
        name: curve.method.as_str().to_owned(),
        points: curve.means.iter().enumerate().map(|(index, mean)| ((index + 1) as f64, *mean)).collect(),
    });
    Curves {
        title: format!("What searches find on {task}"),
        subtitle: "hypervolume of quantiles against (2, 2), mean over searches".to_owned(),
        x_label: "evaluations".to_owned(),
        y_label: "hypervolume".to_owned(),
        x_axis: AxisScale::Linear,
        y_axis: AxisScale::Linear,
        series: series.collect(),
        references: Vec::new(),
    }
}

/// Test score at the paper's sizes, a line a strategy.
fn scores(studies: &[Finished], task: &str) -> Curves {
    let line = |study: &Finished| {
        let at = |share: f64| outcomes(study, share).chosen.map(|error| (share, 100.0 * (1.0 - error.point)));
        Series {
            name: study.header.settings.strategy.to_string(),
            points: sizes().into_iter().chain([1.0]).filter_map(at).collect(),
        }
    };
    Curves {
        title: format!("What is left of the score on {task}"),
        subtitle: "test score of the network with the lowest validation error, mean over searches".to_owned(),
        x_label: "share of the encoder's parameters at the most".to_owned(),
        y_label: "score in percent".to_owned(),
        x_axis: AxisScale::Linear,
        y_axis: AxisScale::Linear,
        series: studies.iter().filter(|study| study.header.task == task).map(line).collect(),
        references: Vec::new(),
    }
}

/// Validation error against the share of the encoder that is left.
fn fronts(studies: &[Finished], task: &str) -> Cloud {
    let group = |study: &Finished| {
        let points: Vec<[f64; 2]> =
            study.searches.values().flatten().map(|record| [record.error, record.relative_encoder]).collect();
        let of_front = front(&points).into_iter().map(|place| (points[place][1], points[place][0]));
        Group { name: study.header.settings.strategy.to_string(), points: of_front.collect() }
    };
    Cloud {
        title: format!("Sub-networks that nothing beats, {task}"),
        subtitle: "everything that any search has evaluated".to_owned(),
        x_label: "share of the encoder's parameters".to_owned(),
        y_label: "error on the validation part".to_owned(),
        groups: studies.iter().filter(|study| study.header.task == task).map(group).collect(),
        diagonal: false,
    }
}
