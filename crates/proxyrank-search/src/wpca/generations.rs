//! Every candidate of some searches in one Parquet file.

use std::path::Path;

use polars::prelude::{Column, DataFrame, PolarsResult};

use super::evolution::History;
use crate::lpzero::generations::GenerationsError;
use crate::parquet;

/// Writes runs, one row a candidate, in the order of evaluation.
pub fn write(path: &Path, runs: &[(String, History)]) -> Result<(), GenerationsError> {
    let fails = |reason: String| GenerationsError { path: path.to_owned(), reason };
    let mut frame = frame(runs).map_err(|error| fails(error.to_string()))?;
    parquet::write(path, &mut frame).map_err(fails)
}

fn frame(runs: &[(String, History)]) -> PolarsResult<DataFrame> {
    let all = || runs.iter().flat_map(|(name, run)| run.candidates.iter().map(move |one| (name, run, one)));
    let columns = vec![
        Column::new("search".into(), all().map(|(name, ..)| name.as_str()).collect::<Vec<_>>()),
        Column::new("rules".into(), all().map(|(_, run, _)| run.settings.rules.as_str()).collect::<Vec<_>>()),
        Column::new(
            "objective".into(),
            all().map(|(_, run, _)| run.settings.objective.as_str()).collect::<Vec<_>>(),
        ),
        Column::new("seed".into(), all().map(|(_, run, _)| run.settings.seed).collect::<Vec<_>>()),
        Column::new("generation".into(), all().map(|(.., one)| one.generation as u64).collect::<Vec<_>>()),
        Column::new("origin".into(), all().map(|(.., one)| one.origin.as_str()).collect::<Vec<_>>()),
        Column::new("architecture".into(), all().map(|(.., one)| one.arch.to_string()).collect::<Vec<_>>()),
        Column::new("components".into(), all().map(|(.., one)| one.components).collect::<Vec<_>>()),
        Column::new("parameters".into(), all().map(|(.., one)| one.parameters).collect::<Vec<_>>()),
        Column::new("score".into(), all().map(|(.., one)| one.score).collect::<Vec<_>>()),
    ];
    DataFrame::new(all().count(), columns)
}
