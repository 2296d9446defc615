//! A benchmark of one's own: architectures of a known space, and what they reached.
//!
//! Whoever trained networks wants to know which proxies would have found the good ones, without writing a loader. So a folder
//! with three files is a benchmark: a description (`benchmark.toml`), the architectures (CSV, or JSON, which may be the
//! public FlexiBERT file), and their labels (CSV or JSON). The reader is as strict as those of public data: an id that stands
//! in one file only, a label that is no number, an operation outside the space are errors that name file, row and column, since a
//! benchmark that is silently half read gives correlations that nobody can repeat.
//!
//! - `description`: `benchmark.toml`; `records`: rows of CSV and JSON alike;
//! - `architectures`, `labels`: what rows mean.

mod architectures;
mod description;
mod labels;
mod records;
#[cfg(test)]
mod tests;

use std::path::Path;

use proxyrank_schema::ArchId;
use proxyrank_space::Architecture;

pub use description::{Better, Description, Metric, SizeProxy, Space};

use super::error::LoadError;
use super::source;
use crate::hash::sha256_bytes;

/// The file that makes a folder a benchmark.
pub const DESCRIPTION: &str = "benchmark.toml";

/// One architecture with its labels.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnEntry {
    /// Its name.
    pub id: ArchId,
    /// What the file declares.
    pub architecture: Architecture,
    /// What it reached, in the order of [`Description::metrics`].
    pub labels: Vec<f64>,
}

/// A benchmark read from a folder.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnBenchmark {
    /// What `benchmark.toml` says.
    pub description: Description,
    /// The architectures in the order of their file.
    pub entries: Vec<OwnEntry>,
    /// SHA-256 over the names and hashes of the three files; any change of a byte makes another benchmark.
    pub sha256: String,
}

impl OwnBenchmark {
    /// Reads a folder with a `benchmark.toml`.
    pub fn read(folder: &Path) -> Result<Self, LoadError> {
        let file = folder.join(DESCRIPTION);
        let bytes = source::read(&file)?;
        let description = Description::parse(&file, &bytes)?;
        let mut digests = vec![line(DESCRIPTION, &bytes)];
        let mut table = |name: &str| -> Result<_, LoadError> {
            let path = folder.join(name);
            let bytes = source::read(&path)?;
            digests.push(line(name, &bytes));
            Ok((path, bytes))
        };
        let (path, bytes) = table(&description.architectures)?;
        let architectures = architectures::read(&path, &bytes, &description)?;
        let (path, bytes) = table(&description.labels)?;
        let labels = labels::read(&path, &bytes, &description, &architectures)?;
        let entries = architectures.into_iter().zip(labels);
        let entries = entries.map(|((id, architecture), labels)| OwnEntry { id, architecture, labels });
        Ok(Self {
            entries: entries.collect(),
            sha256: sha256_bytes(digests.concat().as_bytes()),
            description,
        })
    }
}

fn line(name: &str, bytes: &[u8]) -> String {
    format!("{name} {}\n", sha256_bytes(bytes))
}
