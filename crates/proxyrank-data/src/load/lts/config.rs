//! `model_config.yaml`: one decoder.

use std::fmt::Display;
use std::path::Path;

use proxyrank_space::{DecoderArch, DecoderFamily};
use serde::Deserialize;

use crate::load::error::{LoadError, LoadErrorKind, Place};
use crate::load::source;

/// The keys that decide what network is built. The training recipe, which some files have as well, is skipped.
#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the keys are the file's")]
struct RawConfig {
    adaptive: bool,
    attn_type: i64,
    clamp_len: i64,
    cutoffs: Vec<usize>,
    d_embed: i64,
    d_head: i64,
    d_inner: PerLayer,
    d_model: usize,
    div_val: usize,
    mem_len: usize,
    n_head: PerLayer,
    n_layer: usize,
    n_token: usize,
    pre_lnorm: bool,
    primer_conv: bool,
    primer_square: bool,
    same_length: bool,
    tgt_len: usize,
    tie_projs: Vec<Flag>,
    tie_weight: bool,
}

/// One value for all layers, or one value a layer.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a whole number, or a list with one a layer")]
enum PerLayer {
    Same(usize),
    Each(Vec<usize>),
}

impl PerLayer {
    fn expand(self, n_layer: usize) -> Vec<usize> {
        match self {
            Self::Same(value) => vec![value; n_layer],
            Self::Each(values) => values,
        }
    }
}

/// Python's `True` and `1`, which the files use alike.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected true, false, 1 or 0")]
enum Flag {
    Word(bool),
    Number(u8),
}

/// Stored in place of a value that follows from another one.
const DERIVED: i64 = -1;

/// Parses one configuration.
pub(super) fn parse(file: &Path, bytes: &[u8], family: DecoderFamily) -> Result<DecoderArch, LoadError> {
    let raw: RawConfig = source::yaml(file, bytes)?;
    // The structure that the counts and the networks of this project assume; no released file has anything else.
    require(file, "adaptive", raw.adaptive, true)?;
    require(file, "tie_weight", raw.tie_weight, true)?;
    require(file, "pre_lnorm", raw.pre_lnorm, false)?;
    require(file, "primer_conv", raw.primer_conv, false)?;
    require(file, "primer_square", raw.primer_square, false)?;
    require(file, "same_length", raw.same_length, false)?;
    require(file, "attn_type", raw.attn_type, 0)?;
    require(file, "clamp_len", raw.clamp_len, DERIVED)?;
    require(file, "d_head", raw.d_head, DERIVED)?;

    let n_layer = raw.n_layer;
    if n_layer > DecoderArch::MAX_LAYERS {
        let expected = format!("at most {} layers", DecoderArch::MAX_LAYERS);
        return Err(LoadError::unexpected(file, Place::Node("n_layer".into()), expected, n_layer));
    }
    let d_embed =
        match raw.d_embed {
            DERIVED => None,
            size => Some(usize::try_from(size).map_err(|_| {
                LoadError::unexpected(file, Place::Node("d_embed".into()), "-1 or a size", size)
            })?),
        };
    let tie_projs = raw.tie_projs.iter().enumerate().map(|(index, flag)| match flag {
        Flag::Word(tied) => Ok(*tied),
        Flag::Number(number @ (0 | 1)) => Ok(*number == 1),
        Flag::Number(number) => {
            let place = Place::Node(format!("tie_projs[{index}]"));
            Err(LoadError::unexpected(file, place, "true, false, 1 or 0", number))
        }
    });
    let architecture = DecoderArch {
        family,
        n_layer,
        d_model: raw.d_model,
        d_embed,
        div_val: raw.div_val,
        n_head: raw.n_head.expand(n_layer),
        d_inner: raw.d_inner.expand(n_layer),
        n_token: raw.n_token,
        cutoffs: raw.cutoffs,
        tie_projs: tie_projs.collect::<Result<_, _>>()?,
        tgt_len: raw.tgt_len,
        mem_len: raw.mem_len,
    };
    match architecture.validate() {
        Ok(()) => Ok(architecture),
        Err(error) => Err(LoadError::new(file, Place::File, LoadErrorKind::Space(Box::new(error)))),
    }
}

fn require<T: Copy + PartialEq + Display>(
    file: &Path,
    key: &str,
    found: T,
    expected: T,
) -> Result<(), LoadError> {
    if found == expected {
        return Ok(());
    }
    Err(LoadError::unexpected(file, Place::Node(key.to_owned()), expected.to_string(), found))
}
