//! The count of each block in each layer, as if layers did not depend on each other.
//!
//! They hardly do at initialisation, so a network's count is nearly a sum over this table. The table is the mean of some
//! sweeps. A sweep is as many networks as there are blocks, and every block is in every layer once: in each layer the blocks
//! stand in a random order, and network i has the i-th of each.

use proxyrank_space::wpca::{BLOCKS, WpcaArch, WpcaBlock};

use crate::lpzero::random::Dice;

/// Mean counts.
#[derive(Debug, Clone, PartialEq)]
pub struct CountTable {
    /// Layer by layer, block by block; not a number where a block was never seen.
    means: Vec<f64>,
    /// The largest distance of a single count from its mean.
    spread: f64,
}

/// The networks that a table is made of.
pub fn sweeps(layers: usize, sweeps: usize, seed: u64) -> Vec<WpcaArch> {
    let mut dice = Dice::new(seed, 0);
    let mut archs = Vec::with_capacity(sweeps * BLOCKS);
    for _ in 0..sweeps {
        let orders: Vec<Vec<usize>> = (0..layers).map(|_| dice.order(BLOCKS)).collect();
        let network =
            |i: usize| WpcaArch(orders.iter().filter_map(|order| WpcaBlock::new(order[i])).collect());
        archs.extend((0..BLOCKS).map(network));
    }
    archs
}

impl CountTable {
    /// The means of networks' counts, all of `layers` layers.
    pub fn new<'a>(layers: usize, counted: impl Iterator<Item = (&'a WpcaArch, &'a [f64])> + Clone) -> Self {
        let (mut sums, mut seen) = (vec![0.0; layers * BLOCKS], vec![0.0; layers * BLOCKS]);
        let places =
            |arch: &'a WpcaArch| arch.blocks().iter().enumerate().map(|(l, b)| l * BLOCKS + b.index());
        for (arch, counts) in counted.clone() {
            for (place, count) in places(arch).zip(counts) {
                sums[place] += count;
                seen[place] += 1.0;
            }
        }
        let means: Vec<f64> = sums.iter().zip(&seen).map(|(sum, seen)| sum / seen).collect();
        let distances =
            counted.flat_map(|(arch, counts)| places(arch).zip(counts).map(|(p, c)| (c - means[p]).abs()));
        let spread = distances.fold(0.0, f64::max);
        Self { means, spread }
    }

    /// The mean count of a block in a layer.
    pub fn get(&self, layer: usize, block: WpcaBlock) -> f64 {
        self.means[layer * BLOCKS + block.index()]
    }

    /// The largest distance of a single count from the mean of its block and layer.
    pub const fn spread(&self) -> f64 {
        self.spread
    }

    /// The count of a network: a sum over its layers.
    pub fn components(&self, arch: &WpcaArch) -> f64 {
        arch.blocks().iter().enumerate().map(|(layer, &block)| self.get(layer, block)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_has_every_block_in_every_layer_once() {
        for sweep in sweeps(7, 2, 3).chunks(BLOCKS) {
            for layer in 0..7 {
                let mut seen: Vec<usize> = sweep.iter().map(|arch| arch.blocks()[layer].index()).collect();
                seen.sort_unstable();
                assert_eq!(seen, (0..BLOCKS).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn means_are_those_of_each_layer() {
        let archs: Vec<WpcaArch> = ["[0,1]", "[0,0]", "[1,1]"].map(|text| text.parse().unwrap()).to_vec();
        let counts = [vec![4.0, 10.0], vec![6.0, 3.0], vec![9.0, 12.0]];
        let table = CountTable::new(2, archs.iter().zip(counts.iter().map(Vec::as_slice)));
        let get = |layer, block| table.get(layer, WpcaBlock::new(block).unwrap());
        for (found, wanted) in
            [get(0, 0), get(0, 1), get(1, 0), get(1, 1)].into_iter().zip([5.0, 9.0, 3.0, 11.0])
        {
            assert!((found - wanted).abs() < 1e-15);
        }
        assert!((table.spread() - 1.0).abs() < 1e-15);
        assert!((table.components(&archs[0]) - 16.0).abs() < 1e-15);
    }
}
