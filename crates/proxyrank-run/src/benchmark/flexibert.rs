//! FlexiBERT: one JSON file.

use std::collections::BTreeMap;

use proxyrank_data::fetch::Locator;
use proxyrank_data::hash::sha256_file;
use proxyrank_data::load::flexibert::{FlexibertBenchmark, FlexibertEntry, Task};
use proxyrank_space::Architecture;

use super::{Benchmark, BenchmarkInfo, Entry};
use crate::RunError;
use crate::data::dataset;

/// The file of the data set that is the benchmark.
pub(crate) const FILE: &str = "data/BERT_benchmark.json";

pub(super) fn load(info: &'static BenchmarkInfo, locator: &Locator) -> Result<Benchmark, RunError> {
    let files = dataset(locator, info.dataset)?;
    let path = files.path(FILE)?;
    let entries = FlexibertBenchmark::read(path)?.entries.iter().map(entry).collect();
    let sha256 = sha256_file(path).map_err(RunError::read(path))?;
    Ok(Benchmark { info, sha256, entries, trainings: Vec::new(), warnings: files.warnings() })
}

/// Wall-clock time of the pre-training of each architecture.
pub(super) fn training_seconds(
    info: &'static BenchmarkInfo,
    locator: &Locator,
) -> Result<Vec<f64>, RunError> {
    let files = dataset(locator, info.dataset)?;
    let benchmark = FlexibertBenchmark::read(files.path(FILE)?)?;
    Ok(benchmark.entries.iter().map(|entry| entry.time_to_train_s).collect())
}

fn entry(entry: &FlexibertEntry) -> Entry {
    let tasks = Task::ALL.iter().map(|task| (task.as_str(), entry.scores.get(*task)));
    let truth: BTreeMap<&'static str, f64> = tasks.chain([("glue", entry.scores.glue())]).collect();
    Entry { id: entry.arch_id(), architecture: Architecture::Flexibert(entry.architecture.clone()), truth }
}
