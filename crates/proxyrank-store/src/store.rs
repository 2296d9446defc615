//! The results folder as a whole.

use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;
use proxyrank_schema::{BenchmarkId, ScoreRow, TimingRow, TruthRow};

use crate::compact::{self, Compacted};
use crate::layout::{Folder, list};
use crate::put::{self, Published, Truth};
use crate::record::Record;
use crate::verify::{self, Report};
use crate::{Shard, ShardWriter, StoreError, parquet, snapshot};

/// A results folder.
///
/// Opening one touches nothing, and a folder that does not exist holds no results; writers create what they need.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// The results in `root`.
    pub fn open(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The results folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The benchmarks that have any results, sorted.
    pub fn benchmarks(&self) -> Result<Vec<BenchmarkId>, StoreError> {
        Ok(self.folders(None)?.into_iter().map(|folder| folder.benchmark).collect())
    }

    /// Starts the writer of one shard, taking over what a killed one left.
    pub fn shard(&self, benchmark: &BenchmarkId, shard: Shard) -> Result<ShardWriter, StoreError> {
        ShardWriter::open(Folder::new(&self.root, benchmark)?, shard)
    }

    /// All scores of one benchmark or of all, from parts and journals, sorted by key.
    pub fn scores(&self, benchmark: Option<&BenchmarkId>) -> Result<Vec<ScoreRow>, StoreError> {
        self.collect(benchmark, snapshot::read)
    }

    /// All timings of one benchmark or of all, from parts and journals, sorted by key.
    pub fn timings(&self, benchmark: Option<&BenchmarkId>) -> Result<Vec<TimingRow>, StoreError> {
        self.collect(benchmark, snapshot::read)
    }

    /// The ground truth of one benchmark or of all, sorted by key.
    pub fn truth(&self, benchmark: Option<&BenchmarkId>) -> Result<Vec<TruthRow>, StoreError> {
        self.collect(benchmark, snapshot::read_truth)
    }

    /// [`Store::scores`] as a frame with the columns of the stored table.
    pub fn scores_frame(&self, benchmark: Option<&BenchmarkId>) -> Result<DataFrame, StoreError> {
        self.frame(&self.scores(benchmark)?)
    }

    /// [`Store::timings`] as a frame with the columns of the stored table.
    pub fn timings_frame(&self, benchmark: Option<&BenchmarkId>) -> Result<DataFrame, StoreError> {
        self.frame(&self.timings(benchmark)?)
    }

    /// [`Store::truth`] as a frame with the columns of the stored table.
    pub fn truth_frame(&self, benchmark: Option<&BenchmarkId>) -> Result<DataFrame, StoreError> {
        self.frame(&self.truth(benchmark)?)
    }

    /// Makes `rows` the whole ground truth of a benchmark, unless it is that already.
    pub fn put_truth(&self, benchmark: &BenchmarkId, rows: &[TruthRow]) -> Result<Truth, StoreError> {
        put::truth(&Folder::new(&self.root, benchmark)?, rows)
    }

    /// Stores scores that are complete from the start, such as published ones; doing it again changes nothing.
    ///
    /// Either all new rows are stored or none; a stored key that comes with another value is an error.
    pub fn put_published(&self, benchmark: &BenchmarkId, rows: &[ScoreRow]) -> Result<Published, StoreError> {
        put::published(&Folder::new(&self.root, benchmark)?, rows)
    }

    /// Rewrites the parts of one benchmark or of all as one part per table, for speed; no row changes.
    pub fn compact(
        &self,
        benchmark: Option<&BenchmarkId>,
    ) -> Result<Vec<(BenchmarkId, Compacted)>, StoreError> {
        let folders = self.folders(benchmark)?.into_iter();
        folders.map(|folder| Ok((folder.benchmark.clone(), compact::compact(&folder)?))).collect()
    }

    /// Reads everything of one benchmark or of all and reports what is wrong with it.
    ///
    /// An error means that the folder could not even be listed.
    pub fn verify(&self, benchmark: Option<&BenchmarkId>) -> Result<Report, StoreError> {
        let mut report = Report::default();
        for folder in self.folders(benchmark)? {
            report.extend(verify::folder(&folder)?);
        }
        Ok(report)
    }

    /// The folders with results, of one benchmark or of all, sorted.
    fn folders(&self, benchmark: Option<&BenchmarkId>) -> Result<Vec<Folder>, StoreError> {
        let candidates = if let Some(benchmark) = benchmark {
            vec![Folder::new(&self.root, benchmark)?]
        } else {
            let entries = list(&self.root, |_| true)?.into_iter().filter(|path| path.is_dir());
            let ids = entries.filter_map(|path| Some(BenchmarkId::new(path.file_name()?.to_str()?)));
            ids.filter_map(|id| Folder::new(&self.root, &id).ok()).collect()
        };
        let mut folders = Vec::new();
        for folder in candidates {
            if folder.has_results()? {
                folders.push(folder);
            }
        }
        Ok(folders)
    }

    fn collect<R>(
        &self,
        benchmark: Option<&BenchmarkId>,
        read: impl Fn(&Folder) -> Result<Vec<R>, StoreError>,
    ) -> Result<Vec<R>, StoreError> {
        let mut rows = Vec::new();
        for folder in self.folders(benchmark)? {
            rows.extend(read(&folder)?);
        }
        Ok(rows)
    }

    fn frame<R: Record>(&self, rows: &[R]) -> Result<DataFrame, StoreError> {
        parquet::frame(rows).map_err(|error| StoreError::Damaged {
            path: self.root.clone(),
            reason: format!("its rows make no frame: {error}"),
        })
    }
}
