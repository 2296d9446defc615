//! One table in one Parquet file, with what is needed to trust it in the footer.
//!
//! The footer's key-value metadata holds the schema version (a newer tool's file is refused with advice rather than
//! misread), the SHA-256 of the values (Parquet pages carry no checksum here, and `verify` must notice a flipped
//! bit), and the names of the parts that a compacted part replaces.

use std::collections::HashMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use arrow_schema::DataType as ArrowType;
use polars::prelude::{
    DataFrame, DataType, KeyValueMetadata, ParallelStrategy, ParquetReader, ParquetWriter, PolarsError,
    PolarsResult, SerReader,
};
use proxyrank_schema::SCHEMA_VERSION;
use proxyrank_schema::arrow::VERSION_KEY;
use sha2::{Digest, Sha256};

use crate::columns::Columns;
use crate::record::Record;
use crate::text::hex;
use crate::{StoreError, disk, silence};

const VALUES_KEY: &str = "proxyrank.values_sha256";
const REPLACES_KEY: &str = "proxyrank.replaces";

/// Rows as a frame with the table's columns.
pub(crate) fn frame<R: Record>(rows: &[R]) -> PolarsResult<DataFrame> {
    DataFrame::new(rows.len(), R::to_columns(rows))
}

/// Rows as the bytes of a Parquet file; `path` is where they will go, `replaces` the parts that it then replaces.
pub(crate) fn encode<R: Record>(path: &Path, rows: &[R], replaces: &[String]) -> Result<Vec<u8>, StoreError> {
    let refused = |error: PolarsError| StoreError::Io {
        action: "encode",
        path: path.to_owned(),
        source: std::io::Error::other(error),
    };
    let mut frame = frame(rows).map_err(refused)?;
    let mut metadata = vec![
        (VERSION_KEY.to_owned(), SCHEMA_VERSION.to_string()),
        (VALUES_KEY.to_owned(), fingerprint::<R>(path, &frame)?),
    ];
    if !replaces.is_empty() {
        metadata.push((REPLACES_KEY.to_owned(), replaces.join("\n")));
    }
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .set_parallel(false)
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(metadata)))
        .finish(&mut frame)
        .map_err(refused)?;
    Ok(bytes)
}

/// A Parquet file whose footer was read and whose version fits.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) path: PathBuf,
    bytes: Vec<u8>,
    metadata: HashMap<String, String>,
}

impl Part {
    /// Reads a file and its footer.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let bytes = disk::read(path)?;
        let pairs = guarded(path, || {
            let mut reader = ParquetReader::new(Cursor::new(&bytes));
            Ok(reader.get_metadata()?.key_value_metadata().clone())
        })?;
        let pairs = pairs.unwrap_or_default().into_iter();
        let metadata: HashMap<String, String> =
            pairs.filter_map(|pair| Some((pair.key.clone(), pair.value.clone()?))).collect();
        match metadata.get(VERSION_KEY).map(|version| version.parse()) {
            Some(Ok(SCHEMA_VERSION)) => Ok(Self { path: path.to_owned(), bytes, metadata }),
            Some(Ok(found)) => Err(StoreError::Version { path: path.to_owned(), found }),
            _ => Err(StoreError::Damaged {
                path: path.to_owned(),
                reason: format!("its footer has no `{VERSION_KEY}`, so proxyrank did not write it"),
            }),
        }
    }

    /// The file names of the parts that this one replaces.
    pub(crate) fn replaces(&self) -> impl Iterator<Item = &str> {
        self.metadata.get(REPLACES_KEY).into_iter().flat_map(|names| names.lines())
    }

    /// The rows, each of which makes sense.
    pub(crate) fn rows<R: Record>(&self) -> Result<Vec<R>, StoreError> {
        self.decode(&self.frame::<R>()?)
    }

    /// As [`Part::rows`], after the values were compared with the checksum in the footer.
    pub(crate) fn verified_rows<R: Record>(&self) -> Result<Vec<R>, StoreError> {
        let frame = self.frame::<R>()?;
        if self.metadata.get(VALUES_KEY) != Some(&fingerprint::<R>(&self.path, &frame)?) {
            return Err(StoreError::Damaged {
                path: self.path.clone(),
                reason: "its values do not have the checksum that its footer states".to_owned(),
            });
        }
        self.decode(&frame)
    }

    fn frame<R: Record>(&self) -> Result<DataFrame, StoreError> {
        let frame = guarded(&self.path, || {
            ParquetReader::new(Cursor::new(&self.bytes))
                .read_parallel(ParallelStrategy::None)
                .set_rechunk(true)
                .finish()
        })?;
        check_columns::<R>(&self.path, &frame)?;
        Ok(frame)
    }

    fn decode<R: Record>(&self, frame: &DataFrame) -> Result<Vec<R>, StoreError> {
        let columns = Columns::new(frame, &self.path);
        let rows = R::from_columns(&columns)?;
        let fault = rows.iter().enumerate().find_map(|(row, r)| Some((row, r.fault()?)));
        match fault {
            Some((row, fault)) => Err(columns.bad(row, fault.column, fault.reason)),
            None => Ok(rows),
        }
    }
}

/// Runs polars on bytes that may be anything: its Parquet reader panics on some damaged files.
fn guarded<T>(path: &Path, read: impl FnOnce() -> PolarsResult<T>) -> Result<T, StoreError> {
    let damaged = |reason: String| StoreError::Damaged { path: path.to_owned(), reason };
    match silence::catch(read) {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) => Err(damaged(format!("it is no readable Parquet ({error}), perhaps cut short"))),
        None => Err(damaged("its Parquet pages make no sense".to_owned())),
    }
}

/// The polars type of a column that the schema describes by its Arrow type.
///
/// Text may be stored in any of Arrow's layouts (polars writes views); polars reads all of them as one type.
fn stored_type(arrow: &ArrowType) -> DataType {
    match arrow {
        ArrowType::Utf8 => DataType::String,
        ArrowType::UInt32 => DataType::UInt32,
        ArrowType::UInt64 => DataType::UInt64,
        ArrowType::Float64 => DataType::Float64,
        ArrowType::Boolean => DataType::Boolean,
        other => unreachable!("no stored table has a column of type {other}"),
    }
}

fn check_columns<R: Record>(path: &Path, frame: &DataFrame) -> Result<(), StoreError> {
    let schema = R::schema();
    let expected: Vec<(&str, DataType)> =
        schema.fields().iter().map(|f| (f.name().as_str(), stored_type(f.data_type()))).collect();
    let found: Vec<(&str, &DataType)> =
        frame.columns().iter().map(|c| (c.name().as_str(), c.dtype())).collect();
    let mut differences = Vec::new();
    for (name, wanted) in &expected {
        match found.iter().find(|(other, _)| other == name) {
            None => differences.push(format!("column {name} is missing")),
            Some((_, given)) if *given != wanted => {
                differences.push(format!("column {name} is {given} instead of {wanted}"));
            }
            Some(_) => {}
        }
    }
    for (name, _) in found.iter().filter(|(name, _)| expected.iter().all(|(other, _)| other != name)) {
        differences.push(format!("column {name} is unknown"));
    }
    if differences.is_empty() && !expected.iter().map(|(n, _)| n).eq(found.iter().map(|(n, _)| n)) {
        differences.push("the columns stand in another order".to_owned());
    }
    if differences.is_empty() {
        return Ok(());
    }
    let differences = differences.join(", ");
    Err(StoreError::WrongSchema { path: path.to_owned(), table: R::TABLE.name(), differences })
}

/// SHA-256 of all values, column by column in the schema's order, whatever the encoding in the file.
fn fingerprint<R: Record>(path: &Path, frame: &DataFrame) -> Result<String, StoreError> {
    let columns = Columns::new(frame, path);
    let mut hash = Sha256::new();
    for field in R::schema().fields() {
        let name = field.name();
        let mut bytes: Vec<u8> = Vec::new();
        match field.data_type() {
            ArrowType::Utf8 => {
                for value in columns.text(name)? {
                    bytes.extend((value.len() as u64).to_le_bytes());
                    bytes.extend(value.as_bytes());
                }
            }
            ArrowType::UInt32 => bytes.extend(columns.small(name)?.into_iter().flat_map(u32::to_le_bytes)),
            ArrowType::UInt64 => bytes.extend(columns.count(name)?.into_iter().flat_map(u64::to_le_bytes)),
            ArrowType::Boolean => bytes.extend(columns.flag(name)?.into_iter().map(u8::from)),
            _ => {
                for value in columns.optional_number(name)? {
                    bytes.push(u8::from(value.is_some()));
                    bytes.extend(value.unwrap_or(0.0).to_bits().to_le_bytes());
                }
            }
        }
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(&bytes);
    }
    Ok(hex(&hash.finalize()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proxyrank_schema::{ScoreRow, TimingRow, TruthRow};
    use tempfile::TempDir;

    use super::*;
    use polars::prelude::Column;

    use crate::columns::{optional_number, small, text};
    use crate::record::same_rows;
    use crate::samples;

    fn sample() -> Vec<ScoreRow> {
        (0..40).flat_map(|number| samples::architecture(number).0).collect()
    }

    fn write(folder: &TempDir, bytes: &[u8]) -> PathBuf {
        let path = folder.path().join("part.parquet");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes a frame that `change` made out of a good one.
    fn changed(folder: &TempDir, version: &str, change: impl Fn(&mut DataFrame)) -> PathBuf {
        let mut frame = frame(&sample()).unwrap();
        change(&mut frame);
        let mut bytes = Vec::new();
        let metadata = vec![(VERSION_KEY.to_owned(), version.to_owned())];
        ParquetWriter::new(&mut bytes)
            .with_key_value_metadata(Some(KeyValueMetadata::from_static(metadata)))
            .finish(&mut frame)
            .unwrap();
        write(folder, &bytes)
    }

    fn refusal(path: &Path) -> String {
        Part::open(path).and_then(|part| part.rows::<ScoreRow>()).unwrap_err().to_string()
    }

    fn round_trip<R: Record>(rows: &[R]) {
        let folder = TempDir::new().unwrap();
        let path = write(&folder, &encode(Path::new("p"), rows, &["a".to_owned(), "b".to_owned()]).unwrap());
        let part = Part::open(&path).unwrap();
        let back = part.verified_rows::<R>().unwrap();
        assert!(same_rows(&back, rows));
        assert_eq!(part.replaces().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn all_tables_come_back_bit_by_bit() {
        round_trip(&sample());
        round_trip(&[samples::timing("0", "snip"), samples::timing("1", "snip")]);
        round_trip(&[samples::truth("0", -0.0), samples::truth("1", 5e-324)]);
        round_trip::<ScoreRow>(&[]);
        round_trip::<TruthRow>(&[]);
        round_trip::<TimingRow>(&[]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_scores_and_any_text_come_back(
            values in proptest::collection::vec((any::<u64>(), ".*", ".*"), 1..20)
        ) {
            let rows: Vec<ScoreRow> = values
                .iter()
                .map(|(bits, arch, detail)| {
                    let mut row = samples::score(arch, "snip", f64::from_bits(*bits));
                    row.outcome.detail.clone_from(detail);
                    row
                })
                .collect();
            round_trip(&rows);
        }
    }

    #[test]
    fn the_same_rows_give_the_same_bytes() {
        let encode = || encode(Path::new("p"), &sample(), &[]).unwrap();
        assert_eq!(encode(), encode());
    }

    #[test]
    fn a_file_cut_anywhere_is_an_error_that_names_it() {
        let folder = TempDir::new().unwrap();
        let bytes = encode(Path::new("p"), &sample(), &[]).unwrap();
        for length in (0..bytes.len()).step_by(101) {
            let path = write(&folder, &bytes[..length]);
            let message = refusal(&path);
            assert!(message.contains("part.parquet is damaged"), "{length}: {message}");
        }
    }

    #[test]
    fn a_changed_byte_is_never_believed() {
        let folder = TempDir::new().unwrap();
        let rows = sample();
        let bytes = encode(Path::new("p"), &rows, &[]).unwrap();
        let mut noticed = 0;
        let places: Vec<usize> = (0..bytes.len()).step_by(bytes.len() / 150).collect();
        for at in &places {
            let mut changed = bytes.clone();
            changed[*at] ^= 0x20;
            let path = write(&folder, &changed);
            match Part::open(&path).and_then(|part| part.verified_rows::<ScoreRow>()) {
                Ok(back) => assert!(same_rows(&back, &rows)),
                Err(_) => noticed += 1,
            }
        }
        assert!(noticed > places.len() / 2, "{noticed} of {} changes were noticed", places.len());
    }

    #[test]
    fn a_changed_byte_prints_no_panic() {
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", "parquet::tests::a_changed_byte_is_never_believed"])
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&child.stderr);
        assert!(child.status.success() && !printed.contains("panicked"), "{printed}");
    }

    #[test]
    fn a_newer_file_is_refused_with_advice() {
        let folder = TempDir::new().unwrap();
        let path = changed(&folder, &(SCHEMA_VERSION + 1).to_string(), |_| ());
        assert!(refusal(&path).contains("update proxyrank"));
        let path = changed(&folder, "0", |_| ());
        assert!(refusal(&path).contains("run the evaluation again"));
        let path = changed(&folder, "one", |_| ());
        assert!(refusal(&path).contains("has no `proxyrank.schema_version`"));
    }

    #[test]
    fn other_columns_are_named() {
        let folder = TempDir::new().unwrap();
        let path = changed(&folder, "1", |frame| {
            frame.drop_in_place("detail").unwrap();
            frame.with_column(small("status", (0..120).map(|_| 0))).unwrap();
            frame.with_column(small("extra", (0..120).map(|_| 0))).unwrap();
        });
        let message = refusal(&path);
        for part in
            ["status is u32 instead of str", "detail is missing", "extra is unknown", "a scores table"]
        {
            assert!(message.contains(part), "{message}");
        }
        let path = changed(&folder, "1", |frame| {
            let detail = frame.drop_in_place("detail").unwrap();
            frame.insert_column(0, detail).unwrap();
        });
        assert!(refusal(&path).contains("in another order"));
    }

    #[test]
    fn impossible_values_are_named_by_row_and_column() {
        let folder = TempDir::new().unwrap();
        let edit = |column: Column| {
            changed(&folder, "1", move |frame| {
                frame.with_column(column.clone()).unwrap();
            })
        };
        let cases = [
            (optional_number("score", (0..120).map(|_| None)), "row 1, column score: null under status ok"),
            (
                optional_number("score", (0..120).map(|_| Some(f64::NAN))),
                "row 1, column score: NaN under status ok",
            ),
            (
                optional_number("score", (0..120).map(|_| Some(1.0))),
                "row 3, column score: 1 under status error",
            ),
            (text("mode", (0..120).map(|_| "evil")), "row 1, column mode: unknown mode `evil`"),
            (text("params", (0..120).map(|_| "[]")), "row 1, column params: proxy parameters must be"),
            (small("schema_version", (0..120).map(|_| 9)), "row 1, column schema_version: 9 where"),
        ];
        for (column, wanted) in cases {
            let message = refusal(&edit(column));
            assert!(message.contains(wanted), "{message}");
        }
    }
}
