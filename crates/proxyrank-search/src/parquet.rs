//! A table as a Parquet file, whole or not at all.

use std::fs::{self, File};
use std::path::Path;

use polars::prelude::{DataFrame, ParquetWriter};

/// Writes a table beside its place and then puts it there; the error is a reason.
pub(crate) fn write(path: &Path, frame: &mut DataFrame) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    let unfinished = path.with_extension("parquet.unfinished");
    let file = File::create(&unfinished).map_err(|error| error.to_string())?;
    ParquetWriter::new(&file).finish(frame).map_err(|error| error.to_string())?;
    file.sync_all().map_err(|error| error.to_string())?;
    fs::rename(&unfinished, path).map_err(|error| error.to_string())
}
