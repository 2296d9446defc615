//! Golden cases of an independent implementation, computed in double precision.
//!
//! `PROXYRANK_GOLDEN=DIR` runs the cases of another folder, which must have at least one.

use std::path::{Path, PathBuf};

use candle_core::Device;
use proxyrank_nn::{
    ComposedEngine, EncoderWeights, Engine, FastEngine, ForwardOptions, Head, Real, Site, TokenBatch,
};
use proxyrank_space::Operation;
use proxyrank_space::flexibert::{DscKernel, EncoderLayer, EncoderNetwork};
use safetensors::SafeTensors;
use serde_json::Value;

use crate::common::collect;

/// One pair of files.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) description: Value,
    pub(crate) tensors: Vec<u8>,
}

fn folder() -> PathBuf {
    std::env::var_os("PROXYRANK_GOLDEN")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/encoders"), PathBuf::from)
}

pub(crate) fn cases() -> Vec<Case> {
    let folder = folder();
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "safetensors"))
        .filter(|path| path.with_extension("json").exists())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{}: no NAME.json with NAME.safetensors", folder.display());
    let case = |path: PathBuf| Case {
        name: path.file_stem().unwrap().to_string_lossy().into_owned(),
        description: serde_json::from_slice(&std::fs::read(path.with_extension("json")).unwrap()).unwrap(),
        tensors: std::fs::read(path).unwrap(),
    };
    paths.into_iter().map(case).collect()
}

pub(crate) fn size(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

impl Case {
    /// The network of the case; the widths of its chains are those of the stored tensors.
    pub(crate) fn network(&self) -> EncoderNetwork {
        let dims = &self.description["dims"];
        let file = SafeTensors::deserialize(&self.tensors).unwrap();
        let outputs = |path: &str| file.tensor(path).ok().map(|tensor| tensor.shape()[0]);
        let layers = self.description["layers"].as_array().unwrap().iter().enumerate();
        let layers = layers.map(|(index, layer)| {
            let prefix = format!("electra.encoder.layer.{index}");
            let mut ffn_widths = vec![size(&dims["hidden"])];
            ffn_widths.extend(outputs(&format!("{prefix}.intermediate.dense_in.weight")));
            let list = |position| outputs(&format!("{prefix}.intermediate.dense_list.{position}.weight"));
            ffn_widths.extend((0..).map_while(list));
            ffn_widths.push(size(&dims["hidden"]));
            assert_eq!(ffn_widths.len() - 2, size(&layer["num_feed_forward"]));
            let heads = size(&layer["num_operation_heads"]);
            EncoderLayer { operation: operation(&layer["operation_parameter"]), heads, ffn_widths }
        });
        EncoderNetwork {
            vocab_size: size(&dims["vocab"]),
            embedding_size: size(&dims["emb"]),
            max_positions: size(&dims["maxpos"]),
            token_types: outputs("electra.embeddings.token_type_embeddings.weight").unwrap(),
            hidden_size: size(&dims["hidden"]),
            layers: layers.collect(),
        }
    }

    pub(crate) fn batch(&self) -> TokenBatch {
        let file = SafeTensors::deserialize(&self.tensors).unwrap();
        let ids = file.tensor("input_ids").unwrap();
        let values = ids.data().as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes));
        let ids_u32 = values.map(|id| u32::try_from(id).unwrap()).collect();
        TokenBatch::new(ids_u32, ids.shape()[0], ids.shape()[1]).unwrap()
    }

    fn numbers(&self, key: &str) -> Vec<f64> {
        let values = self.description["results"]["rtd"][key].as_array().unwrap();
        values.iter().map(|value| value.as_f64().unwrap()).collect()
    }

    /// Hidden states within `absolute + relative·|wanted|`, logits likewise, parameters exactly.
    fn check<T: Real>(&self, engine: &impl Engine<T>, absolute: f64, relative: f64) {
        let weights =
            EncoderWeights::<T>::from_safetensors(&self.network(), Head::Discriminator, &self.tensors)
                .unwrap();
        let rtd = &self.description["results"]["rtd"];
        assert_eq!(
            weights.layout().num_parameters(),
            rtd["num_parameters"].as_u64().unwrap(),
            "{}",
            self.name
        );
        for (site, key) in [(Site::Hidden, "last_hidden_state"), (Site::Logits, "logits")] {
            let found = collect(engine, &weights, &self.batch(), ForwardOptions::EVAL, site);
            let wanted = self.numbers(key);
            assert_eq!(found.len(), wanted.len(), "{} {key}", self.name);
            for (index, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
                let difference = (found.as_f64() - wanted).abs();
                let allowed = absolute + relative * wanted.abs();
                assert!(difference <= allowed, "{} {key}[{index}]: {difference} over {allowed}", self.name);
            }
        }
    }
}

fn operation(parameter: &Value) -> Operation {
    match parameter.as_str() {
        Some("SDP") => Operation::Sdp,
        Some("WMA") => Operation::Wma,
        Some("DFT") => Operation::Dft,
        Some("DCT") => Operation::Dct,
        Some(other) => panic!("unknown operation {other}"),
        None => Operation::Dsc { kernel: DscKernel::from_tokens(size(parameter)).unwrap() },
    }
}

#[test]
fn double_precision_matches_to_1e_9() {
    for case in cases() {
        case.check(&FastEngine::<f64>::new(), 1e-9, 0.0);
        case.check(&ComposedEngine::<f64>::new(Device::Cpu), 1e-9, 0.0);
    }
}

#[test]
fn single_precision_matches_to_2e_3() {
    for case in cases() {
        // Elements near zero are rounding errors of elements of order one.
        case.check(&FastEngine::<f32>::new(), 2e-5, 2e-3);
        case.check(&ComposedEngine::<f32>::new(Device::Cpu), 2e-5, 2e-3);
    }
}
