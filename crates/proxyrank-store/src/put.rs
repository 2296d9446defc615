//! Rows that come as whole tables: ground truth, and scores that somebody else published.

use std::collections::HashMap;

use proxyrank_schema::{ScoreKey, ScoreRow, TruthRow};

use crate::layout::{Folder, fresh_id};
use crate::lock::Lock;
use crate::parquet::{Part, encode};
use crate::record::{Record, describe_key, same_rows};
use crate::writer::{check, write_part};
use crate::{StoreError, disk, snapshot};

/// Stands in part names where a shard stands otherwise.
const PUBLISHED: &str = "published";
const TRUTH: &str = "truth";

/// What became of a benchmark's ground truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// The same rows were there.
    Unchanged,
    /// The rows are there now, in place of any others.
    Replaced,
}

/// What became of published scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// Rows that were added.
    pub added: usize,
    /// Rows that were there with the same value.
    pub unchanged: usize,
}

/// Makes `rows` the ground truth of a benchmark.
pub(crate) fn truth(folder: &Folder, rows: &[TruthRow]) -> Result<Truth, StoreError> {
    let rows = sorted(folder, rows)?;
    disk::create_folder(&folder.path)?;
    let _waited = Lock::wait(folder, TRUTH)?;
    folder.temporaries("ground_truth.")?.iter().try_for_each(|path| disk::remove(path))?;
    let path = folder.truth();
    // A damaged or older file is replaced like any other that differs: the rows given are all that matter.
    let stored = Part::open(&path).and_then(|part| part.verified_rows::<TruthRow>());
    if stored.is_ok_and(|stored| same_rows(&stored, &rows)) {
        return Ok(Truth::Unchanged);
    }
    disk::replace(&path, &encode(&path, &rows, &[])?)?;
    Ok(Truth::Replaced)
}

/// Adds the rows whose key is new; a known key must come with the stored value.
pub(crate) fn published(folder: &Folder, rows: &[ScoreRow]) -> Result<Published, StoreError> {
    let rows = sorted(folder, rows)?;
    disk::create_folder(&folder.path)?;
    let _shared = Lock::add_to(folder)?;
    let _waited = Lock::wait(folder, PUBLISHED)?;
    folder.temporaries(&format!("part-{PUBLISHED}-"))?.iter().try_for_each(|path| disk::remove(path))?;
    let stored = snapshot::read::<ScoreRow>(folder)?;
    let stored: HashMap<&ScoreKey, &ScoreRow> = stored.iter().map(|row| (&row.key, row)).collect();
    let mut new = Vec::new();
    for row in &rows {
        match stored.get(&row.key) {
            None => new.push(row.clone()),
            Some(known) if known.same(row) => {}
            Some(known) => {
                let (key, stored, given) = (describe_key(&row.key), value(known), value(row));
                return Err(StoreError::Conflict { key, stored, given });
            }
        }
    }
    write_part(folder, PUBLISHED, &fresh_id(), &new)?;
    Ok(Published { added: new.len(), unchanged: rows.len() - new.len() })
}

/// The rows by key; refuses rows that may not be stored, and a key that comes twice.
fn sorted<R: Record>(folder: &Folder, rows: &[R]) -> Result<Vec<R>, StoreError> {
    rows.iter().try_for_each(|row| check(folder, row))?;
    let mut rows = rows.to_vec();
    rows.sort_by(Record::order);
    match rows.windows(2).find(|pair| pair[0].order(&pair[1]).is_eq()) {
        Some(pair) => {
            let reason = "the same key is given twice".to_owned();
            Err(StoreError::InvalidRow { key: pair[0].describe(), reason })
        }
        None => Ok(rows),
    }
}

fn value(row: &ScoreRow) -> String {
    let outcome = &row.outcome;
    match outcome.score {
        Some(score) => format!("{score:?}"),
        None => format!("{} ({})", outcome.status, outcome.detail),
    }
}
