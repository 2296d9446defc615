//! How sub-networks are drawn, changed, and which one is the smallest.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::shape::narrow;
use super::{Genes, Space, SpaceKind};

/// How a random sub-network is drawn. The two give different distributions of sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampler {
    /// Every gene evenly and by itself. LARGE then keeps about half of everything.
    Config,
    /// SMALL and MEDIUM as above. LAYER: a number of layers from 0 to L - 1, then which. LARGE: how many of all heads and units
    /// are left out, from 1 to all but one, then which.
    Structured,
}

/// Which sub-network is the smallest, to train with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Smallest {
    /// By space. SMALL: one layer, head and unit; MEDIUM: one head and unit in each layer; LAYER: no layer; LARGE: one head and
    /// one unit in the first layer.
    #[default]
    Space,
    /// The least value of each gene.
    Bounds,
}

impl Space {
    /// Draws a sub-network.
    pub fn sample(&self, sampler: Sampler, rng: &mut ChaCha8Rng) -> Genes {
        match (sampler, self.kind) {
            (Sampler::Structured, SpaceKind::Layer) => {
                let layers = self.shape.layers;
                let kept = rng.random_range(0..layers);
                bits(layers, kept, rng)
            }
            (Sampler::Structured, SpaceKind::Large) => {
                let all = self.shape.layers * (self.shape.heads + self.shape.units);
                let left_out = rng.random_range(1..all);
                bits(all, all - left_out, rng)
            }
            _ => Genes(self.bounds().into_iter().map(|(low, high)| rng.random_range(low..=high)).collect()),
        }
    }

    /// The same genes but for one, which has another value.
    pub fn mutate(&self, genes: &Genes, rng: &mut ChaCha8Rng) -> Genes {
        let bounds = self.bounds();
        let gene = rng.random_range(0..bounds.len());
        let (low, high) = bounds[gene];
        let mut changed = genes.clone();
        // One value less to draw from; those from the old one on move up by one.
        let drawn = rng.random_range(low..high);
        changed.0[gene] = if drawn < genes.0[gene] { drawn } else { drawn + 1 };
        changed
    }

    /// The middle one, with which searches begin. Of numbers half the extent of their bounds; of bits none of the first half of
    /// the genes and all of the second.
    pub fn midpoint(&self) -> Genes {
        let bounds = self.bounds();
        let half = bounds.len() / 2;
        let middle = |(place, (low, high)): (usize, (u32, u32))| match self.kind {
            SpaceKind::Layer | SpaceKind::Large => u32::from(place >= half),
            SpaceKind::Small | SpaceKind::Medium => ((high - low) / 2).max(low),
        };
        Genes(bounds.into_iter().enumerate().map(middle).collect())
    }

    /// The smallest one.
    pub fn smallest(&self, rule: Smallest) -> Genes {
        let mut genes = Genes(self.bounds().into_iter().map(|(low, _)| low).collect());
        if rule == Smallest::Bounds {
            return genes;
        }
        match self.kind {
            SpaceKind::Small | SpaceKind::Medium => genes.0.fill(1),
            SpaceKind::Layer => {}
            SpaceKind::Large => {
                genes.0[0] = 1;
                genes.0[self.shape.heads] = 1;
            }
        }
        genes
    }

    /// Distinct genotypes; nothing where there are more than fit.
    pub fn cardinality(&self) -> Option<u64> {
        let values = |(low, high): (u32, u32)| u64::from(high - low) + 1;
        self.bounds().into_iter().map(values).try_fold(1_u64, u64::checked_mul)
    }
}

/// `kept` of some bits, drawn without replacement.
fn bits(all: usize, kept: usize, rng: &mut ChaCha8Rng) -> Genes {
    let mut bits: Vec<u32> = (0..all).map(|place| u32::from(place < kept)).collect();
    bits.shuffle(rng);
    debug_assert_eq!(bits.iter().sum::<u32>(), narrow(kept));
    Genes(bits)
}

#[cfg(test)]
mod tests {
    use super::super::BlockShape;
    use super::*;
    use crate::random::{Purpose, stream};

    fn space(kind: SpaceKind) -> Space {
        Space::new(kind, BlockShape::MINILM_L6)
    }

    #[test]
    fn midpoint_and_smallest_are_those_of_the_specification() {
        assert_eq!(space(SpaceKind::Small).midpoint().0, [3, 5, 767]);
        assert_eq!(space(SpaceKind::Medium).midpoint().0[..4], [6, 768, 6, 768]);
        assert_eq!(space(SpaceKind::Layer).midpoint().0, [0, 0, 0, 1, 1, 1]);
        assert_eq!(space(SpaceKind::Small).smallest(Smallest::Space).0, [1, 1, 1]);
        assert_eq!(space(SpaceKind::Small).smallest(Smallest::Bounds).0, [0, 1, 1]);
        assert_eq!(space(SpaceKind::Medium).smallest(Smallest::Space).0, [1; 12]);
        assert_eq!(space(SpaceKind::Medium).smallest(Smallest::Bounds).0, [0; 12]);
        let large = space(SpaceKind::Large);
        let masks = large.masks(&large.smallest(Smallest::Space)).unwrap();
        assert_eq!((masks.kept_heads(0), masks.kept_units(0)), (vec![0], vec![0]));
        assert!((1..6).all(|layer| masks.kept_heads(layer).is_empty() && masks.kept_units(layer).is_empty()));
    }

    #[test]
    fn every_draw_and_every_change_lies_within_bounds() {
        let mut rng = stream(3, Purpose::Search, 0);
        for kind in SpaceKind::ALL {
            let space = space(kind);
            for sampler in [Sampler::Config, Sampler::Structured] {
                for _ in 0..50 {
                    let genes = space.sample(sampler, &mut rng);
                    assert_eq!(space.check(&genes), Ok(()));
                    let changed = space.mutate(&genes, &mut rng);
                    assert_eq!(space.check(&changed), Ok(()));
                    assert_eq!(genes.0.iter().zip(&changed.0).filter(|(a, b)| a != b).count(), 1);
                }
            }
        }
    }

    #[test]
    fn both_ends_are_drawn_and_mutation_is_even() {
        let space = Space::new(SpaceKind::Small, BlockShape { layers: 2, heads: 2, hidden: 4, units: 2 });
        let mut rng = stream(0, Purpose::Search, 0);
        let mut seen = std::collections::HashMap::new();
        for _ in 0..6000 {
            *seen.entry(space.mutate(&Genes(vec![1, 1, 1]), &mut rng)).or_insert(0) += 1;
        }
        // A third for each gene; the first has two other values, the others one.
        for (genes, wanted) in [([0, 1, 1], 1000), ([2, 1, 1], 1000), ([1, 2, 1], 2000), ([1, 1, 2], 2000)] {
            let found = seen[&Genes(genes.to_vec())];
            assert!(i32::abs(found - wanted) < 200, "{genes:?}: {found}");
        }
        assert_eq!((seen.len(), space.cardinality()), (4, Some(12)));
    }

    #[test]
    fn the_samplers_spread_sizes_differently() {
        let large = space(SpaceKind::Large);
        let spread = |sampler| {
            let mut rng = stream(1, Purpose::Search, 0);
            let shares: Vec<f64> = (0..200)
                .map(|_| f64::from(large.sample(sampler, &mut rng).0.iter().sum::<u32>()) / 9288.0)
                .collect();
            let mean = shares.iter().sum::<f64>() / 200.0;
            (shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / 200.0).sqrt()
        };
        // Binomial against uniform.
        assert!((spread(Sampler::Config) - 0.5 / 9288.0_f64.sqrt()).abs() < 1e-3);
        assert!((spread(Sampler::Structured) - 1.0 / 12.0_f64.sqrt()).abs() < 0.03);
        let layer = space(SpaceKind::Layer);
        let mut rng = stream(1, Purpose::Search, 0);
        let counts: Vec<u32> =
            (0..500).map(|_| layer.sample(Sampler::Structured, &mut rng).0.iter().sum()).collect();
        assert!(counts.iter().all(|&count| count < 6), "the whole network is not drawn");
        assert!((0..6).all(|count| counts.iter().filter(|&&found| found == count).count() > 50));
    }
}
