//! From rows to architectures.

use std::collections::BTreeSet;
use std::path::Path;

use proxyrank_schema::ArchId;
use proxyrank_space::{
    Architecture, DecoderArch, DecoderFamily, FlexibertArch, FlexibertLayer, Operation, QuarterArch,
};

use super::description::{Decoder, Description, Space};
use super::records::{self, ID, Record};
use crate::load::error::{LoadError, LoadErrorKind, Place};
use crate::load::{flexibert, source};

/// The columns of an encoder; the last one may be left out and is 1 then.
const ENCODER: [&str; 7] = [ID, "layers", "hidden", "ops", "heads", "ffn", "ffn_layers"];
/// The columns of a decoder.
const DECODER: [&str; 5] = [ID, "layers", "hidden", "heads", "ffn"];
/// Deeper than any space allows, so that a mistyped depth is no gigabyte.
const MOST_LAYERS: usize = DecoderArch::MAX_LAYERS;

/// Reads the file of architectures.
pub(super) fn read(
    file: &Path,
    bytes: &[u8],
    description: &Description,
) -> Result<Vec<(ArchId, Architecture)>, LoadError> {
    match (description.space.decoder(), &description.decoder) {
        (Some(family), Some(shared)) => {
            let records = records::read(file, bytes, &DECODER, &DECODER)?;
            records.iter().map(|record| Ok((id(record)?, decoder(file, record, family, shared)?))).collect()
        }
        _ if description.space == Space::Flexibert && is_public_form(file, bytes) => public_form(file, bytes),
        _ => {
            let records = records::read(file, bytes, &ENCODER, &ENCODER[..6])?;
            records
                .iter()
                .map(|record| Ok((id(record)?, encoder(file, record, description.space)?)))
                .collect()
        }
    }
}

/// Whether a JSON file has the layout of the public FlexiBERT benchmark.
fn is_public_form(file: &Path, bytes: &[u8]) -> bool {
    let parsed = || source::json::<Vec<serde_json::Map<String, serde_json::Value>>>(file, bytes).ok();
    file.extension().is_some_and(|extension| extension == "json")
        && parsed().is_some_and(|entries| entries.first().is_some_and(|entry| entry.contains_key("hparams")))
}

fn public_form(file: &Path, bytes: &[u8]) -> Result<Vec<(ArchId, Architecture)>, LoadError> {
    let mut seen = BTreeSet::new();
    let declared = flexibert::declared(file, bytes)?.into_iter().enumerate();
    let entry = |(index, (id, architecture)): (usize, (ArchId, FlexibertArch))| {
        if seen.insert(id.clone()) {
            return Ok((id, Architecture::Flexibert(architecture)));
        }
        let place = Place::Node(format!("entry at index {index}"));
        Err(LoadError::duplicate(file, place, format!("architecture `{id}`")))
    };
    declared.map(entry).collect()
}

fn id(record: &Record<'_>) -> Result<ArchId, LoadError> {
    Ok(ArchId::new(record.value(ID, "an architecture's name")?))
}

fn encoder(file: &Path, record: &Record<'_>, space: Space) -> Result<Architecture, LoadError> {
    let depth = depth(record)?;
    let operations = per_layer(record, "ops", depth, |name| {
        Operation::ALL.iter().copied().find(|operation| operation.to_string() == name)
    })?;
    let (heads, widths) = (counts(record, "heads", depth)?, counts(record, "ffn", depth)?);
    let stacked = if record.values("ffn_layers").is_empty() {
        vec![1; depth]
    } else {
        counts(record, "ffn_layers", depth)?
    };
    let layers = (0..depth).map(|layer| FlexibertLayer {
        operation: operations[layer],
        heads: heads[layer],
        ffn_width: widths[layer],
        ffn_count: stacked[layer],
    });
    let architecture = FlexibertArch { hidden_size: record.count("hidden")?, layers: layers.collect() };
    let architecture = match space {
        Space::FlexibertQuarter => Architecture::Quarter(QuarterArch(architecture)),
        _ => Architecture::Flexibert(architecture),
    };
    checked(file, record, architecture)
}

fn decoder(
    file: &Path,
    record: &Record<'_>,
    family: DecoderFamily,
    shared: &Decoder,
) -> Result<Architecture, LoadError> {
    let depth = depth(record)?;
    let cutoffs = if shared.cutoffs.is_empty() { vec![shared.n_token] } else { shared.cutoffs.clone() };
    let tie_projs =
        if shared.tie_projs.is_empty() { vec![false; cutoffs.len() + 1] } else { shared.tie_projs.clone() };
    let architecture = DecoderArch {
        family,
        n_layer: depth,
        d_model: record.count("hidden")?,
        d_embed: shared.d_embed,
        div_val: shared.div_val.unwrap_or(1),
        n_head: counts(record, "heads", depth)?,
        d_inner: counts(record, "ffn", depth)?,
        n_token: shared.n_token,
        cutoffs,
        tie_projs,
        tgt_len: shared.tgt_len,
        mem_len: shared.mem_len.unwrap_or(shared.tgt_len),
    };
    checked(file, record, Architecture::Decoder(architecture))
}

/// Checks an architecture against its space.
fn checked(file: &Path, record: &Record<'_>, architecture: Architecture) -> Result<Architecture, LoadError> {
    match architecture.validate() {
        Ok(()) => Ok(architecture),
        Err(error) => Err(LoadError::new(file, record.place(ID), LoadErrorKind::Space(Box::new(error)))),
    }
}

fn depth(record: &Record<'_>) -> Result<usize, LoadError> {
    let depth = record.count("layers")?;
    if (1..=MOST_LAYERS).contains(&depth) {
        return Ok(depth);
    }
    Err(record.unexpected("layers", format!("1 to {MOST_LAYERS} layers"), depth))
}

fn counts(record: &Record<'_>, column: &str, depth: usize) -> Result<Vec<usize>, LoadError> {
    per_layer(record, column, depth, |text| text.parse().ok())
}

/// One value for all layers, or one value a layer.
fn per_layer<T: Copy>(
    record: &Record<'_>,
    column: &str,
    depth: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, LoadError> {
    let allowed = if column == "ops" {
        let names: Vec<String> = Operation::ALL.iter().map(ToString::to_string).collect();
        format!("operations ({})", names.join(", "))
    } else {
        "whole numbers".to_owned()
    };
    let values = record.values(column).iter().map(|text| {
        parse(text).ok_or_else(|| record.unexpected(column, allowed.clone(), format!("`{text}`")))
    });
    let values: Vec<T> = values.collect::<Result<_, _>>()?;
    match values.as_slice() {
        [one] => Ok(vec![*one; depth]),
        each if each.len() == depth => Ok(values),
        each => {
            let expected = format!("{allowed}: one for all layers, or {depth}");
            Err(record.unexpected(column, expected, format!("{} of them", each.len())))
        }
    }
}
