//! Parquet files in the hub's layout.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Float32Array, Int32Array, Int64Array, LargeStringArray, ListArray, RecordBatch, StringArray,
    StringViewArray, StructArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Int32Type};
use parquet::arrow::ArrowWriter;
use proxyrank_data::load::text::{
    GlueConfig, Label, Rows, SquadVersion, is_wikitext_paragraph, squad, texts,
};

use crate::mirror;

/// Writes columns as one Parquet file.
fn write(file: &Path, columns: &[(&str, ArrayRef)]) {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.iter().map(|(name, array)| (*name, array.clone(), true)),
    )
    .unwrap();
    let mut writer = ArrowWriter::try_new(File::create(file).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn strings(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn in_temporary<T>(columns: &[(&str, ArrayRef)], read: impl FnOnce(&Path) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.parquet");
    write(&file, columns);
    read(&file)
}

/// The message of reading a file, its path removed.
fn fault<R>(
    columns: &[(&str, ArrayRef)],
    open: impl Fn(&Path) -> Result<Rows<R>, proxyrank_data::load::LoadError>,
) -> String {
    in_temporary(columns, |file| {
        let error = open(file).and_then(Rows::read_all).err().unwrap();
        error.to_string().replace(&file.display().to_string(), "FILE")
    })
}

fn mnli(labels: ArrayRef) -> Vec<(&'static str, ArrayRef)> {
    let index: ArrayRef = Arc::new(Int32Array::from(vec![0, 1]));
    vec![
        ("premise", strings(&["a", "b"])),
        ("hypothesis", strings(&["c", "d"])),
        ("label", labels),
        ("idx", index),
    ]
}

fn labels(values: [i64; 2]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

#[test]
fn rows_of_glue_are_read() {
    let rows =
        in_temporary(&mnli(labels([2, -1])), |file| GlueConfig::Mnli.rows(file).unwrap().read_all().unwrap());
    assert_eq!((rows[0].first.as_str(), rows[0].second.as_deref()), ("a", Some("c")));
    assert_eq!((rows[0].label, rows[1].label, rows[1].index), (Label::Class(2), Label::Hidden, 1));

    let single: [(&str, ArrayRef); 3] = [
        ("idx", labels([4, 5])),
        ("label", Arc::new(Int32Array::from(vec![0, 1]))),
        ("sentence", strings(&["", "y"])),
    ];
    let rows = in_temporary(&single, |file| GlueConfig::Sst2.rows(file).unwrap().read_all().unwrap());
    assert_eq!((rows[1].first.as_str(), rows[1].second.as_ref(), rows[1].index), ("y", None, 5));
}

#[test]
fn all_layouts_of_text_are_read() {
    let layouts: [ArrayRef; 3] = [
        strings(&["x", "é"]),
        Arc::new(LargeStringArray::from(vec!["x", "é"])),
        Arc::new(StringViewArray::from(vec!["x", "é"])),
    ];
    for layout in layouts {
        let rows = in_temporary(&[("text", layout)], |file| texts(file).unwrap().read_all().unwrap());
        assert_eq!(rows, ["x", "é"]);
    }
}

#[test]
fn another_schema_is_refused_before_the_first_row() {
    let text = labels([0, 1]);
    assert_eq!(fault(&[("text", text)], texts), "FILE, column `text`: expected text, found Int64");
    assert_eq!(fault(&[("texts", strings(&["a"]))], texts), "FILE: column `text` is missing");
    let more = [("text", strings(&["a"])), ("url", strings(&["b"]))];
    assert_eq!(fault(&more, texts), "FILE: expected the columns text, found `url` besides");
    let scale: ArrayRef = Arc::new(Float32Array::from(vec![1.0, 2.0]));
    let error = fault(&mnli(scale), |file| GlueConfig::Mnli.rows(file));
    assert_eq!(error, "FILE, column `label`: expected a 32- or 64-bit integer, found Float32");
}

#[test]
fn bad_rows_are_named() {
    let error = fault(&mnli(labels([0, 3])), |file| GlueConfig::Mnli.rows(file));
    assert_eq!(error, r#"FILE, row 1, column "label": expected -1 to 2, found 3"#);
    let null: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None]));
    assert_eq!(fault(&[("text", null)], texts), r#"FILE, row 1, column "text": the value is missing"#);
    let scale: ArrayRef = Arc::new(Float32Array::from(vec![1.0, f32::NAN]));
    let stsb = [
        ("sentence1", strings(&["a", "b"])),
        ("sentence2", strings(&["a", "b"])),
        ("label", scale),
        ("idx", labels([0, 1])),
    ];
    let error = fault(&stsb, |file| GlueConfig::Stsb.rows(file));
    assert_eq!(error, r#"FILE, row 1, column "label": expected -1 or a number from 0 to 5, found NaN"#);
}

/// A SQuAD file with one question and the given lengths of its two answer lists.
fn questions(answers: usize, starts: usize) -> Vec<(&'static str, ArrayRef)> {
    let starts = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(4); starts])]);
    let item = Arc::new(Field::new("item", DataType::Utf8, true));
    let offsets = OffsetBuffer::from_lengths([answers]);
    let answers = ListArray::new(item, offsets, strings(&vec!["blue"; answers]), None);
    let field = |name: &str, array: &ListArray| {
        use arrow::array::Array;
        Arc::new(Field::new(name, array.data_type().clone(), true))
    };
    let answers = StructArray::from(vec![
        (field("text", &answers), Arc::new(answers.clone()) as ArrayRef),
        (field("answer_start", &starts), Arc::new(starts.clone()) as ArrayRef),
    ]);
    vec![
        ("id", strings(&["q1"])),
        ("title", strings(&["Sky"])),
        ("context", strings(&["The blue sky."])),
        ("question", strings(&["Which colour?"])),
        ("answers", Arc::new(answers)),
    ]
}

#[test]
fn answers_are_paired_with_their_starts() {
    let rows =
        in_temporary(&questions(2, 2), |file| squad(file, SquadVersion::V1).unwrap().read_all().unwrap());
    assert_eq!((rows[0].id.as_str(), rows[0].answers.len()), ("q1", 2));
    assert_eq!((rows[0].answers[1].text.as_str(), rows[0].answers[1].start_char), ("blue", 4));
    let error = fault(&questions(2, 1), |file| squad(file, SquadVersion::V2));
    assert_eq!(
        error,
        r#"FILE, row 0, column "answers": expected as many texts as starts, found 2 texts and 1 starts"#
    );
}

#[test]
fn only_version_two_has_questions_without_answer() {
    let rows =
        in_temporary(&questions(0, 0), |file| squad(file, SquadVersion::V2).unwrap().read_all().unwrap());
    assert!(rows[0].answers.is_empty());
    assert!(fault(&questions(0, 0), |file| squad(file, SquadVersion::V1)).contains("found none"));
}

#[test]
fn rows_stream_in_batches_and_stop_early() {
    let many: Vec<String> = (0..3000).map(|n| n.to_string()).collect();
    let many: ArrayRef = Arc::new(StringArray::from(many));
    in_temporary(&[("text", many)], |file| {
        let rows = texts(file).unwrap();
        assert_eq!(rows.stated_rows(), 3000);
        let sizes: Vec<usize> = rows.map(|batch| batch.unwrap().len()).collect();
        assert!(sizes.len() > 1 && sizes.iter().sum::<usize>() == 3000, "{sizes:?}");
        let first = texts(file).unwrap().read_first(1500).unwrap();
        assert_eq!((first.len(), first[1499].as_str()), (1500, "1499"));
    });
}

fn published(test: &str, relative: &str) -> Option<PathBuf> {
    mirror::path(test, format!("hub/datasets/{relative}"))
}

#[test]
fn real_data_the_published_glue_splits_are_read() {
    for config in GlueConfig::ALL {
        let Some(folder) = published(config.as_str(), &format!("nyu-mll/glue/{}", config.as_str())) else {
            return;
        };
        for file in std::fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            let (mut rows, mut hidden) = (0, 0);
            let batches = config.rows(&file).unwrap();
            let stated = batches.stated_rows();
            for batch in batches {
                let batch = batch.unwrap();
                rows += batch.len() as u64;
                hidden += batch.iter().filter(|row| row.label == Label::Hidden).count();
                let pairs = !matches!(config, GlueConfig::Cola | GlueConfig::Sst2);
                assert!(batch.iter().all(|row| row.second.is_some() == pairs));
            }
            assert_eq!(rows, stated);
            let test_split = file.to_string_lossy().contains("/test-") && config != GlueConfig::Mrpc;
            assert_eq!(hidden > 0, test_split, "{}", file.display());
        }
    }
}

#[test]
fn real_data_the_published_questions_contain_their_answers() {
    for (folder, version) in
        [("rajpurkar/squad/plain_text", SquadVersion::V1), ("rajpurkar/squad_v2/squad_v2", SquadVersion::V2)]
    {
        let Some(folder) = published("SQuAD", folder) else { return };
        let rows = squad(&folder.join("validation-00000-of-00001.parquet"), version)
            .unwrap()
            .read_first(300)
            .unwrap();
        for row in rows {
            for answer in row.answers {
                let at: String = row.context.chars().skip(answer.start_char as usize).collect();
                assert!(at.starts_with(&answer.text), "{}", row.id);
            }
        }
    }
}

#[test]
fn real_data_the_published_texts_are_read() {
    let Some(wikitext) =
        published("WikiText", "Salesforce/wikitext/wikitext-2-raw-v1/test-00000-of-00001.parquet")
    else {
        return;
    };
    let lines = texts(&wikitext).unwrap().read_all().unwrap();
    let paragraphs = lines.iter().filter(|line| is_wikitext_paragraph(line)).count();
    assert_eq!(lines.len(), 4358);
    assert!(lines.iter().any(|line| line.starts_with(" = Robert Boulter = ")));
    assert!((2000..2500).contains(&paragraphs), "{paragraphs}");
    let Some(documents) =
        published("OpenWebText", "Skylion007/openwebtext/plain_text/train-00000-of-00001.parquet")
    else {
        return;
    };
    assert_eq!(texts(&documents).unwrap().read_first(128).unwrap().len(), 128);
}
