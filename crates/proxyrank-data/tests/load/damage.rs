//! No bytes make a loader panic: arbitrary ones, and published layouts with a few bytes changed.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;
use proxyrank_data::batch::WordPiece;
use proxyrank_data::load::flexibert::{FlexibertBenchmark, TrainAblation};
use proxyrank_data::load::lts::LtsSet;
use proxyrank_data::load::mem_dict::MemDict;
use proxyrank_data::load::score_table::{FLEXIBERT_ABLATION, LPZERO_METRICS, ScoreTable};
use proxyrank_data::load::text::{GlueConfig, Rows, SquadVersion, squad, texts};

use crate::samples;

/// One change to a file.
#[derive(Debug, Clone)]
enum Damage {
    Overwrite(prop::sample::Index, u8),
    Remove(prop::sample::Index, u8),
    Insert(prop::sample::Index, String),
    Cut(prop::sample::Index),
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        match self {
            Self::Overwrite(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Self::Remove(at, count) => {
                let start = at.index(bytes.len());
                let end = (start + usize::from(*count)).min(bytes.len());
                bytes.drain(start..end);
            }
            Self::Insert(at, text) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, text.bytes());
            }
            Self::Cut(at) => bytes.truncate(at.index(bytes.len())),
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    // Pieces that mean something in one of the formats.
    let pieces = prop::sample::select(vec![
        "\n",
        ",",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ": ",
        "- ",
        "&a ",
        "*a",
        "!!binary ",
        "? ",
        "| ",
        "---\n",
        "NaN",
        "1e999",
        "-0",
        "99999999999999999999",
        "null",
        "\u{feff}",
        "é",
        "\t",
        "#",
    ]);
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Overwrite(at, byte)),
        (at(), 1..40_u8).prop_map(|(at, count)| Damage::Remove(at, count)),
        (at(), pieces).prop_map(|(at, piece)| Damage::Insert(at, piece.to_owned())),
        at().prop_map(Damage::Cut),
    ]
}

fn damaged(bytes: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(damage(), 1..4).prop_map(move |changes| {
        let mut bytes = bytes.clone();
        for change in &changes {
            change.apply(&mut bytes);
        }
        bytes
    })
}

/// Feeds bytes to every loader that takes them. Only a panic or an endless loop would fail.
fn load_text_formats(bytes: &[u8]) {
    let file = Path::new("damaged");
    let _ = FlexibertBenchmark::parse(file, bytes);
    let _ = TrainAblation::parse(file, bytes);
    let _ = MemDict::parse(file, bytes);
    let _ = ScoreTable::parse(file, bytes, &LPZERO_METRICS);
    let _ = ScoreTable::parse(file, bytes, &FLEXIBERT_ABLATION);
}

/// Writes bytes over one file of a valid set and loads it.
fn load_set(name: &str, bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    samples::write_set(folder.path());
    fs::write(folder.path().join(name), bytes).unwrap();
    let _ = LtsSet::read(folder.path(), samples::set_info());
}

/// Writes bytes to a file and reads it as every Parquet layout.
fn load_parquet(bytes: &[u8]) {
    fn drain<R>(rows: Result<Rows<R>, proxyrank_data::load::LoadError>) {
        if let Ok(rows) = rows {
            // An iterator that went on after an error could go on for ever.
            assert!(rows.take(10_000).skip_while(Result::is_ok).nth(1).is_none());
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("damaged.parquet");
    fs::write(&file, bytes).unwrap();
    drain(texts(&file));
    drain(squad(&file, SquadVersion::V2));
    drain(GlueConfig::Cola.rows(&file));
}

fn cola_parquet() -> Vec<u8> {
    let words: Vec<String> = (0..200).map(|n| format!("sentence {}", n % 7)).collect();
    let numbers = |values: Vec<i64>| Arc::new(Int64Array::from(values)) as ArrayRef;
    let batch = RecordBatch::try_from_iter([
        ("sentence", Arc::new(StringArray::from(words)) as ArrayRef),
        ("label", numbers((0..200).map(|n| n % 2).collect())),
        ("idx", numbers((0..200).collect())),
    ])
    .unwrap();
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

proptest! {
    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        load_text_formats(&bytes);
    }

    #[test]
    fn damaged_benchmarks(bytes in damaged(samples::benchmark_json().into_bytes())) {
        load_text_formats(&bytes);
    }

    #[test]
    fn damaged_ablations(bytes in damaged(samples::ablation_json().into_bytes())) {
        load_text_formats(&bytes);
    }

    #[test]
    fn damaged_memories(bytes in damaged(samples::mem_dict_json().into_bytes())) {
        load_text_formats(&bytes);
    }

    #[test]
    fn damaged_tables(bytes in damaged(samples::lpzero_csv().into_bytes())) {
        load_text_formats(&bytes);
    }
}

proptest! {
    // Each case writes files.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn damaged_configurations(bytes in damaged(samples::decoder_yaml("[512, 700]", "[0, 1, true]").into_bytes())) {
        load_set("config_0/j2/model_config.yaml", &bytes);
    }

    #[test]
    fn damaged_summaries(
        name in prop::sample::select(vec!["ppl_summary.yaml", "params_summary.yaml", "snip_cost.yaml"]),
        bytes in damaged(b"config_0_j2: {valid_ppl: 3.5, test_ppl: 4, train_elapsed: 1e3}\nconfig_0_j10: 5\n".to_vec()),
    ) {
        load_set(name, &bytes);
    }

    #[test]
    fn arbitrary_summaries(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        load_set("ppl_summary.yaml", &bytes);
    }

    #[test]
    fn damaged_parquet(bytes in damaged(cola_parquet())) {
        load_parquet(&bytes);
    }

    #[test]
    fn arbitrary_parquet(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        load_parquet(&bytes);
    }

    #[test]
    fn damaged_tokenizers(bytes in damaged(br###"{"version": "1.0", "truncation": null, "padding": null,
        "added_tokens": [{"id": 0, "special": true, "content": "[PAD]", "single_word": false, "lstrip": false,
        "rstrip": false, "normalized": false}], "normalizer": null, "pre_tokenizer": null, "post_processor": null,
        "decoder": null, "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100, "vocab": {"[PAD]": 0, "a": 1}}}"###.to_vec())) {
        let _ = WordPiece::parse(Path::new("tokenizer.json"), &bytes);
    }
}

#[test]
fn deep_nesting_ends_in_an_error() {
    for open in ["[", "{\"a\":", "- ", "a: {", "? "] {
        let deep = open.repeat(50_000);
        load_text_formats(deep.as_bytes());
        load_set("ppl_summary.yaml", deep.as_bytes());
        let _ = WordPiece::parse(Path::new("tokenizer.json"), deep.as_bytes());
    }
}
