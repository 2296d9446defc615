//! What a search found, in one file from which all tables and charts are made.
//!
//! A search needs the table of branches, some hundred megabytes that are not committed; its summary has some ten kilobytes and
//! is, so that a report can show what was found without computing it again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use proxyrank_report::file::write_atomic;
use proxyrank_schema::Reading;
use proxyrank_search::lpzero::enumeration::Census;
use proxyrank_search::lpzero::evolution::Strategy;
use proxyrank_search::lpzero::fitness::Objective;
use proxyrank_search::lpzero::luck::BestOf;
use proxyrank_search::lpzero::split::Protocol;
use serde::{Deserialize, Serialize};

use super::joint::Joint;
use super::judged::Finding;
use crate::RunError;

/// Version of the file's form; a file of another is not read.
pub(super) const VERSION: u32 = 1;

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Version of the form.
    pub version: u32,
    /// The benchmark's name and title.
    pub benchmark: (String, String),
    /// Which networks.
    pub reading: Reading,
    /// What trees are judged by.
    pub metric: String,
    /// Signal, input and shape, in words.
    pub protocol: String,
    /// Elements of a tensor that were kept.
    pub sample: usize,
    /// Which networks choose.
    pub split: Protocol,
    /// What was made as large as possible.
    pub objective: Objective,
    /// Networks that chose, and that judged.
    pub networks: (usize, usize),
    /// The space.
    pub census: Census,
    /// Trees that were scored, skipped and that rank nothing.
    pub trees: [usize; 3],
    /// Individuals at a time, and children.
    pub settings: (usize, usize),
    /// Heads of the columns of [`Finding::elsewhere`].
    pub elsewhere: Vec<String>,
    /// The best of the space.
    pub optimum: Finding,
    /// The best of every size, the smallest first.
    pub by_size: Vec<Finding>,
    /// The objective of the best trees on both sets of networks.
    pub top: Vec<(f64, f64)>,
    /// Every run.
    pub runs: Vec<RunSummary>,
    /// Published trees and baselines.
    pub beside: Vec<Finding>,
    /// What random trees would have reached.
    pub luck: Vec<BestOf>,
    /// The search on two benchmarks.
    pub joint: Option<Joint>,
}

/// One run of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// How children came about.
    pub strategy: Strategy,
    /// Where random numbers came from.
    pub seed: u64,
    /// What it found.
    pub finding: Finding,
    /// Genotypes that it judged, and how many different trees they were.
    pub judged: (usize, usize),
    /// The best objective so far, at the number of trees in which it rose.
    pub rises: Vec<(usize, f64)>,
}

/// What a file of any version says.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl RunSummary {
    /// The best objective among the first trees; nothing before the first that ranks.
    pub fn best_of_first(&self, trees: usize) -> Option<f64> {
        self.rises.iter().take_while(|(place, _)| *place <= trees).last().map(|(_, best)| *best)
    }
}

impl Summary {
    /// The name of its file.
    pub fn file_name(&self) -> String {
        let (split, objective) = (self.split.as_str(), self.objective.as_str());
        format!("{}-{}-{split}-{objective}.json", self.benchmark.0, self.reading)
    }

    /// Writes it into a folder.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, RunError> {
        let path = folder.join(self.file_name());
        // Numbers and texts always have a JSON form.
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        write_atomic(&path, text.as_bytes())?;
        Ok(path)
    }

    /// The folder of summaries in a folder of results.
    pub fn folder(results: &Path) -> PathBuf {
        results.join("search").join("lpzero").join("found")
    }

    /// The summaries of some folders in the order of their names; of two with one name that of the first folder counts. Files
    /// of another version are passed over.
    pub fn read_all(folders: &[PathBuf]) -> Result<Vec<Self>, RunError> {
        let mut found: std::collections::BTreeMap<String, Self> = std::collections::BTreeMap::new();
        for folder in folders {
            let entries = match fs::read_dir(folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                other => other.map_err(RunError::read(folder))?,
            };
            for entry in entries {
                let path = entry.map_err(RunError::read(folder))?.path();
                if path.extension().is_none_or(|extension| extension != "json") {
                    continue;
                }
                let text = fs::read_to_string(&path).map_err(RunError::read(&path))?;
                let invalid = |error: serde_json::Error| RunError::read(&path)(error.into());
                let Versioned { version } = serde_json::from_str(&text).map_err(invalid)?;
                if version == VERSION {
                    let summary: Self = serde_json::from_str(&text).map_err(invalid)?;
                    found.entry(summary.file_name()).or_insert(summary);
                }
            }
        }
        Ok(found.into_values().collect())
    }
}

/// A number as it is stored: six decimals, for more would be no information.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
