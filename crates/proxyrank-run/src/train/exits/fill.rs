//! Training what is missing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::arms::{ARCHITECTURE, Arm, arms, network};
use crate::RunError;
use crate::train::embedded::{EmbeddedRecipe, Material, Share};
use crate::train::jobs::Jobs;
use crate::train::rows::{Row, Rows, Training};
use crate::watch::{Stop, Watch};

/// Seeds of every arm.
pub const SEEDS: u64 = 5;

/// Where rows are in a folder of results.
pub fn rows_file(results: &Path) -> PathBuf {
    results.join("early_exit").join("rows.jsonl")
}

/// A training by one of the recipes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArmRow {
    /// Name of the recipe.
    pub arm: String,
    /// What came of it.
    #[serde(flatten)]
    pub row: Row,
}

impl Training for ArmRow {
    fn name(&self) -> String {
        format!("{} with seed {}", self.arm, self.row.train_seed)
    }

    fn outcome(&self) -> String {
        self.row.outcome()
    }
}

/// Adds the rows of the [`arms`] around a recipe that a file lacks, seed by seed, so that a set that is not finished compares like with
/// like. Gives their number.
pub fn fill(
    path: &Path,
    recipe: &EmbeddedRecipe,
    share: Share,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<usize, RunError> {
    let rows: Rows<ArmRow> = Rows::open(path)?;
    let arms = arms(recipe);
    if let Some(other) = rows.all().iter().find(|row| !arms.iter().any(|arm| arm.made(row))) {
        return Err(RunError::Usage(format!(
            "{}: {} was trained by recipe {}, which is none of those that are compared now; choose another file, or give the recipe that it belongs to with --recipe",
            path.display(),
            other.name(),
            other.row.recipe
        )));
    }
    let done: BTreeSet<String> = rows.all().iter().map(Training::name).collect();
    let wanted = (0..SEEDS).flat_map(|seed| arms.iter().map(move |arm| (arm, seed)));
    let jobs: Vec<(String, (&Arm, u64))> = wanted
        .map(|(arm, seed)| (format!("{} with seed {seed}", arm.id), (arm, seed)))
        .filter(|(name, _)| !done.contains(name))
        .collect();
    let all = done.len() + jobs.len();
    let jobs: Vec<_> = jobs.into_iter().take(share.limit.unwrap_or(usize::MAX)).collect();
    watch.note(&format!("{} of {all} rows are there; {} to train now", done.len(), jobs.len()));
    // Recipes differ in pre-training alone, so all of them share text and tasks.
    let Some(first) = arms.first().filter(|_| !jobs.is_empty()) else { return Ok(0) };
    let material = Material::new(first.recipe.clone())?;
    let network = network()?;
    let jobs = Jobs { jobs, workers: share.workers };
    jobs.run(rows, watch, stop, |&(arm, seed)| {
        let row = material.train(&arm.recipe, &ARCHITECTURE.to_string(), &network, seed, stop)?;
        Ok(ArmRow { arm: arm.id.to_owned(), row })
    })
}
