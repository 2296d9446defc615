//! The proxy that LPZero searched for on GPT-2, without a network.
//!
//! LPZero's score is the mean over the 4L block matrices of mean(W²) + mean(softmax(G)²), G the gradient. At
//! initialisation G is tiny, so its softmax over n entries is 1/n; W has variance 0.02², or 0.02²/(2L) where it
//! projects into the residual stream. What is left is a function of depth and widths:
//!
//! score = 1/(4L) · sum over layers of 2·(0.02² + 1/d²) + (0.02²/(2L) + 1/d²) + (0.02²/(2L) + 1/F²)
//!
//! Dong et al., Findings of EMNLP 2024 (arXiv 2410.04808). Needs: sizes. Direction: *smaller* is better, though the search
//! maximised it. It follows all 200 released scores to within 0.5%, and ranks a little better than they do.

use proxyrank_schema::{Direction, Outcome, Params};
use proxyrank_space::{DecoderFamily, Family, Network};

use crate::{Proxy, Subject, papers};

/// LPZero on GPT-2, in closed form.
pub static LPZERO_CLOSED_FORM: Proxy = Proxy {
    paper: Some(&papers::LPZERO_2024),
    direction: Direction::LowerIsBetter,
    families: &[Family::Gpt2],
    faults: &[
        "The searched proxy is a function of depth and widths; its gradient plays no part at initialisation.",
    ],
    ..Proxy::data_free(
        "lpzero_closed_form",
        "LPZero, closed form",
        "1/(4L) sum over layers of [2 (4e-4 + 1/d^2) + (2e-4/L + 1/d^2) + (2e-4/L + 1/F^2)]",
        run,
    )
};

/// Variance of GPT-2's initialisation.
const VARIANCE: f64 = 4e-4;

fn run(subject: &Subject, _: &Params) -> Outcome {
    let Network::Decoder(decoder) = &subject.network else {
        return Outcome::unsupported("the formula holds for GPT-2 only");
    };
    debug_assert_eq!(decoder.family, DecoderFamily::Gpt2);
    let depth = decoder.layers.len() as f64;
    let width = (decoder.d_model as f64).powi(-2);
    let residual = VARIANCE / (2.0 * depth);
    let layer = |d_inner: usize| {
        2.0 * (VARIANCE + width) + (residual + width) + (residual + (d_inner as f64).powi(-2))
    };
    let sum: f64 = decoder.layers.iter().map(|decoder_layer| layer(decoder_layer.d_inner)).sum();
    Outcome::from_value(sum / (4.0 * depth))
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use crate::testing::{gpt2, score};

    #[test]
    fn by_hand() {
        // d = 64, F = 100, L = 1: (2·(4e-4 + 1/4096) + (2e-4 + 1/4096) + (2e-4 + 1e-4)) / 4.
        let expected = (2.0 * (4e-4 + 1.0 / 4096.0) + (2e-4 + 1.0 / 4096.0) + 3e-4) / 4.0;
        assert_relative_eq!(score(&LPZERO_CLOSED_FORM, &gpt2(1, 64, 100)), expected, max_relative = 1e-14);
    }

    #[test]
    fn larger_networks_score_lower() {
        assert!(
            score(&LPZERO_CLOSED_FORM, &gpt2(8, 512, 2048)) < score(&LPZERO_CLOSED_FORM, &gpt2(2, 64, 512))
        );
    }
}
