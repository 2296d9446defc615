//! Where things lie in a results folder, and how they are named.

use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::{fs, io};

use proxyrank_schema::BenchmarkId;

use crate::{Shard, StoreError};

const TEMPORARY: &str = ".tmp";
const PART: &str = ".parquet";
const LOCK: &str = ".lock";
const LOCKS: &str = "locks";
const TRUTH: &str = "ground_truth.parquet";

/// The three stored tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    Scores,
    Timings,
    GroundTruth,
}

impl Table {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Scores => "scores",
            Self::Timings => "timings",
            Self::GroundTruth => "ground_truth",
        }
    }
}

/// The folder of one benchmark.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    pub(crate) benchmark: BenchmarkId,
}

impl Folder {
    /// The benchmark's folder below `root`, which need not exist.
    pub(crate) fn new(root: &Path, benchmark: &BenchmarkId) -> Result<Self, StoreError> {
        let name = benchmark.as_str();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
            return Err(StoreError::BadBenchmarkName(name.to_owned()));
        }
        Ok(Self { path: root.join(name), benchmark: benchmark.clone() })
    }

    /// Whether anything of ours lies in it.
    pub(crate) fn has_results(&self) -> Result<bool, StoreError> {
        let ours = |name: &str| {
            let whole = [Table::Scores, Table::Timings].iter().any(|table| table.name() == name);
            whole || name == TRUTH || is_journal(name)
        };
        Ok(!list(&self.path, ours)?.is_empty())
    }

    pub(crate) fn parts(&self, table: Table) -> PathBuf {
        self.path.join(table.name())
    }

    /// A part's name says who wrote it and from what: `part-1of4-<journal id>.parquet`.
    pub(crate) fn part(&self, table: Table, writer: &str, id: &str) -> PathBuf {
        self.parts(table).join(format!("part-{writer}-{id}{PART}"))
    }

    pub(crate) fn truth(&self) -> PathBuf {
        self.path.join(TRUTH)
    }

    pub(crate) fn journal(&self, shard: Shard) -> PathBuf {
        self.path.join(format!("journal-{}.jsonl", shard.file_stem()))
    }

    pub(crate) fn locks(&self) -> PathBuf {
        self.path.join(LOCKS)
    }

    /// The lock files that any process ever made, sorted.
    pub(crate) fn lock_files(&self) -> Result<Vec<PathBuf>, StoreError> {
        list(&self.locks(), |name| name.ends_with(LOCK))
    }

    pub(crate) fn lock(&self, name: &str) -> PathBuf {
        self.locks().join(format!("{name}{LOCK}"))
    }

    /// The journals of all shards, sorted.
    pub(crate) fn journals(&self) -> Result<Vec<PathBuf>, StoreError> {
        list(&self.path, is_journal)
    }

    /// The Parquet files of a table, sorted; renamed copies count as well.
    pub(crate) fn part_files(&self, table: Table) -> Result<Vec<PathBuf>, StoreError> {
        list(&self.parts(table), |name| name.ends_with(PART))
    }

    /// The temporary files whose name starts with `prefix`, in all places where one may lie.
    pub(crate) fn temporaries(&self, prefix: &str) -> Result<Vec<PathBuf>, StoreError> {
        let mut found = Vec::new();
        for place in [self.path.clone(), self.parts(Table::Scores), self.parts(Table::Timings)] {
            found.extend(list(&place, |name| name.starts_with(prefix) && name.ends_with(TEMPORARY))?);
        }
        Ok(found)
    }
}

fn is_journal(name: &str) -> bool {
    const SUFFIX: &str = ".jsonl";
    name.starts_with("journal-") && name.ends_with(SUFFIX)
}

/// The name that a file has until it is whole.
pub(crate) fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(TEMPORARY);
    name.into()
}

/// The entries of a folder whose name is wanted, sorted; none where the folder does not exist.
pub(crate) fn list(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, StoreError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StoreError::io("list", folder)(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(StoreError::io("list", folder))?;
        if entry.file_name().to_str().is_some_and(&wanted) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Sixteen hex digits that no other writer will draw: the seed of the standard hasher comes from the system.
pub(crate) fn fresh_id() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_the_folder_are_refused() {
        for name in ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a b", "a\0"] {
            assert!(Folder::new(Path::new("r"), &name.into()).is_err(), "{name:?}");
        }
        let folder = Folder::new(Path::new("r"), &"lts-gpt2-wt103".into()).unwrap();
        assert_eq!(folder.path, Path::new("r/lts-gpt2-wt103"));
    }

    #[test]
    fn ids_differ() {
        let ids: std::collections::HashSet<String> = (0..100).map(|_| fresh_id()).collect();
        assert_eq!(ids.len(), 100);
        assert!(ids.iter().all(|id| id.len() == 16));
    }
}
