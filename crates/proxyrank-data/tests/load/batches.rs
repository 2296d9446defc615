//! Token batches.

use std::path::Path;

use proptest::prelude::*;
use proxyrank_data::batch::{
    BatchError, BatchShape, Corpus, Distribution, SyntheticTokens, TokenSource, Vocabulary, WordPiece,
};
use proxyrank_data::load::text::{GlueConfig, GlueRow, Label, texts};

use crate::mirror;

const SMALL: BatchShape = BatchShape { batch_size: 2, seq_len: 4 };

fn bert(distribution: Distribution, seed: u64) -> SyntheticTokens {
    SyntheticTokens::new(Vocabulary::bert(), distribution, seed)
}

/// A tokenizer of BERT's size whose words are `a` to `e` (ids 1000 to 1004) and `##b` (1005).
fn tokenizer_json() -> String {
    let words = ["a", "b", "c", "d", "e", "##b"];
    let special = [(0, "[PAD]"), (100, "[UNK]"), (101, "[CLS]"), (102, "[SEP]"), (103, "[MASK]")];
    let token = |id: usize| {
        let special = special.iter().find(|(at, _)| *at == id).map(|(_, token)| (*token).to_owned());
        let word = id.checked_sub(1000).and_then(|at| words.get(at)).map(|word| (*word).to_owned());
        special.or(word).unwrap_or_else(|| format!("[unused{id}]"))
    };
    let vocabulary: Vec<String> = (0..30_522).map(|id| format!("\"{}\": {id}", token(id))).collect();
    let added: Vec<String> = special
        .iter()
        .map(|(id, token)| {
            format!(
                r#"{{"id": {id}, "special": true, "content": "{token}", "single_word": false, "lstrip": false,
                    "rstrip": false, "normalized": false}}"#
            )
        })
        .collect();
    format!(
        r###"{{"version": "1.0", "truncation": null, "padding": null, "added_tokens": [{}],
            "normalizer": {{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                            "strip_accents": null, "lowercase": true}},
            "pre_tokenizer": {{"type": "BertPreTokenizer"}}, "post_processor": null, "decoder": null,
            "model": {{"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                       "max_input_chars_per_word": 100, "vocab": {{{}}}}}}}"###,
        added.join(", "),
        vocabulary.join(", ")
    )
}

fn tokenizer() -> WordPiece {
    WordPiece::parse(Path::new("tokenizer.json"), tokenizer_json().as_bytes()).unwrap()
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn first_ids_of_the_stored_seeds() {
    let ids = |distribution, seed, index| bert(distribution, seed).batch(index, SMALL).unwrap().ids;
    // Computed by an independent ChaCha8.
    assert_eq!(ids(Distribution::Uniform, 0, 0), [19645, 19446, 25826, 18056, 548, 28025, 20255, 25655]);
    assert_eq!(ids(Distribution::Uniform, 0, 1), [8401, 20655, 20554, 9002, 9886, 23596, 14754, 21145]);
    assert_eq!(ids(Distribution::Uniform, 42, 0), [21590, 3441, 21297, 3335, 12327, 5158, 20971, 2523]);
    assert_eq!(ids(Distribution::Zipf, 0, 0), [1168, 1100, 7459, 725, 1, 14428, 1402, 7084]);
}

#[test]
fn zipf_follows_its_law() {
    let vocabulary = Vocabulary::new(1000, &[0, 3]).unwrap();
    let ordinary = vocabulary.ordinary().to_vec();
    let source = SyntheticTokens::new(vocabulary, Distribution::Zipf, 7);
    let shape = BatchShape { batch_size: 512, seq_len: 512 };
    let draws = source.batch(0, shape).unwrap().ids;
    let weight = |rank: usize| 1.0 / (rank as f64 + 2.7);
    let total: f64 = (1..=ordinary.len()).map(weight).sum();
    for rank in [1, 2, 3, 10, 100] {
        let count = draws.iter().filter(|id| **id == ordinary[rank - 1]).count() as f64;
        let p = weight(rank) / total;
        let expected = p * draws.len() as f64;
        let deviation = (count - expected) / (expected * (1.0 - p)).sqrt();
        assert!(deviation.abs() < 4.0, "rank {rank}: {count} of {expected:.0} expected");
    }
    assert!(!draws.contains(&0) && !draws.contains(&3));
}

#[test]
fn uniform_is_even() {
    let source = SyntheticTokens::new(Vocabulary::new(64, &[]).unwrap(), Distribution::Uniform, 7);
    let draws = source.batch(0, BatchShape { batch_size: 64, seq_len: 1000 }).unwrap().ids;
    // Chi-square with 63 degrees of freedom: mean 63, standard deviation 11.2.
    let chi_square: f64 = (0..64)
        .map(|id| (draws.iter().filter(|draw| **draw == id).count() as f64 - 1000.0).powi(2) / 1000.0)
        .sum();
    assert!((30.0..110.0).contains(&chi_square), "{chi_square}");
}

proptest! {
    #[test]
    fn a_batch_depends_on_its_number_alone(seed: u64, index: u64, batch_size in 1_usize..5, seq_len in 1_usize..40) {
        let shape = BatchShape { batch_size, seq_len };
        for distribution in [Distribution::Uniform, Distribution::Zipf] {
            let source = bert(distribution, seed);
            let batch = source.batch(index, shape).unwrap();
            prop_assert_eq!(&batch, &bert(distribution, seed).batch(index, shape).unwrap());
            prop_assert_eq!(batch.ids.len(), batch_size * seq_len);
            prop_assert!(batch.ids.iter().all(|id| *id < 30_522 && ![0, 100, 101, 102, 103].contains(id)));
            let larger = source.batch(index, BatchShape { batch_size: batch_size + 1, seq_len }).unwrap();
            prop_assert_eq!(batch.row(batch_size - 1), larger.row(batch_size - 1));
            if seq_len > 8 {
                prop_assert_ne!(&batch.ids, &source.batch(index.wrapping_add(1), shape).unwrap().ids);
                prop_assert_ne!(&batch.ids, &bert(distribution, seed ^ 1).batch(index, shape).unwrap().ids);
            }
        }
    }
}

#[test]
fn documents_are_framed_cut_and_padded() {
    let corpus = Corpus::documents(tokenizer(), owned(&["A b", "a b c d e", "", "ab z"]));
    let batch = corpus.batch(0, SMALL).unwrap();
    assert_eq!(batch.ids, [101, 1000, 1001, 102, 101, 1000, 1001, 102]);
    let batch = corpus.batch(1, SMALL).unwrap();
    assert_eq!(batch.ids, [101, 102, 0, 0, 101, 1000, 1005, 102]);
    assert_eq!(batch.lengths, [2, 4]);
    let ran_out = BatchError::TooFewTexts { index: 2, needed: 6, available: 4 };
    assert_eq!(corpus.batch(2, SMALL), Err(ran_out));
    assert!(corpus.batch(u64::MAX, SMALL).is_err());
}

#[test]
fn pairs_are_the_last_tenth() {
    let row = |n: usize| GlueRow {
        first: ["a", "b"][n % 2].into(),
        second: Some("c".into()),
        label: Label::Class(0),
        index: 0,
    };
    let rows: Vec<GlueRow> = (0..21).map(row).collect();
    let corpus = Corpus::wpca_mnli(tokenizer(), &rows);
    // int(0.9 * 21) = 18 rows are left out.
    assert_eq!(corpus.len(), 3);
    let batch = corpus.batch(0, BatchShape { batch_size: 1, seq_len: 7 }).unwrap();
    assert_eq!(batch.ids, [101, 1000, 102, 1002, 102, 0, 0]);
    assert_eq!(batch.token_types, [0, 0, 0, 1, 1, 0, 0]);
}

#[test]
fn wikitext_keeps_paragraphs() {
    let corpus = Corpus::wikitext(tokenizer(), owned(&["", " = a = \n", " b \n", " = = c = = \n", "d"]));
    let batch = corpus.batch(0, BatchShape { batch_size: 2, seq_len: 3 }).unwrap();
    assert_eq!(batch.ids, [101, 1001, 102, 101, 1003, 102]);
    assert!(corpus.batch(0, BatchShape { batch_size: 1, seq_len: 2 }).is_err());
}

#[test]
fn another_tokenizer_is_refused() {
    let fault = |from: &str, to: &str| {
        let text = tokenizer_json();
        assert!(text.contains(from), "{from}");
        WordPiece::parse(Path::new("t.json"), text.replace(from, to).as_bytes()).unwrap_err().to_string()
    };
    assert!(fault("\"[unused30521]\": 30521", "\"[unused30520]\": 30520").contains("expected 30522 tokens"));
    assert!(fault("WordPiece\"", "WordLevel\"").contains("model"));
    assert!(fault("[MASK]", "[mask]").contains("[MASK]: expected id 103, found none"));
    assert!(WordPiece::parse(Path::new("t.json"), b"{}").is_err());
}

#[test]
fn real_data_the_published_tokenizer_spells_as_bert_does() {
    let name = "hub/models/google-bert/bert-base-uncased/tokenizer.json";
    let Some(file) = mirror::path("bert-base-uncased tokenizer", name) else { return };
    let tokenizer = WordPiece::read(&file).unwrap();
    let corpus = Corpus::documents(tokenizer.clone(), owned(&["Hello, World! Unaffable café"]));
    let batch = corpus.batch(0, BatchShape { batch_size: 1, seq_len: 12 }).unwrap();
    assert_eq!(batch.ids, [101, 7592, 1010, 2088, 999, 14477, 20961, 3468, 7668, 102, 0, 0]);

    let Some(root) = mirror::path("batches of text", "hub/datasets") else { return };
    let documents = root.join("Skylion007/openwebtext/plain_text/train-00000-of-00001.parquet");
    let corpus = Corpus::documents(tokenizer.clone(), texts(&documents).unwrap().read_first(4).unwrap());
    let batch = corpus.batch(0, BatchShape { batch_size: 4, seq_len: 512 }).unwrap();
    assert!(batch.lengths.iter().all(|length| *length > 100), "{:?}", batch.lengths);

    let train = root.join("nyu-mll/glue/mnli/train-00000-of-00001.parquet");
    let train = GlueConfig::Mnli.rows(&train).unwrap().read_all().unwrap();
    let corpus = Corpus::wpca_mnli(tokenizer, &train);
    assert_eq!(corpus.len(), train.len() - train.len() * 9 / 10);
    let batch = corpus.batch(2, BatchShape { batch_size: 200, seq_len: 128 }).unwrap();
    for (row, length) in batch.lengths.iter().enumerate() {
        let separators = batch.row(row).iter().filter(|id| **id == 102).count();
        assert_eq!((batch.row(row)[0], batch.row(row)[length - 1], separators), (101, 102, 2));
    }
}
