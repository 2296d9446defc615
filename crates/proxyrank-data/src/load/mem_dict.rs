//! LPZero's memory of a search: symbolic programs with their scores on the first architectures of FlexiBERT.
//!
//! The file repeats the ground truth in every record. The loader insists that the copies agree and keeps one.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde::Deserialize;

use super::error::{LoadError, Place};
use super::source;
use super::unique_map::UniqueMap;

const EXAMPLE: &str = "INPUT:(act, head)TREE:(pca|no_op|l1_norm|sigmoid)BINARY:(element_wise_sum)";

/// A program in LPZero's notation, `INPUT:(a, b)TREE:(p|q|r|s)BINARY:(o)`.
///
/// Input `a` goes through the operations `p` and `q`, input `b` through `r` and `s`, and `o` joins the results.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Genotype {
    /// What the two branches start from: `act`, `grad`, `head`, `jacobs`, `softmax` or `weight`.
    pub inputs: [String; 2],
    /// Two operations for the first branch, then two for the second.
    pub unaries: [String; 4],
    /// The operation that joins the branches.
    pub binary: String,
}

impl fmt::Display for Genotype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inputs: [a, b], unaries: [p, q, r, s], binary } = self;
        write!(f, "INPUT:({a}, {b})TREE:({p}|{q}|{r}|{s})BINARY:({binary})")
    }
}

/// A text that is no [`Genotype`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a program such as `{EXAMPLE}`")]
pub struct NotAGenotype;

impl FromStr for Genotype {
    type Err = NotAGenotype;

    fn from_str(text: &str) -> Result<Self, NotAGenotype> {
        let body =
            text.strip_prefix("INPUT:(").and_then(|rest| rest.strip_suffix(')')).ok_or(NotAGenotype)?;
        let (inputs, body) = body.split_once(")TREE:(").ok_or(NotAGenotype)?;
        let (unaries, binary) = body.split_once(")BINARY:(").ok_or(NotAGenotype)?;
        Ok(Self { inputs: names(inputs, ", ")?, unaries: names(unaries, "|")?, binary: name(binary)? })
    }
}

fn name(text: &str) -> Result<String, NotAGenotype> {
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if plain && !text.is_empty() { Ok(text.to_owned()) } else { Err(NotAGenotype) }
}

fn names<const N: usize>(text: &str, separator: &str) -> Result<[String; N], NotAGenotype> {
    let names = text.split(separator).map(name).collect::<Result<Vec<_>, _>>()?;
    names.try_into().map_err(|_| NotAGenotype)
}

/// One program and its scores.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredProgram {
    /// The program.
    pub genotype: Genotype,
    /// Its Spearman correlation with the ground truth as the file states it.
    pub stated_spearman: f64,
    /// Its score on each architecture, in the order of [`MemDict::glue`].
    pub scores: Vec<f64>,
}

/// The programs that a search had tried, in the order of their notation.
#[derive(Debug, Clone, PartialEq)]
pub struct MemDict {
    /// The GLUE score of architectures 0, 1, ... of the FlexiBERT benchmark, in percent.
    pub glue: Vec<f64>,
    /// The programs.
    pub programs: Vec<ScoredProgram>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    sp: f64,
    gt_list: Vec<f64>,
    zc_list: Vec<f64>,
}

impl MemDict {
    /// Reads `mem_dict.json`.
    pub fn read(file: &Path) -> Result<Self, LoadError> {
        Self::parse(file, &source::read(file)?)
    }

    /// Parses the bytes of `mem_dict.json`; `file` is named in errors only.
    pub fn parse(file: &Path, bytes: &[u8]) -> Result<Self, LoadError> {
        let UniqueMap(records) = source::json::<UniqueMap<Record>>(file, bytes)?;
        let records: BTreeMap<String, Record> = records;
        let mut glue: Option<Vec<f64>> = None;
        let mut programs = Vec::with_capacity(records.len());
        for (text, Record { sp, gt_list, zc_list }) in records {
            let place = |field: &str| Place::Node(format!("program `{text}`, {field}"));
            let genotype = text.parse().map_err(|NotAGenotype| {
                LoadError::unexpected(file, Place::File, format!("a program such as `{EXAMPLE}`"), &text)
            })?;
            if !(-1.0..=1.0).contains(&sp) {
                return Err(LoadError::unexpected(file, place("sp"), "a correlation in [-1, 1]", sp));
            }
            if *glue.get_or_insert_with(|| gt_list.clone()) != gt_list {
                let expected = "the same ground truth in every record";
                return Err(LoadError::unexpected(file, place("gt_list"), expected, "another one"));
            }
            if zc_list.len() != gt_list.len() {
                let expected = format!("{} scores, one an architecture", gt_list.len());
                return Err(LoadError::unexpected(file, place("zc_list"), expected, zc_list.len()));
            }
            programs.push(ScoredProgram { genotype, stated_spearman: sp, scores: zc_list });
        }
        let glue = glue.ok_or_else(|| LoadError::missing(file, Place::File, "every program"))?;
        Ok(Self { glue, programs })
    }
}
