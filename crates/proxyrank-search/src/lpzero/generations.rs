//! Every generation of a search in one Parquet file: who came, who went, and how the population stood.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use polars::prelude::{Column, DataFrame, ParquetWriter};

use super::contest::size;
use super::state::Finished;

/// Why generations cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {reason}", path.display())]
pub struct GenerationsError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

/// Writes runs, one row an event: those that a run begins with are generation 0, each child is a generation of its own. A
/// population is what has come and not gone, so every one of them can be put together from the rows.
pub fn write(path: &Path, runs: &[Finished]) -> Result<(), GenerationsError> {
    let fails = |reason: String| GenerationsError { path: path.to_owned(), reason };
    let mut columns = Columns::default();
    for run in runs {
        columns.push(run);
    }
    let mut frame = columns.frame().map_err(|error| fails(error.to_string()))?;
    let io = |error: io::Error| fails(error.to_string());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io)?;
    }
    let unfinished = path.with_extension("parquet.unfinished");
    let file = File::create(&unfinished).map_err(io)?;
    ParquetWriter::new(&file).finish(&mut frame).map_err(|error| fails(error.to_string()))?;
    file.sync_all().map_err(io)?;
    fs::rename(&unfinished, path).map_err(io)
}

#[derive(Default)]
struct Columns {
    strategy: Vec<&'static str>,
    seed: Vec<u64>,
    generation: Vec<u64>,
    child: Vec<String>,
    child_expression: Vec<String>,
    child_fitness: Vec<Option<f64>>,
    child_size: Vec<u64>,
    removed: Vec<Option<String>>,
    removed_fitness: Vec<Option<f64>>,
    best_fitness: Vec<f64>,
}

impl Columns {
    fn push(&mut self, run: &Finished) {
        let settings = run.evolution.settings;
        let mut best = -1.0_f64;
        for event in &run.events {
            best = best.max(event.child.worth());
            self.strategy.push(settings.strategy.as_str());
            self.seed.push(settings.seed);
            self.generation.push(event.iteration as u64);
            self.child.push(event.child.genotype.to_string());
            self.child_expression.push(event.child.genotype.expression().to_string());
            self.child_fitness.push(event.child.fitness);
            self.child_size.push(size(event.child.genotype) as u64);
            self.removed.push(event.removed.map(|removed| removed.genotype.to_string()));
            self.removed_fitness.push(event.removed.and_then(|removed| removed.fitness));
            self.best_fitness.push(best);
        }
    }

    fn frame(self) -> polars::prelude::PolarsResult<DataFrame> {
        let height = self.seed.len();
        let columns = vec![
            Column::new("strategy".into(), self.strategy),
            Column::new("seed".into(), self.seed),
            Column::new("generation".into(), self.generation),
            Column::new("child".into(), self.child),
            Column::new("child_expression".into(), self.child_expression),
            Column::new("child_fitness".into(), self.child_fitness),
            Column::new("child_size".into(), self.child_size),
            Column::new("removed".into(), self.removed),
            Column::new("removed_fitness".into(), self.removed_fitness),
            Column::new("best_fitness".into(), self.best_fitness),
        ];
        DataFrame::new(height, columns)
    }
}
