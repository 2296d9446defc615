//! A sub-network in a record.

use serde::{Deserialize, Serialize};

use crate::hash::sha256;
use crate::importance::kept_counts;
use crate::space::{COUNTED_TOKENS, Counts, Masks, ModelSize};

/// How much a sub-network keeps, and a hash of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Heads of each layer.
    pub heads: Vec<usize>,
    /// Units of each layer.
    pub units: Vec<usize>,
    /// SHA-256 of the masks: a byte for each head of the first layer, then for each of its units, then the next layer.
    pub masks_sha256: String,
    /// Parameters.
    pub params: Counts,
    /// Multiplications and additions of its layers for 128 tokens.
    pub macs: u64,
}

impl Kept {
    /// Describes masks.
    pub fn of(size: &ModelSize, masks: &Masks) -> Self {
        let (heads, units) = kept_counts(masks);
        let rows = masks.heads.iter().zip(&masks.units).flat_map(|(heads, units)| [heads, units]);
        let bytes: Vec<u8> = rows.flatten().map(|&kept| u8::from(kept)).collect();
        Self {
            heads,
            units,
            masks_sha256: sha256([bytes.as_slice()]),
            params: size.count(masks),
            macs: size.macs(masks, COUNTED_TOKENS),
        }
    }

    /// Share of the encoder's parameters, embeddings and head left out.
    pub fn share(&self, full: &Counts) -> f64 {
        self.params.encoder_paper as f64 / full.encoder_paper as f64
    }
}
