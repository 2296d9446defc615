//! A table that somebody hands in, as CSV or Parquet, with every cell still text.
//!
//! Other loaders stop at the first thing that is wrong, since their files are published and pinned. What a person hands in is
//! corrected by that person, who wants to see all faults at once. So this one reads only what makes a table a table, and
//! leaves the meaning of cells to whoever judges them: a NaN in a Parquet column and the word `NaN` in a CSV are one fault and
//! get one message.

mod csv;
mod parquet;

use std::path::Path;

use super::error::{LoadError, LoadErrorKind, Place};
use super::source;

/// The largest file that is read, in bytes: some thousand times what a benchmark's scores take.
const MOST_BYTES: u64 = 64 << 20;

/// The most rows that are read; a small Parquet file may state any number.
const MOST_ROWS: usize = 1_000_000;

/// What every Parquet file begins with.
const PARQUET_MAGIC: &[u8] = b"PAR1";

/// How a sheet was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetFormat {
    /// Text with commas; rows are the lines of the file, the header being row 1.
    Csv,
    /// Parquet; rows count from 1.
    Parquet,
}

/// Something that is no fault, and that other readers may stumble over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// The file begins with a byte order mark.
    ByteOrderMark,
    /// Its lines end in carriage return and line feed.
    CarriageReturns,
}

/// A table of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// How it was stored.
    pub format: SheetFormat,
    /// The names of its columns, without spaces around them.
    pub header: Vec<String>,
    /// Its rows.
    pub rows: Vec<SheetRow>,
    /// What is odd about the file.
    pub quirks: Vec<Quirk>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// Where it stands; see [`SheetFormat`].
    pub number: u64,
    /// Its cells without spaces around them, as many as the row has; an empty one is none.
    pub cells: Vec<Option<String>>,
}

impl Sheet {
    /// Reads a file. What begins as Parquet is read as that whatever it is called.
    pub fn read(file: &Path) -> Result<Self, LoadError> {
        let size = std::fs::metadata(file)
            .map_err(|error| LoadError::new(file, Place::File, LoadErrorKind::Io(error)))?
            .len();
        if size > MOST_BYTES {
            let expected = format!("{} MiB at the most", MOST_BYTES >> 20);
            return Err(LoadError::unexpected(file, Place::File, expected, format!("{size} bytes")));
        }
        let bytes = source::read(file)?;
        if bytes.starts_with(PARQUET_MAGIC) {
            return parquet::read(file);
        }
        if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet")) {
            let found = if bytes.is_empty() { "an empty file" } else { "something else" };
            return Err(LoadError::unexpected(file, Place::File, "Parquet, which begins with PAR1", found));
        }
        csv::parse(file, &bytes)
    }
}

/// A cell as it is kept.
fn cell(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The error about a table that is too long.
fn too_long(file: &Path) -> LoadError {
    LoadError::unexpected(file, Place::File, format!("{MOST_ROWS} rows at the most"), "more")
}
