//! The binary format: whatever a column holds becomes the text that it would have in CSV.

use std::fs::File;
use std::path::Path;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::{MOST_ROWS, Sheet, SheetFormat, SheetRow, cell, too_long};
use crate::load::error::{LoadError, LoadErrorKind, Place};

/// Reads Parquet.
pub(super) fn read(path: &Path) -> Result<Sheet, LoadError> {
    let guarded = |step: &mut dyn FnMut() -> Result<Option<RecordBatch>, String>| {
        LoadError::guard(path, "Parquet", step)
    };
    let file =
        File::open(path).map_err(|error| LoadError::new(path, Place::File, LoadErrorKind::Io(error)))?;
    let builder = LoadError::guard(path, "Parquet", || {
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e: ParquetError| e.to_string())
    })?;
    let header = builder.schema().fields().iter().map(|field| field.name().trim().to_owned()).collect();
    let mut batches =
        LoadError::guard(path, "Parquet", || builder.build().map_err(|e: ParquetError| e.to_string()))?;
    let mut rows: Vec<SheetRow> = Vec::new();
    while let Some(batch) =
        guarded(&mut || batches.next().transpose().map_err(|e: ArrowError| e.to_string()))?
    {
        if rows.len() + batch.num_rows() > MOST_ROWS {
            return Err(too_long(path));
        }
        let first = rows.len() as u64 + 1;
        rows.extend(
            (0..batch.num_rows()).map(|row| SheetRow { number: first + row as u64, cells: Vec::new() }),
        );
        let fresh = rows.len() - batch.num_rows();
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            let unreadable = || {
                let place = Place::Node(format!("column `{}`", field.name()));
                LoadError::unexpected(path, place, "numbers or text", field.data_type())
            };
            let text = cast(column, &DataType::Utf8).map_err(|_| unreadable())?;
            let text = text.as_string_opt::<i32>().ok_or_else(unreadable)?;
            for (row, value) in rows[fresh..].iter_mut().zip(text.iter()) {
                row.cells.push(value.and_then(cell));
            }
        }
    }
    Ok(Sheet { format: SheetFormat::Parquet, header, rows, quirks: Vec::new() })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray, StructArray};
    use arrow::datatypes::Field;
    use parquet::arrow::ArrowWriter;

    use super::*;

    fn written(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
        let batch = RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, column)| (name, column, true)),
        )
        .unwrap();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    }

    fn sheet(bytes: &[u8]) -> Result<Sheet, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("scores.parquet");
        fs::write(&file, bytes).unwrap();
        Sheet::read(&file).map_err(|error| error.to_string())
    }

    #[test]
    fn numbers_come_back_to_the_last_bit_and_nulls_as_nothing() {
        let third = 1.0 / 3.0;
        let bytes = written(vec![
            ("arch_id", Arc::new(Int64Array::from(vec![7, 8, 9]))),
            ("score", Arc::new(Float64Array::from(vec![Some(third), Some(f64::NAN), None]))),
            ("note", Arc::new(StringArray::from(vec!["a", " ", "c"]))),
        ]);
        let sheet = sheet(&bytes).unwrap();
        assert_eq!(sheet.header, ["arch_id", "score", "note"]);
        let cells = |row: usize| sheet.rows[row].cells.iter().map(Option::as_deref).collect::<Vec<_>>();
        assert_eq!(cells(0)[1].unwrap().parse::<f64>().unwrap().to_bits(), third.to_bits());
        assert_eq!(cells(1), [Some("8"), Some("NaN"), None]);
        assert_eq!((cells(2), sheet.rows[2].number), (vec![Some("9"), None, Some("c")], 3));
    }

    #[test]
    fn a_file_cut_anywhere_is_an_error_that_names_it() {
        let scores = Float64Array::from_iter_values((0..500).map(|i| f64::from(i).sin()));
        let bytes = written(vec![("score", Arc::new(scores))]);
        for length in [0, 3, 4, 8, 100, bytes.len() / 2, bytes.len() - 1] {
            let error = sheet(&bytes[..length]).unwrap_err();
            assert!(error.contains("scores.parquet: ") && error.contains("Parquet"), "{length}: {error}");
        }
    }

    #[test]
    fn a_column_of_structures_is_refused() {
        let field = Arc::new(Field::new("inner", DataType::Int64, true));
        let inner: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let structures = StructArray::from(vec![(field, inner)]);
        let error = sheet(&written(vec![("score", Arc::new(structures))])).unwrap_err();
        assert!(error.contains("column `score`: expected numbers or text"), "{error}");
    }
}
