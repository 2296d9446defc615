//! Curves: named columns of numbers in a Parquet file of their own.

use std::path::Path;

use polars::prelude::{Column, DataFrame, ParquetWriter, PolarsError};

use crate::{StoreError, disk};

/// Numbers of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Series {
    /// Whole numbers.
    Whole(Vec<u64>),
    /// Real numbers.
    Real(Vec<f64>),
    /// Words.
    Text(Vec<String>),
}

impl Series {
    fn len(&self) -> usize {
        match self {
            Self::Whole(values) => values.len(),
            Self::Real(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }
}

/// Writes columns of equal length. The same columns give the same bytes; the file is replaced by a complete one only.
pub fn write_columns(path: &Path, columns: Vec<(&'static str, Series)>) -> Result<(), StoreError> {
    let refused = |error: PolarsError| StoreError::Io {
        action: "encode",
        path: path.to_owned(),
        source: std::io::Error::other(error),
    };
    let rows = columns.first().map_or(0, |(_, series)| series.len());
    let column = |(name, series): (&'static str, Series)| match series {
        Series::Whole(values) => Column::new(name.into(), values),
        Series::Real(values) => Column::new(name.into(), values),
        Series::Text(values) => Column::new(name.into(), values),
    };
    let mut frame = DataFrame::new(rows, columns.into_iter().map(column).collect()).map_err(refused)?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).set_parallel(false).finish(&mut frame).map_err(refused)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        disk::create_folder(folder)?;
    }
    disk::replace(path, &bytes)
}

#[cfg(test)]
mod tests {
    use polars::prelude::{ParquetReader, SerReader};

    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_lengths_must_agree() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/curve.parquet");
        let columns = || vec![("step", Series::Whole(vec![1, 2])), ("loss", Series::Real(vec![0.1, -3.5]))];
        write_columns(&path, columns()).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        write_columns(&path, columns()).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
        let frame = ParquetReader::new(std::fs::File::open(&path).unwrap()).finish().unwrap();
        assert_eq!(frame.column("loss").unwrap().f64().unwrap().get(1), Some(-3.5));
        let uneven = vec![("a", Series::Whole(vec![1])), ("b", Series::Real(vec![]))];
        assert!(write_columns(&path, uneven).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "a failed write leaves the old file");
    }
}
