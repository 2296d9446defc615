//! Other tools read what is stored: the files have the schema crate's Arrow schema.

use std::fs::{self, File};
use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proxyrank_schema::{SCHEMA_VERSION, arrow as schemas};
use proxyrank_store::{Shard, Store};
use tempfile::TempDir;

use crate::samples::{architecture, benchmark, truth};

/// Text may be laid out in several ways; all of them are text.
fn logical(stored: &DataType) -> DataType {
    match stored {
        DataType::Utf8View | DataType::LargeUtf8 => DataType::Utf8,
        other => other.clone(),
    }
}

fn reader(path: &Path) -> ParquetRecordBatchReaderBuilder<File> {
    ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap()
}

fn assert_has_schema(path: &Path, wanted: &Schema) {
    let reader = reader(path);
    let stored = |f: &arrow::datatypes::Field| (f.name().clone(), logical(f.data_type()));
    let found: Vec<_> = reader.schema().fields().iter().map(|f| stored(f)).collect();
    let expected: Vec<_> = wanted.fields().iter().map(|f| stored(f)).collect();
    assert_eq!(found, expected);
    let metadata = reader.metadata().file_metadata().key_value_metadata().unwrap();
    let version = metadata.iter().find(|pair| pair.key == schemas::VERSION_KEY).unwrap();
    assert_eq!(version.value, Some(SCHEMA_VERSION.to_string()));
    assert_eq!(wanted.metadata()[schemas::VERSION_KEY], SCHEMA_VERSION.to_string());
}

fn only_file(folder: &Path) -> std::path::PathBuf {
    fs::read_dir(folder).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn stored_files_have_the_schema_crates_arrow_schema() {
    let root = TempDir::new().unwrap();
    let store = Store::open(root.path());
    let mut writer = store.shard(&benchmark(), Shard::whole()).unwrap();
    for number in 0..7 {
        let (scores, timings) = architecture(number);
        writer.append(&scores, &timings).unwrap();
    }
    writer.finish().unwrap();
    store.put_truth(&benchmark(), &[truth("0", 80.0)]).unwrap();
    let folder = root.path().join("flexibert");
    let scores = only_file(&folder.join("scores"));
    assert_has_schema(&scores, &schemas::scores());
    assert_has_schema(&only_file(&folder.join("timings")), &schemas::timings());
    assert_has_schema(&folder.join("ground_truth.parquet"), &schemas::ground_truth());

    let batch = reader(&scores).build().unwrap().next().unwrap().unwrap();
    let rows = store.scores(None).unwrap();
    assert_eq!(batch.num_rows(), rows.len());
    let scores = batch.column_by_name("score").unwrap().as_primitive::<Float64Type>();
    let arch_ids = batch.column_by_name("arch_id").unwrap().as_string_view();
    for (index, row) in rows.iter().enumerate() {
        let score = scores.is_valid(index).then(|| scores.value(index));
        assert_eq!(score.map(f64::to_bits), row.outcome.score.map(f64::to_bits));
        assert_eq!(arch_ids.value(index), row.key.arch_id.as_str());
    }
}

#[test]
fn a_journal_is_json_lines() {
    let root = TempDir::new().unwrap();
    let store = Store::open(root.path());
    let mut writer = store.shard(&benchmark(), Shard::whole()).unwrap();
    for number in 0..2 {
        let (scores, timings) = architecture(number);
        writer.append(&scores, &timings).unwrap();
    }
    let text = fs::read_to_string(root.path().join("flexibert/journal-1of1.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["body"]["benchmark"], "flexibert");
    assert_eq!(lines[2]["body"]["scores"][1]["key"]["proxy"], "num_parameters");
    assert_eq!(lines[2]["body"]["scores"][1]["score"], "-0.0");
}
