//! Many small parts into one.

use std::path::PathBuf;

use proxyrank_schema::{ScoreRow, TimingRow};

use crate::journal::Journal;
use crate::layout::{Folder, Table, fresh_id};
use crate::lock::Lock;
use crate::parquet::{Part, encode};
use crate::record::{Record, same_rows};
use crate::snapshot::{Sourced, duplicate, leftovers, live, sort, sourced};
use crate::writer::seal;
use crate::{StoreError, disk};

const COMPACT: &str = "compact";

/// What a compaction did to one benchmark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Files of scores and timings before.
    pub files_before: usize,
    /// Files of scores and timings after.
    pub files_after: usize,
    /// Rows of scores and timings after.
    pub rows: usize,
    /// Rows that stood in two files with equal content, as after merging overlapping runs; one copy was kept.
    pub copies_dropped: usize,
}

/// Rewrites a benchmark's parts as one part per table.
///
/// Nothing else may write meanwhile. The new part is read back and compared before it gets its name; it lists the
/// parts that it replaces, so that from the rename on these no longer count, deleted or not.
pub(crate) fn compact(folder: &Folder) -> Result<Compacted, StoreError> {
    let _alone = Lock::rewrite(folder)?;
    for prefix in ["part-", "journal-"] {
        folder.temporaries(prefix)?.iter().try_for_each(|path| disk::remove(path))?;
    }
    let journals = folder.journals()?;
    let mut result = Compacted { files_before: journals.len(), ..Compacted::default() };
    for table in [Table::Scores, Table::Timings] {
        result.files_before += folder.part_files(table)?.len();
    }
    // Nobody else writes, so the journals belong to runs that ended early.
    for path in journals {
        match Journal::read(&path)? {
            Some(journal) => seal(folder, &journal)?,
            None => disk::remove(&path)?,
        }
    }
    table::<ScoreRow>(folder, &mut result)?;
    table::<TimingRow>(folder, &mut result)?;
    Ok(result)
}

fn table<R: Record>(folder: &Folder, result: &mut Compacted) -> Result<(), StoreError> {
    let parts =
        folder.part_files(R::TABLE)?.iter().map(|path| Part::open(path)).collect::<Result<Vec<_>, _>>()?;
    // These go first: once the part that replaced them is itself replaced, nothing says that they are void.
    for path in leftovers(&parts) {
        disk::remove(path)?;
    }
    let parts: Vec<&Part> = live(&parts).collect();
    let mut rows = Vec::new();
    for part in &parts {
        rows.extend(sourced(folder, part.verified_rows::<R>()?, &part.path)?);
    }
    sort(&mut rows);
    let found = rows.len();
    let rows = without_copies(rows)?;
    result.rows += rows.len();
    result.copies_dropped += found - rows.len();
    result.files_after += usize::from(!parts.is_empty());
    if parts.len() > 1 {
        let old: Vec<PathBuf> = parts.iter().map(|part| part.path.clone()).collect();
        rewrite(folder, &rows, &old)?;
    }
    Ok(())
}

fn rewrite<R: Record>(folder: &Folder, rows: &[R], old: &[PathBuf]) -> Result<(), StoreError> {
    let path = folder.part(R::TABLE, COMPACT, &fresh_id());
    let names: Vec<String> = old.iter().filter_map(|p| p.file_name()?.to_str()).map(str::to_owned).collect();
    let bytes = encode(&path, rows, &names)?;
    disk::replace_checked(&path, &bytes, |written| {
        let back = Part::open(written)?.verified_rows::<R>()?;
        if same_rows(&back, rows) {
            return Ok(());
        }
        let reason = "it does not read back as it was written; the old parts are kept".to_owned();
        Err(StoreError::Damaged { path: written.to_owned(), reason })
    })?;
    old.iter().try_for_each(|path| disk::remove(path))
}

/// Sorted rows with one of each key; rows of one key that differ are an error.
fn without_copies<R: Record>(rows: Vec<Sourced<R>>) -> Result<Vec<R>, StoreError> {
    let mut kept: Vec<Sourced<R>> = Vec::with_capacity(rows.len());
    for row in rows {
        match kept.last() {
            Some(last) if last.0.order(&row.0).is_eq() => {
                if !last.0.same(&row.0) {
                    return Err(duplicate(last, &row));
                }
            }
            _ => kept.push(row),
        }
    }
    Ok(kept.into_iter().map(|(row, _)| row).collect())
}
