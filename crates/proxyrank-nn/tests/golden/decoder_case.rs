//! Golden cases: small decoders with every quantity computed in double precision by an independent implementation.
//!
//! Tests of several crates read cases with this file; `pairs` says where they come from.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use proxyrank_nn::{DecoderWeights, Real, TokenBatch};
use proxyrank_space::{DecoderArch, DecoderFamily, DecoderNetwork};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;

use crate::pairs::{Pair, pairs};

/// Names of families in the cases.
const FAMILIES: [(&str, DecoderFamily); 2] =
    [("gpt2", DecoderFamily::Gpt2), ("transformer_xl", DecoderFamily::TransformerXl)];

/// One decoder.
pub(crate) struct DecoderCase {
    pub(crate) name: String,
    description: Value,
    tensors: Vec<u8>,
}

/// The cases of both families in `PROXYRANK_GOLDEN`, or the committed ones.
pub(crate) fn decoder_cases() -> Vec<DecoderCase> {
    let of = |(name, _)| pairs("tests/golden/decoders", Some(name));
    let pairs = FAMILIES.into_iter().flat_map(of);
    pairs.map(|Pair { name, description, tensors }| DecoderCase { name, description, tensors }).collect()
}

impl DecoderCase {
    /// What was found, whatever the signal.
    pub(crate) fn result(&self, key: &str) -> &Value {
        &self.description["results"][key]
    }

    /// A number that was found under a signal.
    pub(crate) fn number(&self, signal: &str, key: &str) -> f64 {
        let value = &self.description["results"][signal][key];
        value.as_f64().unwrap_or_else(|| panic!("{}: no number {signal} {key}", self.name))
    }

    /// A number for each matrix.
    pub(crate) fn per_matrix(&self, signal: &str, key: &str) -> Vec<f64> {
        numbers(&self.description["results"][signal]["per_matrix"][key])
    }

    /// A number for each parameter, by path.
    pub(crate) fn per_parameter(&self, key: &str) -> &serde_json::Map<String, Value> {
        self.description["results"]["lm"][key].as_object().unwrap()
    }

    /// Paths of the matrices of the layers, in order.
    pub(crate) fn matrices(&self) -> Vec<&str> {
        let names = self.description["matrices"].as_array().unwrap();
        names.iter().map(|name| name.as_str().unwrap()).collect()
    }

    pub(crate) fn weights<T: Real>(&self) -> DecoderWeights<T> {
        DecoderWeights::from_safetensors(&self.network(), &self.tensors).unwrap()
    }

    /// With the segments before it, if there are any.
    pub(crate) fn batch(&self) -> TokenBatch {
        self.ids("input_ids").after(&self.past()).unwrap()
    }

    /// The same with one token replaced.
    pub(crate) fn changed_batch(&self) -> TokenBatch {
        self.ids("causal_input_ids").after(&self.past()).unwrap()
    }

    /// The batch alone.
    pub(crate) fn first_batch(&self) -> TokenBatch {
        self.ids("input_ids")
    }

    /// The segments before it, oldest first.
    pub(crate) fn past(&self) -> Vec<TokenBatch> {
        let file = SafeTensors::deserialize(&self.tensors).unwrap();
        let Ok(ids) = file.tensor("prev_input_ids") else { return Vec::new() };
        let &[_, batch, seq_len] = ids.shape() else { panic!("{}: prev_input_ids", self.name) };
        let segments = whole_numbers(&ids);
        let segment = |ids: &[u32]| TokenBatch::new(ids.to_vec(), batch, seq_len).unwrap();
        segments.chunks_exact(batch * seq_len).map(segment).collect()
    }

    /// The token that follows each.
    pub(crate) fn labels(&self) -> Vec<u32> {
        self.ids("labels").ids().to_vec()
    }

    /// The cotangent of the hidden state.
    pub(crate) fn cotangent<T: Real>(&self) -> Vec<T> {
        let file = SafeTensors::deserialize(&self.tensors).unwrap();
        let cotangent = file.tensor("cotangent").unwrap();
        assert_eq!(cotangent.dtype(), Dtype::F32, "{}: cotangent", self.name);
        let (values, _) = cotangent.data().as_chunks::<4>();
        values.iter().map(|bytes| T::of_f32(f32::from_le_bytes(*bytes))).collect()
    }

    fn ids(&self, name: &str) -> TokenBatch {
        let file = SafeTensors::deserialize(&self.tensors).unwrap();
        let ids = file.tensor(name).unwrap();
        TokenBatch::new(whole_numbers(&ids), ids.shape()[0], ids.shape()[1]).unwrap()
    }

    pub(crate) fn family(&self) -> DecoderFamily {
        let name = self.description["family"].as_str().unwrap();
        FAMILIES.into_iter().find(|(known, _)| *known == name).unwrap().1
    }

    pub(crate) fn network(&self) -> DecoderNetwork {
        let config = &self.description["config"];
        let arch = DecoderArch {
            family: self.family(),
            n_layer: size(&config["n_layer"]),
            d_model: size(&config["d_model"]),
            d_embed: config["d_embed"].as_u64().map(|width| usize::try_from(width).unwrap()),
            div_val: size(&config["div_val"]),
            n_head: sizes(&config["n_head"]),
            d_inner: sizes(&config["d_inner"]),
            n_token: size(&config["n_token"]),
            cutoffs: sizes(&config["cutoffs"]),
            tie_projs: config["tie_projs"].as_array().unwrap().iter().map(|tied| tied == true).collect(),
            tgt_len: size(&config["tgt_len"]),
            mem_len: config["mem_len"].as_u64().map_or(0, |length| usize::try_from(length).unwrap()),
        };
        arch.network().unwrap()
    }
}

/// Ids as files have them.
fn whole_numbers(tensor: &TensorView<'_>) -> Vec<u32> {
    assert_eq!(tensor.dtype(), Dtype::I64);
    let (values, _) = tensor.data().as_chunks::<8>();
    values.iter().map(|bytes| u32::try_from(i64::from_le_bytes(*bytes)).unwrap()).collect()
}

/// A list of numbers.
pub(crate) fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn size(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn sizes(values: &Value) -> Vec<usize> {
    values.as_array().unwrap().iter().map(size).collect()
}
