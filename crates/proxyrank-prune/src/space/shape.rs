//! A space: a kind of genotype for an encoder of some shape.

use serde::{Deserialize, Serialize};

use super::{Genes, Masks, SpaceKind};

/// What can be pruned of an encoder, and how wide it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockShape {
    /// L: layers.
    pub layers: usize,
    /// H: heads of a layer.
    pub heads: usize,
    /// d: hidden size, a multiple of H.
    pub hidden: usize,
    /// F: units of a layer's feed-forward block.
    pub units: usize,
}

impl BlockShape {
    /// `MiniLM-L6`.
    pub const MINILM_L6: Self = Self { layers: 6, heads: 12, hidden: 384, units: 1536 };

    /// Columns of a head.
    pub const fn head_width(&self) -> usize {
        self.hidden / self.heads
    }
}

/// Genes that are no sub-network of a space.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpaceError {
    /// Too few or too many.
    #[error("{found} genes were given; space `{kind}` has {wanted}")]
    Count {
        /// The space.
        kind: SpaceKind,
        /// Genes given.
        found: usize,
        /// Genes wanted.
        wanted: usize,
    },
    /// A gene beyond its bounds.
    #[error("gene {gene} of space `{kind}` is {value}; it lies from {low} to {high}")]
    Range {
        /// The space.
        kind: SpaceKind,
        /// Which gene, from 0.
        gene: usize,
        /// Its value.
        value: u32,
        /// The least it can be.
        low: u32,
        /// The most it can be.
        high: u32,
    },
}

/// The sub-networks of an encoder that have a genotype of some kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    /// The kind of genotype.
    pub kind: SpaceKind,
    /// The encoder.
    pub shape: BlockShape,
    /// Whether heads and units of SMALL can be none, as where every sub-network is trained by itself. All lower bounds are 0 then.
    pub from_zero: bool,
}

impl Space {
    /// A space with its usual bounds.
    pub const fn new(kind: SpaceKind, shape: BlockShape) -> Self {
        Self { kind, shape, from_zero: false }
    }

    /// Least and most of each gene, both possible.
    pub fn bounds(&self) -> Vec<(u32, u32)> {
        let BlockShape { layers, heads, units, .. } = self.shape;
        let [most_layers, most_heads, most_units] = [layers, heads, units].map(narrow);
        let least = u32::from(!self.from_zero);
        match self.kind {
            SpaceKind::Small => vec![(0, most_layers), (least, most_heads), (least, most_units)],
            SpaceKind::Medium => [(0, most_heads), (0, most_units)].repeat(layers),
            SpaceKind::Layer => vec![(0, 1); layers],
            SpaceKind::Large => vec![(0, 1); layers * (heads + units)],
        }
    }

    /// The whole network.
    pub fn full(&self) -> Genes {
        Genes(self.bounds().into_iter().map(|(_, high)| high).collect())
    }

    /// Checks genes against the bounds.
    pub fn check(&self, genes: &Genes) -> Result<(), SpaceError> {
        let (kind, bounds) = (self.kind, self.bounds());
        if genes.0.len() != bounds.len() {
            return Err(SpaceError::Count { kind, found: genes.0.len(), wanted: bounds.len() });
        }
        for (gene, (&value, (low, high))) in genes.0.iter().zip(bounds).enumerate() {
            if !(low..=high).contains(&value) {
                return Err(SpaceError::Range { kind, gene, value, low, high });
            }
        }
        Ok(())
    }

    /// The masks that genes stand for.
    pub fn masks(&self, genes: &Genes) -> Result<Masks, SpaceError> {
        self.check(genes)?;
        let BlockShape { layers, heads, units, .. } = self.shape;
        let first = |count: u32, of: usize| (0..of).map(|place| place < count as usize).collect::<Vec<_>>();
        let bits = |genes: &[u32]| genes.iter().map(|&bit| bit == 1).collect::<Vec<_>>();
        let genes = &genes.0;
        let of_layer = |layer: usize| match self.kind {
            SpaceKind::Small if layer < genes[0] as usize => (first(genes[1], heads), first(genes[2], units)),
            SpaceKind::Small => (first(0, heads), first(0, units)),
            SpaceKind::Medium => (first(genes[2 * layer], heads), first(genes[2 * layer + 1], units)),
            SpaceKind::Layer => (vec![genes[layer] == 1; heads], vec![genes[layer] == 1; units]),
            SpaceKind::Large => {
                let of_layer = &genes[layer * (heads + units)..][..heads + units];
                (bits(&of_layer[..heads]), bits(&of_layer[heads..]))
            }
        };
        let (heads, units) = (0..layers).map(of_layer).unzip();
        Ok(Masks { heads, units })
    }
}

/// A size of an encoder as a gene.
pub(super) fn narrow(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TINY: BlockShape = BlockShape { layers: 2, heads: 3, hidden: 6, units: 4 };

    fn masks(kind: SpaceKind, genes: &[u32]) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
        let masks = Space::new(kind, TINY).masks(&Genes(genes.to_vec())).unwrap();
        (
            (0..2).map(|layer| masks.kept_heads(layer)).collect(),
            (0..2).map(|layer| masks.kept_units(layer)).collect(),
        )
    }

    #[test]
    fn every_kind_by_hand() {
        assert_eq!(
            masks(SpaceKind::Small, &[1, 2, 3]),
            (vec![vec![0, 1], vec![]], vec![vec![0, 1, 2], vec![]])
        );
        assert_eq!(
            masks(SpaceKind::Medium, &[0, 1, 3, 0]),
            (vec![vec![], vec![0, 1, 2]], vec![vec![0], vec![]])
        );
        assert_eq!(
            masks(SpaceKind::Layer, &[0, 1]),
            (vec![vec![], vec![0, 1, 2]], vec![vec![], vec![0, 1, 2, 3]])
        );
        assert_eq!(
            masks(SpaceKind::Large, &[0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0]),
            (vec![vec![1, 2], vec![]], vec![vec![0, 3], vec![1]])
        );
    }

    #[test]
    fn wrong_genes_are_named() {
        let space = Space::new(SpaceKind::Small, TINY);
        let message = |genes: &[u32]| space.check(&Genes(genes.to_vec())).unwrap_err().to_string();
        assert_eq!(message(&[1, 1]), "2 genes were given; space `small` has 3");
        assert_eq!(message(&[1, 0, 1]), "gene 1 of space `small` is 0; it lies from 1 to 3");
        assert!(Space { from_zero: true, ..space }.check(&Genes(vec![1, 0, 0])).is_ok());
    }

    #[test]
    fn the_largest_genes_are_the_whole_network() {
        for kind in SpaceKind::ALL {
            let space = Space::new(kind, TINY);
            assert_eq!(space.masks(&space.full()).unwrap(), Masks::full(TINY), "{kind}");
        }
    }
}
