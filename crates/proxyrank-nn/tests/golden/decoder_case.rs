//! Golden cases: small decoders with every quantity computed in double precision by an independent implementation.
//!
//! Tests of several crates read cases with this file; `pairs` says where they come from.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use proxyrank_nn::{DecoderWeights, Real, TokenBatch};
use proxyrank_space::{DecoderArch, DecoderFamily, DecoderNetwork};
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;

use crate::pairs::{Pair, pairs};

/// One decoder.
pub(crate) struct DecoderCase {
    pub(crate) name: String,
    description: Value,
    tensors: Vec<u8>,
}

/// The GPT-2 cases of `PROXYRANK_GOLDEN`, or the committed ones.
pub(crate) fn decoder_cases() -> Vec<DecoderCase> {
    let pairs = pairs("tests/golden/decoders", Some("gpt2")).into_iter();
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

    pub(crate) fn batch(&self) -> TokenBatch {
        self.ids("input_ids")
    }

    /// The same with one token replaced.
    pub(crate) fn changed_batch(&self) -> TokenBatch {
        self.ids("causal_input_ids")
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
        assert_eq!(ids.dtype(), Dtype::I64, "{}: {name}", self.name);
        let (values, _) = ids.data().as_chunks::<8>();
        let values = values.iter().map(|bytes| u32::try_from(i64::from_le_bytes(*bytes)).unwrap());
        TokenBatch::new(values.collect(), ids.shape()[0], ids.shape()[1]).unwrap()
    }

    pub(crate) fn network(&self) -> DecoderNetwork {
        let config = &self.description["config"];
        let arch = DecoderArch {
            family: DecoderFamily::Gpt2,
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
            mem_len: 0,
        };
        arch.network().unwrap()
    }
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
