//! The part that all Parquet loaders share: open, check the schema, stream batches, hand out rows.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema};
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use crate::load::error::{LoadError, LoadErrorKind, Place};

/// Rows that are decoded at a time; documents of OpenWebText take about 5 kB each.
const BATCH_ROWS: usize = 1024;

/// What a column must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnType {
    /// Text in any of Arrow's three layouts.
    Text,
    /// A whole number of 32 or 64 bits with sign.
    Integer,
    /// A number of 32 or 64 bits.
    Float,
    /// SQuAD's answers: a structure of a list of texts and a list of offsets.
    Answers,
}

impl ColumnType {
    fn accepts(self, found: &DataType) -> bool {
        match self {
            Self::Text => is_text(found),
            Self::Integer => is_integer(found),
            Self::Float => matches!(found, DataType::Float32 | DataType::Float64),
            Self::Answers => match found {
                DataType::Struct(fields) => {
                    let list_of = |name: &str, accepts: fn(&DataType) -> bool| {
                        fields.find(name).is_some_and(|(_, field)| match field.data_type() {
                            DataType::List(item) => accepts(item.data_type()),
                            _ => false,
                        })
                    };
                    fields.len() == 2 && list_of("text", is_text) && list_of("answer_start", is_integer)
                }
                _ => false,
            },
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "a 32- or 64-bit integer",
            Self::Float => "a 32- or 64-bit float",
            Self::Answers => "a structure of the lists `text` and `answer_start`",
        }
    }

    /// The one layout that row decoders see.
    fn canonical(self, found: &DataType) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Integer => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::Answers => found.clone(),
        }
    }
}

fn is_text(found: &DataType) -> bool {
    matches!(found, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn is_integer(found: &DataType) -> bool {
    matches!(found, DataType::Int32 | DataType::Int64)
}

/// A column by name and type.
pub(super) type Column = (&'static str, ColumnType);

/// Turns the columns of a batch, in their canonical types and without nulls, into rows.
pub(super) type Decode<R> = Box<dyn Fn(&[ArrayRef], &Cells<'_>) -> Result<Vec<R>, LoadError> + Send>;

/// Names cells of one batch in errors.
pub(super) struct Cells<'a> {
    file: &'a Path,
    first_row: u64,
}

impl Cells<'_> {
    pub(super) fn unexpected(
        &self,
        row: usize,
        column: &'static str,
        expected: impl Into<String>,
        found: impl std::fmt::Display,
    ) -> LoadError {
        LoadError::unexpected(self.file, self.place(row, column), expected, found)
    }

    fn place(&self, row: usize, column: &'static str) -> Place {
        Place::Row { row: self.first_row + row as u64, column }
    }
}

/// Batches of rows of a Parquet file, in file order. It ends after the first error.
pub struct Rows<R> {
    file: PathBuf,
    columns: &'static [Column],
    decode: Decode<R>,
    batches: Option<ParquetRecordBatchReader>,
    next_row: u64,
    stated: u64,
}

impl<R> Rows<R> {
    /// Opens a file that must have exactly these columns, in any order; `decode` gets them in this order.
    pub(super) fn open(
        path: &Path,
        columns: &'static [Column],
        decode: impl Fn(&[ArrayRef], &Cells<'_>) -> Result<Vec<R>, LoadError> + Send + 'static,
    ) -> Result<Self, LoadError> {
        let file = File::open(path).map_err(|e| LoadError::new(path, Place::File, LoadErrorKind::Io(e)))?;
        let builder = guarded(path, || {
            ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e: ParquetError| e.to_string())
        })?;
        check_schema(path, builder.schema(), columns)?;
        let stated = builder.metadata().file_metadata().num_rows();
        let stated = u64::try_from(stated)
            .map_err(|_| LoadError::unexpected(path, Place::File, "no negative number of rows", stated))?;
        let batches = guarded(path, || {
            builder.with_batch_size(BATCH_ROWS).build().map_err(|e: ParquetError| e.to_string())
        })?;
        let (file, decode) = (path.to_owned(), Box::new(decode));
        Ok(Self { file, columns, decode, batches: Some(batches), next_row: 0, stated })
    }

    /// The number of rows that the file's footer states.
    pub fn stated_rows(&self) -> u64 {
        self.stated
    }

    /// Reads all rows that are left.
    pub fn read_all(self) -> Result<Vec<R>, LoadError> {
        let mut rows = Vec::new();
        for batch in self {
            rows.extend(batch?);
        }
        Ok(rows)
    }

    /// Reads rows until there are `count`, or fewer where the file ends.
    pub fn read_first(self, count: usize) -> Result<Vec<R>, LoadError> {
        let mut rows = Vec::new();
        for batch in self {
            rows.extend(batch?);
            if rows.len() >= count {
                break;
            }
        }
        rows.truncate(count);
        Ok(rows)
    }

    fn next_batch(&mut self) -> Result<Option<Vec<R>>, LoadError> {
        let Some(batches) = &mut self.batches else { return Ok(None) };
        let batch =
            guarded(&self.file, || batches.next().transpose().map_err(|e: ArrowError| e.to_string()))?;
        let Some(batch) = batch else {
            if self.next_row != self.stated {
                let expected = format!("{} rows as its footer says", self.stated);
                return Err(LoadError::unexpected(&self.file, Place::File, expected, self.next_row));
            }
            return Ok(None);
        };
        let place = Cells { file: &self.file, first_row: self.next_row };
        let columns = canonical_columns(&batch, self.columns, &place)?;
        self.next_row += batch.num_rows() as u64;
        (self.decode)(&columns, &place).map(Some)
    }
}

impl<R> Iterator for Rows<R> {
    type Item = Result<Vec<R>, LoadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.next_batch().transpose();
        if !matches!(batch, Some(Ok(_))) {
            self.batches = None;
        }
        batch
    }
}

impl<R> std::fmt::Debug for Rows<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows")
            .field("file", &self.file)
            .field("next_row", &self.next_row)
            .finish_non_exhaustive()
    }
}

/// Runs a step of the Parquet decoder. The reader is dropped after any error, so nothing sees its state again.
fn guarded<T>(file: &Path, step: impl FnOnce() -> Result<T, String>) -> Result<T, LoadError> {
    LoadError::guard(file, "Parquet", step)
}

fn check_schema(file: &Path, schema: &Schema, columns: &[Column]) -> Result<(), LoadError> {
    for (name, wanted) in columns {
        let place = || Place::Node(format!("column `{name}`"));
        let field = schema
            .field_with_name(name)
            .map_err(|_| LoadError::missing(file, Place::File, format!("column `{name}`")))?;
        if !wanted.accepts(field.data_type()) {
            return Err(LoadError::unexpected(file, place(), wanted.describe(), field.data_type()));
        }
    }
    let names = || columns.iter().map(|(name, _)| *name);
    let mut seen = Vec::new();
    for field in schema.fields() {
        let Some(name) = names().find(|name| name == field.name()) else {
            let expected = format!("the columns {}", names().collect::<Vec<_>>().join(", "));
            let found = format!("`{}` besides", field.name());
            return Err(LoadError::unexpected(file, Place::File, expected, found));
        };
        if seen.contains(&name) {
            return Err(LoadError::duplicate(file, Place::File, format!("column `{name}`")));
        }
        seen.push(name);
    }
    Ok(())
}

fn canonical_columns(
    batch: &RecordBatch,
    columns: &[Column],
    cells: &Cells<'_>,
) -> Result<Vec<ArrayRef>, LoadError> {
    columns
        .iter()
        .map(|(name, wanted)| {
            let missing = || LoadError::missing(cells.file, Place::File, format!("column `{name}`"));
            let array = batch.column_by_name(name).ok_or_else(missing)?;
            let array = guarded(cells.file, || {
                cast(array, &wanted.canonical(array.data_type())).map_err(|e| e.to_string())
            })?;
            match (0..array.len()).find(|row| array.is_null(*row)) {
                Some(row) => Err(LoadError::missing(cells.file, cells.place(row, name), "the value")),
                None => Ok(array),
            }
        })
        .collect()
}
