//! Golden cases: small encoders with every quantity computed in double precision by an independent implementation.
//!
//! Tests of several crates read cases with this file; `pairs` says where they come from.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use proxyrank_nn::{EncoderWeights, Head, Real, TokenBatch};
use proxyrank_space::Operation;
use proxyrank_space::flexibert::{DscKernel, EncoderLayer, EncoderNetwork};
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;

use crate::pairs::{Pair, pairs};

/// One encoder.
pub(crate) struct Case {
    pub(crate) name: String,
    description: Value,
    tensors: Vec<u8>,
}

/// The encoders of `PROXYRANK_GOLDEN`, or the committed ones.
pub(crate) fn cases() -> Vec<Case> {
    let pairs = pairs("crates/proxyrank-nn/tests/golden/encoders", None).into_iter();
    pairs.map(|Pair { name, description, tensors }| Case { name, description, tensors }).collect()
}

impl Case {
    /// What the independent implementation found for the loss of replaced tokens.
    pub(crate) fn result(&self, key: &str) -> &Value {
        &self.description["results"]["rtd"][key]
    }

    pub(crate) fn number(&self, key: &str) -> f64 {
        self.result(key).as_f64().unwrap_or_else(|| panic!("{}: no number {key}", self.name))
    }

    /// What it found under a signal; none where it did not look.
    pub(crate) fn under(&self, signal: &str, key: &str) -> Option<&Value> {
        self.description["results"][signal].get(key)
    }

    /// The same, as a number.
    pub(crate) fn number_under(&self, signal: &str, key: &str) -> Option<f64> {
        self.under(signal, key).and_then(Value::as_f64)
    }

    /// A list of numbers; empty where it did not look.
    pub(crate) fn numbers(&self, signal: &str, key: &str) -> Vec<f64> {
        let values = self.under(signal, key).map(|values| values.as_array().unwrap().as_slice());
        values.unwrap_or_default().iter().map(|value| value.as_f64().unwrap()).collect()
    }

    /// Outputs that a matrix must have for head importance.
    pub(crate) fn hi_min(&self) -> usize {
        size(&self.description["dims"]["hi_min"])
    }

    pub(crate) fn weights<T: Real>(&self, head: Head) -> EncoderWeights<T> {
        EncoderWeights::from_safetensors(&self.network(), head, &self.tensors).unwrap()
    }

    /// Whether each token is labelled as replaced.
    pub(crate) fn replaced(&self) -> Vec<bool> {
        let file = SafeTensors::deserialize(&self.tensors).unwrap();
        let labels = file.tensor("rtd_labels").unwrap();
        let width = labels.data().len() / labels.shape().iter().product::<usize>();
        labels.data().chunks_exact(width).map(|bytes| bytes.iter().any(|byte| *byte != 0)).collect()
    }

    /// The cotangent of the hidden state.
    pub(crate) fn cotangent<T: Real>(&self) -> Vec<T> {
        let file = SafeTensors::deserialize(&self.tensors).unwrap();
        let cotangent = file.tensor("cotangent").unwrap();
        assert_eq!(cotangent.dtype(), Dtype::F32, "{}: cotangent", self.name);
        let (values, _) = cotangent.data().as_chunks::<4>();
        values.iter().map(|bytes| T::of_f32(f32::from_le_bytes(*bytes))).collect()
    }

    pub(crate) fn batch(&self) -> TokenBatch {
        let file = SafeTensors::deserialize(&self.tensors).unwrap();
        let ids = file.tensor("input_ids").unwrap();
        assert_eq!(ids.dtype(), Dtype::I64, "{}: input_ids", self.name);
        let (values, _) = ids.data().as_chunks::<8>();
        let values = values.iter().map(|bytes| u32::try_from(i64::from_le_bytes(*bytes)).unwrap());
        TokenBatch::new(values.collect(), ids.shape()[0], ids.shape()[1]).unwrap()
    }

    /// The widths of its chains are those of the stored tensors.
    fn network(&self) -> EncoderNetwork {
        let file = SafeTensors::deserialize(&self.tensors).unwrap();
        let outputs = |path: &str| file.tensor(path).ok().map(|tensor| tensor.shape()[0]);
        let dims = &self.description["dims"];
        let hidden_size = size(&dims["hidden"]);
        let layer = |(index, layer): (usize, &Value)| {
            let prefix = format!("electra.encoder.layer.{index}.intermediate");
            let mut ffn_widths = vec![hidden_size];
            ffn_widths.extend(outputs(&format!("{prefix}.dense_in.weight")));
            ffn_widths.extend((0..).map_while(|j| outputs(&format!("{prefix}.dense_list.{j}.weight"))));
            ffn_widths.push(hidden_size);
            assert_eq!(
                ffn_widths.len() - 2,
                size(&layer["num_feed_forward"]),
                "{}: layer {index}",
                self.name
            );
            let operation = operation(&layer["operation_parameter"]);
            EncoderLayer { operation, heads: size(&layer["num_operation_heads"]), ffn_widths }
        };
        EncoderNetwork {
            vocab_size: size(&dims["vocab"]),
            embedding_size: size(&dims["emb"]),
            max_positions: size(&dims["maxpos"]),
            token_types: outputs("electra.embeddings.token_type_embeddings.weight").unwrap(),
            hidden_size,
            layers: self.description["layers"].as_array().unwrap().iter().enumerate().map(layer).collect(),
        }
    }
}

fn size(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
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
