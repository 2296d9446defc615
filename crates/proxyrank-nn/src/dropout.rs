//! Dropout by index: which elements fall out is a function of a seed, the place in the network and the element.
//!
//! There is no state to advance, so the mask is the same for every block partition, thread count and backend.

use crate::kernels::kernel;
use crate::number::Number;
use crate::real::Real;

/// Share of elements that fall out (ELECTRA's hidden and attention dropout).
pub const DROPOUT: f64 = 0.1;

/// [`DROPOUT`] times 2^53, rounded up.
const BOUND: u64 = 900_719_925_474_100;

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
    /// The first tokens' hidden state before the head of a task.
    Task,
    /// A Transformer-XL's activation between its two feed-forward matrices.
    FfnInner(usize),
    /// A Transformer-XL's sines and cosines.
    Distances,
    /// A Transformer-XL's last output.
    Output,
}

/// Behind the tags of all sites that have one for each layer; no network is so deep.
const BEYOND_LAYERS: u64 = 1 << 32;

impl DropoutSite {
    fn tag(self) -> u64 {
        match self {
            Self::Embeddings => 0,
            Self::Attention(layer) => 3 * layer as u64 + 1,
            Self::Operation(layer) => 3 * layer as u64 + 2,
            Self::Ffn(layer) => 3 * layer as u64 + 3,
            Self::Task => u64::MAX,
            Self::Distances => BEYOND_LAYERS,
            Self::Output => BEYOND_LAYERS + 1,
            Self::FfnInner(layer) => BEYOND_LAYERS + 2 + layer as u64,
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
    pub(crate) fn apply<N: Number>(self, values: &mut [N], first: usize) {
        apply_loop(values, self, first as u64);
    }

    /// The factors of the first `count` elements.
    pub(crate) fn factors<T: Real>(self, count: usize) -> Vec<T> {
        (0..count as u64).map(|index| self.factor(index)).collect()
    }

    /// 0 for an element that falls out, 1/(1 - p) for one that stays.
    #[expect(clippy::inline_always, reason = "called once an element in a loop that is vectorised")]
    #[inline(always)]
    fn factor<T: Real>(self, index: u64) -> T {
        // 53 random bits are a uniform number in [0, 1) times 2^53.
        let stays = mix(self.key.wrapping_add(index)) >> 11 >= BOUND;
        if stays { T::of_f64(1.0 / (1.0 - DROPOUT)) } else { T::ZERO }
    }
}

kernel! {
    fn apply_loop<'a, N: Number>(values: &'a mut [N], mask: Mask, first: u64) {
        for (index, value) in (first..).zip(values) {
            *value = value.times(mask.factor(index));
        }
    }
}

/// `SplitMix64`: one step of the sequence from `x`.
#[expect(clippy::inline_always, reason = "called once an element in a loop that is vectorised")]
#[inline(always)]
pub(crate) const fn mix(x: u64) -> u64 {
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
    fn the_bound_is_the_share_in_integers() {
        let scale = 2.0_f64.powi(53);
        assert!(BOUND as f64 / scale >= DROPOUT && (BOUND - 1) as f64 / scale < DROPOUT);
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
