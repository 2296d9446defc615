//! The files of a study.

use std::path::{Path, PathBuf};

use proxyrank_report::table::Table;
use proxyrank_report::{Page, write_atomic};

use super::study::{PredictStudy, Results};
use super::{charts, tables};
use crate::RunError;
use crate::benchmark::Benchmark;
use crate::report::write_table;

/// What was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// The page.
    pub page: PathBuf,
    /// Mean tau-b by number of labels.
    pub short: Table,
    /// Every predictor, feature set and number of labels, with intervals.
    pub full: Table,
    /// Learnt on other depths; without rows where the benchmark has one depth only.
    pub held_out: Table,
}

/// Writes tables, charts and the page below `out`.
pub fn write(
    benchmark: &Benchmark,
    study: &PredictStudy,
    results: &Results,
    out: &Path,
) -> Result<Written, RunError> {
    let target = study.target.name;
    let folder = out.join(benchmark.info.id).join(study.reading.as_str()).join("predict").join(target);
    let title = format!("{}, reading {}", benchmark.info.title, study.reading);
    let short = tables::by_labels(
        results,
        "tau_by_labels",
        &format!("tau-b with {target} by number of labels"),
        |quality| quality.tau_b,
    );
    let within = tables::by_labels(
        results,
        "within_cell_by_labels",
        &format!("Within-cell tau with {target} by number of labels"),
        |quality| quality.within_cell,
    );
    let full = tables::label_efficiency(study, results);
    let held_out = tables::held_out(study, results);
    for table in [&short, &within, &full, &held_out] {
        write_table(&folder, &table.id, table)?;
    }
    write_atomic(&folder.join("trials.csv"), tables::trials(results).csv().as_bytes())?;

    let mut page = Page::new(&format!("Accuracy predictors: {title}, {target}"));
    page.text(
        "How well predictors rank architectures from the labels of others, beside rules that need no label. Every repeat sets three \
         in ten architectures aside; no predictor sees their labels, and the scale of labels is made from the known ones alone.",
    );
    page.list(sets(results).iter().map(String::as_str));
    page.table(&short);
    for (set, png) in charts::draw(study, results, &title, &folder.join("charts"))? {
        page.figure(&png, &folder, &format!("tau-b by number of labels, features: {set}"));
    }
    page.table(&within);
    if !held_out.rows().is_empty() {
        page.table(&held_out);
    }
    page.table(&full);
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Written { page: path, short, full, held_out })
}

/// How many features each set has.
fn sets(results: &Results) -> Vec<String> {
    let set = |set: &proxyrank_predict::study::FeatureSet| {
        format!("{}: {} features that vary", set.name, set.features.names().len())
    };
    results.problem.sets.iter().map(set).collect()
}
