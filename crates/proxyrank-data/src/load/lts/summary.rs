//! The files that hold one thing for every architecture of a set.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::id::LtsId;
use crate::load::error::{LoadError, Place};
use crate::load::source;

/// What an architecture reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Perplexity {
    /// Measured on named splits; the random sets have these.
    Splits(SplitPerplexity),
    /// One number whose split is not stated; the Pareto sets have this.
    Unstated(f64),
}

impl Perplexity {
    /// The perplexity that architectures are ranked by, smaller being better, and its metric's name: the one on the
    /// test split where splits are stated.
    pub fn ground_truth(&self) -> (&'static str, f64) {
        match self {
            Self::Splits(splits) => ("test_ppl", splits.test_ppl),
            Self::Unstated(ppl) => ("ppl", *ppl),
        }
    }

    /// Every stored number that is a perplexity or a time, with its metric's name.
    pub fn metrics(&self) -> Vec<(&'static str, f64)> {
        match self {
            Self::Splits(splits) => splits.metrics(),
            Self::Unstated(ppl) => vec![("ppl", *ppl)],
        }
    }
}

/// Perplexities on named splits.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitPerplexity {
    /// A token, validation split.
    pub valid_ppl: f64,
    /// A token, test split.
    pub test_ppl: f64,
    /// The same without memory between segments.
    pub test_ppl_nomem: Option<f64>,
    /// A word, test split; the number of words behind it is wrong on LM1B, where it reaches 1e15.
    pub test_word_ppl: Option<f64>,
    /// The same without memory between segments.
    pub test_word_ppl_nomem: Option<f64>,
    /// Training time. The unit is not stated; only seconds make sense of the values.
    pub train_elapsed: f64,
}

impl SplitPerplexity {
    fn metrics(&self) -> Vec<(&'static str, f64)> {
        let always = [
            ("valid_ppl", Some(self.valid_ppl)),
            ("test_ppl", Some(self.test_ppl)),
            ("test_ppl_nomem", self.test_ppl_nomem),
            ("test_word_ppl", self.test_word_ppl),
            ("test_word_ppl_nomem", self.test_word_ppl_nomem),
            ("train_elapsed", Some(self.train_elapsed)),
        ];
        always.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// Parameter counts as the set's authors stored them.
///
/// They were not always counted on the network that was trained: those of `random_GPT2_lm1b` belong to
/// Transformer-XL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredParameters {
    /// Embedding tables, their projections and GPT-2's positions.
    pub adaptive_embedding: u64,
    /// Attention.
    pub attention: u64,
    /// Feed-forward networks.
    pub ffn: u64,
    /// All of the blocks.
    pub non_embedding: u64,
    /// Everything.
    pub total: u64,
}

/// Parses a summary: a map from architectures to values. `{}` is a summary of nothing.
pub(super) fn parse<V: DeserializeOwned>(file: &Path, bytes: &[u8]) -> Result<BTreeMap<LtsId, V>, LoadError> {
    let map: BTreeMap<String, V> = source::yaml(file, bytes)?;
    map.into_iter()
        .map(|(text, value)| {
            let id = text.parse().map_err(|_| {
                LoadError::unexpected(
                    file,
                    Place::File,
                    "architectures such as `config_3_j5` or `M12`",
                    format!("`{text}`"),
                )
            })?;
            Ok((id, value))
        })
        .collect()
}

/// Parses a summary of finite numbers.
pub(super) fn numbers(file: &Path, bytes: &[u8]) -> Result<BTreeMap<LtsId, f64>, LoadError> {
    let map: BTreeMap<LtsId, f64> = parse(file, bytes)?;
    for (id, value) in &map {
        if !value.is_finite() {
            return Err(LoadError::unexpected(file, Place::Node(id.to_string()), "a finite number", value));
        }
    }
    Ok(map)
}

/// Parses a summary of finite numbers above zero, such as latencies.
pub(super) fn positive_numbers(file: &Path, bytes: &[u8]) -> Result<BTreeMap<LtsId, f64>, LoadError> {
    let map = numbers(file, bytes)?;
    match map.iter().find(|(_, value)| **value <= 0.0) {
        None => Ok(map),
        Some((id, value)) => {
            Err(LoadError::unexpected(file, Place::Node(id.to_string()), "a number above 0", value))
        }
    }
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a perplexity, or the perplexities of the splits by their known names"
)]
enum RawPerplexity {
    Unstated(f64),
    Splits(SplitPerplexity),
}

/// Parses `ppl_summary.yaml`.
pub(super) fn perplexities(file: &Path, bytes: &[u8]) -> Result<BTreeMap<LtsId, Perplexity>, LoadError> {
    let map: BTreeMap<LtsId, RawPerplexity> = parse(file, bytes)?;
    map.into_iter()
        .map(|(id, raw)| {
            let perplexity = match raw {
                RawPerplexity::Unstated(ppl) => Perplexity::Unstated(ppl),
                RawPerplexity::Splits(splits) => Perplexity::Splits(splits),
            };
            match perplexity.metrics().iter().find(|(_, value)| !(value.is_finite() && *value > 0.0)) {
                None => Ok((id, perplexity)),
                Some((name, value)) => {
                    let place = Place::Node(format!("{id}, {name}"));
                    Err(LoadError::unexpected(file, place, "a finite number above 0", value))
                }
            }
        })
        .collect()
}

/// Counts, which the file writes as floats.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawParameters {
    #[serde(rename = "AdaEmb")]
    adaptive_embedding: f64,
    #[serde(rename = "Attn")]
    attention: f64,
    #[serde(rename = "FFN")]
    ffn: f64,
    #[serde(rename = "nonembedding")]
    non_embedding: f64,
    total: f64,
}

/// Parses `params_summary.yaml`.
pub(super) fn parameters(file: &Path, bytes: &[u8]) -> Result<BTreeMap<LtsId, StoredParameters>, LoadError> {
    let map: BTreeMap<LtsId, RawParameters> = parse(file, bytes)?;
    map.into_iter()
        .map(|(id, raw)| {
            let whole = |name: &str, value: f64| {
                count(value).ok_or_else(|| {
                    let place = Place::Node(format!("{id}, {name}"));
                    LoadError::unexpected(file, place, "a number of parameters", value)
                })
            };
            let stored = StoredParameters {
                adaptive_embedding: whole("AdaEmb", raw.adaptive_embedding)?,
                attention: whole("Attn", raw.attention)?,
                ffn: whole("FFN", raw.ffn)?,
                non_embedding: whole("nonembedding", raw.non_embedding)?,
                total: whole("total", raw.total)?,
            };
            Ok((id, stored))
        })
        .collect()
}

/// A float that is a count: whole, not negative, and small enough to be exact.
fn count(value: f64) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() != 0.0 || !(0.0..=EXACT).contains(&value) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in [0, 2^53]")]
    Some(value as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole_and_exact() {
        assert_eq!(count(8_505_006.0), Some(8_505_006));
        for value in [0.5, -1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(count(value), None, "{value}");
        }
    }

    #[test]
    fn both_shapes_of_perplexity_are_read() {
        let file = Path::new("ppl_summary.yaml");
        let bytes = b"M1: 50\nM2: {valid_ppl: 3, test_ppl: 4.5, train_elapsed: 1e3}\n";
        let map = perplexities(file, bytes).unwrap();
        assert_eq!(map[&LtsId::Model(1)].ground_truth(), ("ppl", 50.0));
        assert_eq!(map[&LtsId::Model(2)].ground_truth(), ("test_ppl", 4.5));
        assert_eq!(map[&LtsId::Model(2)].metrics().len(), 3);
        for bad in ["M1: .nan", "M1: .inf", "M1: 0", "M1: x", "M1: {test_ppl: 1}", "M1: 1\nM1: 2", "M01: 3"] {
            assert!(perplexities(file, bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
