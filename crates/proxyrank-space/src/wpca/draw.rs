//! Random architectures, mutation and crossover, as in the released search.
//!
//! `below(n)` is any source of whole numbers below n; who calls says from which generator and seed.

use super::block::{BLOCKS, WpcaArch, WpcaBlock};

fn block(below: &mut dyn FnMut(usize) -> usize) -> WpcaBlock {
    WpcaBlock::new(below(BLOCKS)).unwrap_or_else(|| WpcaBlock::of(super::WpcaKind::Bert, 0))
}

/// An architecture of independent, even blocks.
pub fn random(layers: usize, below: &mut dyn FnMut(usize) -> usize) -> WpcaArch {
    WpcaArch((0..layers).map(|_| block(below)).collect())
}

/// Each layer drawn anew with a probability of `percent` hundredths, evenly over all blocks, the present one included.
pub fn mutated(arch: &WpcaArch, percent: usize, below: &mut dyn FnMut(usize) -> usize) -> WpcaArch {
    let gene = |&old: &WpcaBlock| if below(100) < percent { block(below) } else { old };
    WpcaArch(arch.blocks().iter().map(gene).collect())
}

/// Each layer from either parent, evenly.
pub fn crossed(one: &WpcaArch, other: &WpcaArch, below: &mut dyn FnMut(usize) -> usize) -> WpcaArch {
    let pairs = one.blocks().iter().zip(other.blocks());
    WpcaArch(pairs.map(|(&one, &other)| if below(2) == 0 { one } else { other }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wpca::WpcaSpace;

    /// A small linear congruential generator; its high bits are good enough for shares.
    fn source() -> impl FnMut(usize) -> usize {
        let mut state = 1_u64;
        move |count| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((u128::from(state) * count as u128) >> 64).unwrap()
        }
    }

    /// Another program found that 22.3% of even draws fit. Their mean is 4,670,304 of embedding and head, and 12 layers of
    /// 1,048,938, the mean of the twelve blocks.
    #[test]
    fn draws_are_even() {
        let (space, mut below) = (WpcaSpace::SMALL, source());
        let drawn: Vec<WpcaArch> = (0..20_000).map(|_| random(space.layers, &mut below)).collect();
        let legal = drawn.iter().filter(|arch| space.allows(arch)).count() as f64 / 20_000.0;
        assert!((legal - 0.223).abs() < 0.012, "{legal}");
        let mean = drawn.iter().map(|arch| space.parameters(arch) as f64).sum::<f64>() / 20_000.0;
        assert!((mean / 17_257_560.0 - 1.0).abs() < 0.002, "{mean}");
    }

    #[test]
    fn mutants_differ_in_a_share_of_layers_and_children_in_none() {
        let mut below = source();
        let (mut changed, parent) = (0, random(12, &mut below));
        for _ in 0..2000 {
            let mutant = mutated(&parent, 10, &mut below);
            changed += mutant.0.iter().zip(&parent.0).map(|(new, old)| u32::from(new != old)).sum::<u32>();
        }
        // A tenth of the layers is drawn, and one draw in twelve gives what was there.
        assert!((f64::from(changed) / 24_000.0 - 0.1 * 11.0 / 12.0).abs() < 0.01);
        let other = random(12, &mut below);
        let child = crossed(&parent, &other, &mut below);
        for (layer, block) in child.0.iter().enumerate() {
            assert!(*block == parent.0[layer] || *block == other.0[layer]);
        }
        assert_eq!(crossed(&parent, &parent, &mut below), parent);
    }
}
