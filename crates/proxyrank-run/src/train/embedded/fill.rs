//! Training the rows that are missing, several side by side.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use proxyrank_nn::NnError;

use super::again::committed;
use super::material::Material;
use super::plan::{architectures, schedule};
use super::recipe::EmbeddedRecipe;
use crate::RunError;
use crate::train::rows::{Rows, parse};
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
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(RunError::read(path)(error)),
    };
    // Half a line is a row that was being written.
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let rows =
        parse(&text[..whole]).map_err(|reason| RunError::Usage(format!("{}: {reason}", path.display())))?;
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
    let mut rows = Rows::open(path)?;
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
    let queue = Mutex::new(missing.iter());
    let sink = Mutex::new((rows, 0_usize));
    let started = Instant::now();
    let diverged = Mutex::new(Vec::new());
    let worker = || -> Result<(), RunError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let pool = pool.map_err(|error| RunError::Usage(error.to_string()))?;
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(&(arch, seed)) = next.filter(|_| !stop.asked()) else { return Ok(()) };
            let row = match pool.install(|| material.row(&arch.to_string(), &archs[arch], seed, stop)) {
                // One training that fails costs its own row and no other.
                Err(error @ RunError::Network(NnError::Diverged { .. })) => {
                    watch.note(&format!("architecture {arch}, seed {seed}: {error}; its row is left out"));
                    diverged.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{arch}/{seed}"));
                    continue;
                }
                row => row?,
            };
            let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
            let (rows, added) = &mut *sink;
            *added += 1;
            let mean = started.elapsed().as_secs_f64() / *added as f64;
            let left = Duration::from_secs_f64((mean * (missing.len() - *added) as f64).round());
            watch.note(&format!(
                "row {added} of {}: architecture {arch}, seed {seed}: probe {:.2}, {:.0} s + {:.0} s; {} left",
                missing.len(),
                row.scores["probe"],
                row.seconds[0],
                row.seconds[1],
                humantime::format_duration(left)
            ));
            rows.push(row)?;
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..share.workers.max(1)).map(|_| scope.spawn(worker)).collect();
        let ended = workers.into_iter().map(|worker| {
            worker.join().unwrap_or_else(|_| Err(RunError::Usage("a worker ended early".to_owned())))
        });
        ended.collect::<Vec<_>>().into_iter().collect::<Result<(), _>>()
    })?;
    let diverged = diverged.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (_, added) = sink.into_inner().unwrap_or_else(PoisonError::into_inner);
    if stop.asked() {
        return Err(RunError::Stopped { after: format!("after {added} rows") });
    }
    if diverged.is_empty() {
        Ok(added)
    } else {
        Err(RunError::Usage(format!(
            "{added} rows added; these trainings diverged and have none: {}; a recipe with a lower rate (--recipe) may train them",
            diverged.join(", ")
        )))
    }
}
