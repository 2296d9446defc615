//! Dropout by place: which elements fall out is a function of a seed, a site, a row and a column.
//!
//! Nothing has to be kept between the way forward and the way back, and the padded reference drops the same elements as the
//! packed kernels.

use super::EncoderConfig;
use super::kernels::drop;
use crate::random::mix;

/// Dropout of a pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    /// Seed of the pass.
    pub seed: u64,
    /// Share of elements of hidden states that fall out.
    pub hidden: f64,
    /// Share of attention probabilities that fall out.
    pub attention: f64,
}

/// Where elements fall out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    /// Embeddings behind their norm; a row is a token.
    Embeddings,
    /// Probabilities of a head of a layer; a row is a query.
    Attention(usize, usize),
    /// What a layer's attention gives, before the residual sum.
    AttentionOutput(usize),
    /// What a layer's feed-forward block gives, before the residual sum.
    FfnOutput(usize),
    /// The pooled first token; a row is a text.
    Pooled,
}

impl Site {
    fn tag(self) -> u64 {
        // Layers and heads have less than 2^20 each.
        match self {
            Self::Embeddings => 0,
            Self::Pooled => 1,
            Self::AttentionOutput(layer) => 2 + ((layer as u64) << 2),
            Self::FfnOutput(layer) => 3 + ((layer as u64) << 2),
            Self::Attention(layer, head) => (1 << 50) + ((layer as u64) << 20) + head as u64,
        }
    }
}

/// A row: a token of a text of the whole batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    /// The text's place in the batch.
    pub text: usize,
    /// The token's place in the text.
    pub token: usize,
}

impl Dropout {
    /// The encoder's own shares, for a pass with this seed.
    pub const fn of(config: &EncoderConfig, seed: u64) -> Self {
        Self { seed, hidden: config.hidden_dropout_prob, attention: config.attention_probs_dropout_prob }
    }

    /// Multiplies a row by 0 or 1 / (1 - p), element by element.
    pub(crate) fn apply(&self, site: Site, row: Row, values: &mut [f32]) {
        let share = if matches!(site, Site::Attention(..)) { self.attention } else { self.hidden };
        if share <= 0.0 {
            return;
        }
        let key = mix(mix(mix(self.seed).wrapping_add(site.tag())).wrapping_add(row.text as u64))
            .wrapping_add(row.token as u64);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of 2^32; the upper half of a key"
        )]
        let (bound, key, kept) =
            ((share * 4_294_967_296.0) as u32, (mix(key) >> 32) as u32, (1.0 / (1.0 - share)) as f32);
        drop(values, key, bound, kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factors(seed: u64, site: Site, row: Row) -> Vec<f32> {
        let mut values = vec![1.0; 2000];
        Dropout { seed, hidden: 0.1, attention: 0.25 }.apply(site, row, &mut values);
        values
    }

    #[test]
    fn the_right_share_falls_out_and_the_mean_stays() {
        for (site, share) in [(Site::Embeddings, 0.1), (Site::Attention(1, 2), 0.25)] {
            let all: Vec<f32> = (0..100).flat_map(|token| factors(3, site, Row { text: 1, token })).collect();
            let dropped = all.iter().filter(|factor| **factor == 0.0).count() as f64 / all.len() as f64;
            assert!((dropped - share).abs() < 0.004, "{dropped}");
            assert!((all.iter().map(|&f| f64::from(f)).sum::<f64>() / all.len() as f64 - 1.0).abs() < 0.005);
        }
    }

    #[test]
    fn every_site_row_and_seed_has_its_own_mask() {
        let row = Row { text: 0, token: 0 };
        let masks = [
            factors(0, Site::Embeddings, row),
            factors(1, Site::Embeddings, row),
            factors(0, Site::Pooled, row),
            factors(0, Site::AttentionOutput(0), row),
            factors(0, Site::AttentionOutput(1), row),
            factors(0, Site::FfnOutput(0), row),
            factors(0, Site::Attention(0, 0), row),
            factors(0, Site::Attention(0, 1), row),
            factors(0, Site::Embeddings, Row { text: 1, token: 0 }),
            factors(0, Site::Embeddings, Row { text: 0, token: 1 }),
        ];
        for (place, mask) in masks.iter().enumerate() {
            assert!(!masks[..place].contains(mask), "{place}");
        }
        assert_eq!(masks[0], factors(0, Site::Embeddings, row));
    }
}
