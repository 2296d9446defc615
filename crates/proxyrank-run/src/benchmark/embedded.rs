//! The benchmark that is compiled in: networks that this project trained itself.

use std::collections::BTreeMap;

use proxyrank_data::hash::sha256_bytes;
use proxyrank_schema::ArchId;
use proxyrank_space::Architecture;

use super::{Benchmark, BenchmarkInfo, Entry, Training};
use crate::RunError;
use crate::train::embedded::{ARCHITECTURES, ROWS, architectures, committed, schedule};

/// The architectures of which some training is finished; a label is the mean over an architecture's trainings.
pub(super) fn load(info: &'static BenchmarkInfo) -> Result<Benchmark, RunError> {
    let rows = committed()?;
    let mut entries = Vec::new();
    let mut trainings = Vec::new();
    for (place, architecture) in architectures().into_iter().enumerate() {
        let id = ArchId::new(place.to_string());
        let of_arch: Vec<_> = rows.iter().filter(|row| row.arch_id == id.as_str()).collect();
        if of_arch.is_empty() {
            continue;
        }
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
    if entries.is_empty() {
        return Err(RunError::Usage(format!(
            "{}: no training is finished in this build; `proxyrank train embedded` makes them, and \
             datasets/embedded/README.md says how they are compiled in",
            info.id
        )));
    }
    let mut warnings = Vec::new();
    let wanted = schedule().len();
    if rows.len() < wanted {
        warnings.push(format!(
            "{}: {} of {ARCHITECTURES} architectures are there, {} of {wanted} trainings",
            info.id,
            entries.len(),
            rows.len()
        ));
    }
    Ok(Benchmark { info, sha256: sha256_bytes(ROWS.as_bytes()), entries, trainings, warnings })
}

/// An architecture by its name, which is its place.
pub(super) fn architecture(id: &ArchId) -> Option<Architecture> {
    let place: usize = id.as_str().parse().ok()?;
    architectures().into_iter().nth(place).map(Architecture::Quarter)
}
