//! The benchmark that is compiled in: networks that this project trained itself.
//!
//! Scores belong to the architectures and not to their trainings, so those that are stored stay good as rows are added.

use std::collections::BTreeMap;

use proxyrank_data::hash::sha256_bytes;
use proxyrank_schema::ArchId;
use proxyrank_space::Architecture;

use super::{Benchmark, BenchmarkInfo, Entry, Training};
use crate::RunError;
use crate::train::embedded::{ARCHITECTURES, architectures, committed, ground_truth, schedule};

/// The architectures, once each has a finished training; a label is the mean over an architecture's trainings.
pub(super) fn load(info: &'static BenchmarkInfo) -> Result<Benchmark, RunError> {
    let rows = ground_truth()?;
    if rows.is_empty() {
        return Err(RunError::Usage(format!(
            "{}: {} of {} trainings are finished in this build, and {ARCHITECTURES} architectures need one each; \
             `proxyrank train embedded` makes the others, and datasets/embedded/README.md says how they are compiled in",
            info.id,
            committed()?.len(),
            schedule().len()
        )));
    }
    let architectures = architectures();
    let sha256 = sha256_bytes(format!("{architectures:?}").as_bytes());
    let mut entries = Vec::new();
    let mut trainings = Vec::new();
    for (place, architecture) in architectures.into_iter().enumerate() {
        let id = ArchId::new(place.to_string());
        let of_arch: Vec<_> = rows.iter().filter(|row| row.arch_id == id.as_str()).collect();
        let mut sums: BTreeMap<&'static str, (f64, f64)> = BTreeMap::new();
        for row in of_arch {
            let values = info.metrics.iter().filter_map(|m| Some((m.name, *row.scores.get(m.name)?)));
            let truth: BTreeMap<&'static str, f64> = values.collect();
            for (name, value) in &truth {
                let (sum, count) = sums.entry(name).or_default();
                (*sum, *count) = (*sum + value, *count + 1.0);
            }
            trainings.push(Training { entry: entries.len(), seed: row.train_seed, truth });
        }
        let truth = sums.into_iter().map(|(name, (sum, count))| (name, sum / count)).collect();
        entries.push(Entry { id, architecture: Architecture::Quarter(architecture), truth });
    }
    let mut warnings = Vec::new();
    let wanted = schedule().len();
    if rows.len() < wanted {
        warnings.push(format!("{}: {} of {wanted} trainings are finished", info.id, rows.len()));
    }
    Ok(Benchmark { info, sha256, entries, trainings, warnings })
}

/// An architecture by its name, which is its place.
pub(super) fn architecture(id: &ArchId) -> Option<Architecture> {
    let place: usize = id.as_str().parse().ok()?;
    architectures().into_iter().nth(place).map(Architecture::Quarter)
}
