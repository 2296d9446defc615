//! Reading a benchmark's folder while others may write to it.
//!
//! Readers take no lock. They read the journals first and the parts second, so that a seal in between shows its rows
//! twice rather than not at all, and skip the rows of a journal whose part exists. Files that come and go meanwhile
//! can still be missed, since listing a folder is not atomic; if the files differ afterwards, all is read again.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proxyrank_schema::{ScoreRow, TimingRow, TruthRow};

use crate::journal::{Journal, Rows};
use crate::layout::{Folder, Table};
use crate::parquet::Part;
use crate::record::Record;
use crate::{StoreError, disk};

/// How often a folder that keeps changing is read before giving up.
const ATTEMPTS: usize = 20;

/// A table that comes from journals and parts.
pub(crate) trait Journaled: Record {
    /// The table's rows out of a journal.
    fn of(rows: &Rows) -> &[Self];
}

impl Journaled for ScoreRow {
    fn of(rows: &Rows) -> &[Self] {
        &rows.scores
    }
}

impl Journaled for TimingRow {
    fn of(rows: &Rows) -> &[Self] {
        &rows.timings
    }
}

/// A row and the file that it comes from.
pub(crate) type Sourced<R> = (R, Arc<Path>);

/// All rows of a table, sorted by key; two rows under one key are an error.
pub(crate) fn read<R: Journaled>(folder: &Folder) -> Result<Vec<R>, StoreError> {
    unique(steadily(folder, || everything(folder))?)
}

/// Repeats `read` until no file came or went meanwhile.
pub(crate) fn steadily<T>(
    folder: &Folder,
    read: impl Fn() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut before = files(folder)?;
    for _ in 0..ATTEMPTS {
        let result = read();
        let after = files(folder)?;
        if after == before {
            return result;
        }
        before = after;
    }
    Err(StoreError::Unsteady { path: folder.path.clone() })
}

/// The files that rows come from; a journal is known by its first line, which holds its id.
fn files(folder: &Folder) -> Result<Vec<(PathBuf, Vec<u8>)>, StoreError> {
    let mut files = Vec::new();
    for path in folder.journals()? {
        let first_line = disk::read_first_line(&path)?;
        files.push((path, first_line));
    }
    for table in [Table::Scores, Table::Timings] {
        files.extend(folder.part_files(table)?.into_iter().map(|path| (path, Vec::new())));
    }
    Ok(files)
}

/// The ground truth, sorted by key.
pub(crate) fn read_truth(folder: &Folder) -> Result<Vec<TruthRow>, StoreError> {
    let rows = match Part::open(&folder.truth()) {
        Err(error) if error.is_not_found() => return Ok(Vec::new()),
        opened => opened?.rows::<TruthRow>()?,
    };
    unique(sourced(folder, rows, &folder.truth())?)
}

fn everything<R: Journaled>(folder: &Folder) -> Result<Vec<Sourced<R>>, StoreError> {
    let journals = folder.journals()?;
    let journals: Vec<Journal> =
        journals.iter().filter_map(|path| Journal::read(path).transpose()).collect::<Result<_, _>>()?;
    let parts = folder.part_files(R::TABLE)?;
    let parts: Vec<Part> = parts.iter().map(|path| Part::open(path)).collect::<Result<_, _>>()?;
    let mut rows = Vec::new();
    for part in live(&parts) {
        rows.extend(sourced(folder, part.rows::<R>()?, &part.path)?);
    }
    for journal in &journals {
        if !journal.is_sealed_in(folder, R::TABLE) {
            rows.extend(sourced(folder, R::of(&journal.rows).to_vec(), &journal.path)?);
        }
    }
    Ok(rows)
}

/// The parts that no other part replaces.
pub(crate) fn live(parts: &[Part]) -> impl Iterator<Item = &Part> {
    let replaced = replaced(parts);
    parts.iter().filter(move |part| !is_replaced(part, &replaced))
}

/// The parts that a compaction replaced and had no time to delete.
pub(crate) fn leftovers(parts: &[Part]) -> impl Iterator<Item = &PathBuf> {
    let replaced = replaced(parts);
    parts.iter().filter(move |part| is_replaced(part, &replaced)).map(|part| &part.path)
}

fn replaced(parts: &[Part]) -> HashSet<&OsStr> {
    parts.iter().flat_map(|part| part.replaces().map(OsStr::new)).collect()
}

fn is_replaced(part: &Part, replaced: &HashSet<&OsStr>) -> bool {
    part.path.file_name().is_some_and(|name| replaced.contains(name))
}

/// Rows with their file; a row of another benchmark is an error, since a filter by folder would hide it.
pub(crate) fn sourced<R: Record>(
    folder: &Folder,
    rows: Vec<R>,
    path: &Path,
) -> Result<Vec<Sourced<R>>, StoreError> {
    if let Some(index) = rows.iter().position(|row| *row.benchmark() != folder.benchmark) {
        return Err(StoreError::BadValue {
            path: path.to_owned(),
            row: index + 1,
            column: "benchmark".to_owned(),
            reason: format!("{} in the folder of {}", rows[index].benchmark(), folder.benchmark),
        });
    }
    let source: Arc<Path> = path.into();
    Ok(rows.into_iter().map(|row| (row, Arc::clone(&source))).collect())
}

/// Sorts rows by key.
pub(crate) fn sort<R: Record>(rows: &mut [Sourced<R>]) {
    rows.sort_by(|(a, _), (b, _)| a.order(b));
}

/// The error about two rows of one key.
pub(crate) fn duplicate<R: Record>(first: &Sourced<R>, second: &Sourced<R>) -> StoreError {
    StoreError::DuplicateKey {
        key: first.0.describe(),
        first: first.1.to_path_buf(),
        second: second.1.to_path_buf(),
    }
}

fn unique<R: Record>(mut rows: Vec<Sourced<R>>) -> Result<Vec<R>, StoreError> {
    sort(&mut rows);
    match rows.windows(2).find(|pair| pair[0].0.order(&pair[1].0).is_eq()) {
        Some(pair) => Err(duplicate(&pair[0], &pair[1])),
        None => Ok(rows.into_iter().map(|(row, _)| row).collect()),
    }
}
