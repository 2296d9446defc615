//! The real `MiniLM` against an independent implementation.

use std::path::PathBuf;

use candle_core::DType;
use proxyrank_prune::encoder::{MaskedEncoder, Pruned, Text, Texts, Weights};
use proxyrank_prune::space::Masks;
use serde::Deserialize;

/// Written by `tests/reference/minilm.py`.
#[derive(Deserialize)]
struct Reference {
    texts: Vec<Text>,
    /// Text, token and that token's last hidden state.
    hidden: Vec<(usize, usize, Vec<f64>)>,
}

/// The folder of the model in a mirror; says that the test is skipped where there is none.
#[expect(clippy::print_stderr, reason = "a skipped test has to say so")]
fn folder(test: &str) -> Option<PathBuf> {
    let mirror = std::env::var_os("PROXYRANK_MIRROR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let folder = mirror.join("hub/models/sentence-transformers/all-MiniLM-L6-v2");
    if folder.join("model.safetensors").is_file() {
        return Some(folder);
    }
    eprintln!("skipped: {test} (no MiniLM in the mirror; `make minilm` puts it there)");
    None
}

#[test]
fn hidden_states_are_those_of_the_reference() {
    let Some(folder) = folder("hidden_states_are_those_of_the_reference") else { return };
    let reference: Reference = serde_json::from_str(include_str!("../reference/minilm.json")).unwrap();
    let weights = Weights::read(&folder, 2, 0).unwrap();
    assert_eq!(weights.layout.len(), 22_713_986);
    let full = Masks::full(weights.config.shape());
    let batch = Texts::new(reference.texts.iter().enumerate());
    let sliced = Pruned::new(&weights, &full).unwrap().hidden(&batch);
    let encoder = MaskedEncoder::new(&weights, DType::F32).unwrap();
    let masked = encoder.hidden(&reference.texts, Some(&full), None).unwrap().to_vec3::<f32>().unwrap();
    for (text, token, wanted) in &reference.hidden {
        let start = (batch.tokens[*text].start + token) * 384;
        for (column, wanted) in wanted.iter().enumerate() {
            for found in [sliced[start + column], masked[*text][*token][column]] {
                let distance = (f64::from(found) - wanted).abs();
                assert!(distance < 1e-4, "text {text}, token {token}, column {column}: {found} {wanted}");
            }
        }
    }
}
