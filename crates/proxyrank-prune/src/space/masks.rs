//! Which heads and units a sub-network keeps.

use serde::{Deserialize, Serialize};

use super::BlockShape;

/// A sub-network.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Masks {
    /// For each layer, whether it keeps each head: L x H. A layer that keeps none passes its input on.
    pub heads: Vec<Vec<bool>>,
    /// For each layer, whether it keeps each unit of its feed-forward block: L x F. A layer that keeps none passes on what its
    /// attention gave.
    pub units: Vec<Vec<bool>>,
}

impl Masks {
    /// The whole network.
    pub fn full(shape: BlockShape) -> Self {
        Self {
            heads: vec![vec![true; shape.heads]; shape.layers],
            units: vec![vec![true; shape.units]; shape.layers],
        }
    }

    /// The heads that a layer keeps, in order.
    pub fn kept_heads(&self, layer: usize) -> Vec<usize> {
        places(&self.heads[layer])
    }

    /// The units that a layer keeps, in order.
    pub fn kept_units(&self, layer: usize) -> Vec<usize> {
        places(&self.units[layer])
    }

    /// Whether the masks are those of an encoder of this shape.
    pub fn fits(&self, shape: BlockShape) -> bool {
        let all = |rows: &[Vec<bool>], width| {
            rows.len() == shape.layers && rows.iter().all(|row| row.len() == width)
        };
        all(&self.heads, shape.heads) && all(&self.units, shape.units)
    }
}

fn places(row: &[bool]) -> Vec<usize> {
    row.iter().enumerate().filter(|(_, kept)| **kept).map(|(place, _)| place).collect()
}
