//! The decoder sets: one folder of YAML files each.

use std::collections::BTreeMap;

use proxyrank_data::fetch::Locator;
use proxyrank_data::hash::sha256_bytes;
use proxyrank_data::load::lts::{LtsEntry, LtsSet, set_of};
use proxyrank_data::manifest::Check;
use proxyrank_space::Architecture;

use super::{Benchmark, BenchmarkInfo, Entry, UnknownBenchmark};
use crate::RunError;
use crate::data::{Dataset, dataset};

pub(super) fn load(info: &'static BenchmarkInfo, locator: &Locator) -> Result<Benchmark, RunError> {
    let files = dataset(locator, info.dataset)?;
    let set = read(info, &files)?;
    let mut warnings = files.warnings();
    if !set.missing_perplexity.is_empty() {
        let ids: Vec<&str> = set.missing_perplexity.iter().map(proxyrank_schema::ArchId::as_str).collect();
        warnings.push(format!(
            "{}: {} of {} architectures have no perplexity and are left out: {}",
            info.id,
            ids.len(),
            set.entries.len(),
            ids.join(", ")
        ));
    }
    let sha256 = digest(&files, set.info.folder);
    let entries = set.entries.iter().map(entry).collect();
    Ok(Benchmark { info, sha256, entries, trainings: Vec::new(), warnings })
}

/// Reads the set with everything that was stored beside its architectures.
pub(crate) fn read(info: &BenchmarkInfo, files: &Dataset) -> Result<LtsSet, RunError> {
    let set = set_of(&info.benchmark_id()).ok_or_else(|| UnknownBenchmark { given: info.id.to_owned() })?;
    let folder = files.folder()?.join("saved_logs").join(set.folder);
    Ok(LtsSet::read(&folder, set)?)
}

fn entry(entry: &LtsEntry) -> Entry {
    let mut truth: BTreeMap<&'static str, f64> =
        entry.perplexity.map(|p| p.metrics().into_iter().collect()).unwrap_or_default();
    truth.extend(entry.latency.map(|value| ("latency", value)));
    truth.extend(entry.memory.map(|value| ("memory", value)));
    Entry { id: entry.id.arch_id(), architecture: Architecture::Decoder(entry.architecture.clone()), truth }
}

/// SHA-256 over the sorted paths and hashes of the set's files. The files were checked against these when they were found.
fn digest(files: &Dataset, folder: &str) -> String {
    let prefix = format!("saved_logs/{folder}/");
    let mut lines: Vec<String> = files
        .manifest
        .files
        .iter()
        .filter(|file| file.path.as_str().starts_with(&prefix))
        .filter_map(|file| match &file.check {
            Check::Digest { sha256, .. } => Some(format!("{} {sha256}\n", file.path.as_str())),
            Check::Parquet { .. } => None,
        })
        .collect();
    lines.sort();
    sha256_bytes(lines.concat().as_bytes())
}
