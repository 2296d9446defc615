//! Whether a file on disk is the one that the manifest means.

use std::fs::File;
use std::io;
use std::path::Path;

use arrow::datatypes::{DataType, FieldRef};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};

use crate::hash::sha256_file;
use crate::manifest::Check;
use crate::silence;

/// What a right file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inspection {
    /// Size.
    pub(crate) bytes: u64,
    /// Rows of a Parquet file.
    pub(crate) rows: Option<u64>,
}

/// Why a file is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The disk does not give it.
    Unreadable(io::Error),
    /// It is another file.
    Wrong(String),
}

/// Checks a file. A Parquet file is judged by its footer, so a large one costs little; its pages are checked by the
/// reader that uses them.
pub(crate) fn inspect(path: &Path, check: &Check) -> Result<Inspection, Refusal> {
    let found = std::fs::metadata(path).map_err(Refusal::Unreadable)?.len();
    match check {
        Check::Digest { bytes, sha256 } => {
            if found != *bytes {
                return Err(Refusal::Wrong(format!("it has {found} bytes, not {bytes}")));
            }
            let hash = sha256_file(path).map_err(Refusal::Unreadable)?;
            if hash != *sha256 {
                return Err(Refusal::Wrong(format!("its SHA-256 is {hash}, not {sha256}")));
            }
            Ok(Inspection { bytes: found, rows: None })
        }
        Check::Parquet { columns, .. } => {
            let file = File::open(path).map_err(Refusal::Unreadable)?;
            let (have, rows) = footer(&file).map_err(Refusal::Wrong)?;
            if have != *columns {
                let (have, want) = (have.join(", "), columns.join(", "));
                return Err(Refusal::Wrong(format!("its columns are [{have}], not [{want}]")));
            }
            Ok(Inspection { bytes: found, rows: Some(rows) })
        }
    }
}

/// Columns and rows of a Parquet file. The reader may panic on a damaged footer, which is then no Parquet file.
fn footer(file: &File) -> Result<(Vec<String>, u64), String> {
    let metadata = silence::catch(|| ArrowReaderMetadata::load(file, ArrowReaderOptions::default()))
        .ok_or_else(|| "it is no Parquet file (damaged footer)".to_owned())?
        .map_err(|error| format!("it is no Parquet file ({error})"))?;
    let columns = metadata.schema().fields().iter().map(column).collect();
    let rows = metadata.metadata().file_metadata().num_rows();
    let rows = u64::try_from(rows).map_err(|_| format!("its footer counts {rows} rows"))?;
    Ok((columns, rows))
}

fn column(field: &FieldRef) -> String {
    format!("{}: {}", field.name(), type_name(field.data_type()))
}

/// Types as manifests spell them; Arrow's layouts of one type have one name.
fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "string".to_owned(),
        DataType::Int32 => "int32".to_owned(),
        DataType::Int64 => "int64".to_owned(),
        DataType::Float32 => "float32".to_owned(),
        DataType::Float64 => "float64".to_owned(),
        DataType::List(item) | DataType::LargeList(item) => format!("list<{}>", type_name(item.data_type())),
        DataType::Struct(fields) => {
            let fields: Vec<String> = fields.iter().map(column).collect();
            format!("struct<{}>", fields.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use proptest::prelude::*;

    use super::*;

    fn parquet_bytes() -> Vec<u8> {
        let batch = RecordBatch::try_from_iter([
            ("text", Arc::new(StringArray::from(vec!["a", "b"])) as _),
            ("label", Arc::new(Int64Array::from(vec![1, 2])) as _),
        ])
        .unwrap();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        bytes
    }

    fn check_bytes(bytes: &[u8], columns: &[&str]) -> Result<Inspection, Refusal> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let columns = columns.iter().map(|&c| c.to_owned()).collect();
        inspect(file.path(), &Check::Parquet { columns, official_rows: 2, shards: 1 })
    }

    #[test]
    fn a_parquet_file_is_known_by_its_columns() {
        let bytes = parquet_bytes();
        let good = check_bytes(&bytes, &["text: string", "label: int64"]).unwrap();
        assert_eq!(good.rows, Some(2));
        for columns in
            [&["text: string"][..], &["label: int64", "text: string"], &["text: string", "label: int32"]]
        {
            assert!(matches!(check_bytes(&bytes, columns), Err(Refusal::Wrong(_))));
        }
        assert!(matches!(check_bytes(&bytes[..bytes.len() - 1], &[]), Err(Refusal::Wrong(_))));
        assert!(matches!(check_bytes(b"", &[]), Err(Refusal::Wrong(_))));
    }

    #[test]
    fn nested_types_have_the_spelling_of_manifests() {
        let list = DataType::new_list(DataType::Utf8View, true);
        let answers = DataType::Struct(vec![arrow::datatypes::Field::new("text", list, true)].into());
        assert_eq!(type_name(&answers), "struct<text: list<string>>");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_damaged_footer_panics(at in any::<prop::sample::Index>(), byte: u8) {
            let mut bytes = parquet_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = check_bytes(&bytes, &["text: string", "label: int64"]);
        }
    }
}
