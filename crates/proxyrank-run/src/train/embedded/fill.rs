//! Training the rows that are missing, several side by side.

use std::collections::BTreeSet;
use std::path::Path;

use super::again::committed;
use super::material::Material;
use super::plan::{architectures, schedule};
use super::recipe::EmbeddedRecipe;
use crate::RunError;
use crate::train::jobs::Jobs;
use crate::train::rows::{Row, Rows, read};
use crate::watch::{Stop, Watch};

/// What to do of the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Networks that are trained side by side, each on one thread.
    pub workers: usize,
    /// Most rows to add; all that are missing without it.
    pub limit: Option<usize>,
}

/// The rows of a file that may not be there yet, and those of the schedule.
pub fn progress(path: &Path) -> Result<(usize, usize), RunError> {
    let rows: Vec<Row> = read(path)?;
    Ok((rows.len(), schedule().len()))
}

/// Adds the rows that are missing in a file, in the order of [`schedule`], as far as a share goes. Gives their number.
pub fn fill(
    path: &Path,
    recipe: EmbeddedRecipe,
    share: Share,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<usize, RunError> {
    let mut rows: Rows = Rows::open(path)?;
    let fingerprint = recipe.fingerprint();
    // A new file goes on from the rows that are compiled in, so that it can take their place.
    if rows.all().is_empty() {
        for row in committed()?.into_iter().filter(|row| row.recipe == fingerprint) {
            rows.push(row)?;
        }
    }
    if let Some(other) = rows.all().iter().find(|row| row.recipe != fingerprint) {
        return Err(RunError::Usage(format!(
            "{}: architecture {} was trained by recipe {}, and this program has recipe {fingerprint}; choose another file",
            path.display(),
            other.arch_id,
            other.recipe
        )));
    }
    let done: BTreeSet<(&str, u64)> =
        rows.all().iter().map(|row| (row.arch_id.as_str(), row.train_seed)).collect();
    let missing = schedule().into_iter().filter(|(arch, seed)| !done.contains(&(&*arch.to_string(), *seed)));
    let missing: Vec<(usize, u64)> = missing.take(share.limit.unwrap_or(usize::MAX)).collect();
    watch.note(&format!(
        "{} of {} rows are there; {} to train now",
        done.len(),
        schedule().len(),
        missing.len()
    ));
    if missing.is_empty() {
        return Ok(0);
    }
    let material = Material::new(recipe)?;
    let archs = architectures();
    let jobs =
        missing.into_iter().map(|(arch, seed)| (format!("architecture {arch}, seed {seed}"), (arch, seed)));
    let jobs = Jobs { jobs: jobs.collect(), workers: share.workers };
    jobs.run(rows, watch, stop, |&(arch, seed)| material.row(&arch.to_string(), &archs[arch], seed, stop))
}
