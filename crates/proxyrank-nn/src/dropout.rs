//! Dropout by index: which elements fall out is a function of a seed, the place in the network and the element.
//!
//! There is no state to advance, so the mask is the same for every block partition, thread count and backend.

use crate::real::Real;

/// Share of elements that fall out (ELECTRA's hidden and attention dropout).
pub const DROPOUT: f64 = 0.1;

/// Where a mask is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DropoutSite {
    /// Embeddings after their norm.
    Embeddings,
    /// Attention probabilities of a layer.
    Attention(usize),
    /// The operation's output before the residual sum.
    Operation(usize),
    /// The feed-forward chain's output before the residual sum.
    Ffn(usize),
}

impl DropoutSite {
    fn tag(self) -> u64 {
        match self {
            Self::Embeddings => 0,
            Self::Attention(layer) => 3 * layer as u64 + 1,
            Self::Operation(layer) => 3 * layer as u64 + 2,
            Self::Ffn(layer) => 3 * layer as u64 + 3,
        }
    }
}

/// A mask over the elements of one activation tensor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mask {
    key: u64,
}

impl Mask {
    /// The mask of a site for a seed.
    pub(crate) fn new(seed: u64, site: DropoutSite) -> Self {
        Self { key: mix(mix(seed).wrapping_add(site.tag())) }
    }

    /// Applies it to elements that follow each other from `first`, counted through the whole batch's tensor.
    pub(crate) fn apply<T: Real>(self, values: &mut [T], first: usize) {
        for (index, value) in values.iter_mut().enumerate() {
            *value *= self.factor::<T>(first + index);
        }
    }

    /// The factors of the first `count` elements.
    pub(crate) fn factors<T: Real>(self, count: usize) -> Vec<T> {
        (0..count).map(|index| self.factor(index)).collect()
    }

    /// 0 for an element that falls out, 1/(1 - p) for one that stays.
    fn factor<T: Real>(self, index: usize) -> T {
        // 53 random bits make a uniform number in [0, 1).
        let uniform =
            (mix(self.key.wrapping_add(index as u64)) >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0);
        if uniform < DROPOUT { T::ZERO } else { T::of_f64(1.0 / (1.0 - DROPOUT)) }
    }
}

/// `SplitMix64`: one step of the sequence from `x`.
fn mix(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_falls_out_and_the_mean_stays() {
        let factors: Vec<f64> = Mask::new(3, DropoutSite::Ffn(1)).factors(200_000);
        let dropped = factors.iter().filter(|&&factor| factor == 0.0).count() as f64 / 200_000.0;
        assert!((dropped - DROPOUT).abs() < 0.004, "{dropped}");
        assert!((factors.iter().sum::<f64>() / 200_000.0 - 1.0).abs() < 0.005);
    }

    #[test]
    fn masks_differ_by_seed_and_site_and_do_not_care_for_the_cut() {
        let mask = Mask::new(3, DropoutSite::Attention(0));
        let whole: Vec<f32> = mask.factors(64);
        let mut tail = vec![1.0_f32; 24];
        mask.apply(&mut tail, 40);
        assert_eq!(tail, whole[40..]);
        assert_ne!(whole, Mask::new(4, DropoutSite::Attention(0)).factors::<f32>(64));
        assert_ne!(whole, Mask::new(3, DropoutSite::Operation(0)).factors::<f32>(64));
    }
}
