//! An earlier proxy of LPZero on GPT-2 (the released file with the suffix `_bak`), without a network.
//!
//! Its weight branch is the Frobenius norm of sqrt(max(W, 0)), that is, the root of the sum of the positive entries. For
//! N(0, s²) an entry's positive part has mean m = s/sqrt(2 pi), so a matrix of k entries gives sqrt(k·m). Its activation
//! branch is orders of magnitude smaller and is left out. With m = 0.02/sqrt(2 pi) and m' = m/sqrt(2L) for the
//! matrices that project into the residual stream:
//!
//! score = sum over layers of sqrt(3d²·m) + sqrt(d²·m') + sqrt(d·F·m) + sqrt(d·F·m')
//!
//! Dong et al., Findings of EMNLP 2024 (arXiv 2410.04808). Needs: sizes. Direction: larger is better.

use std::f64::consts::TAU;

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::{Family, Network};

use crate::{Proxy, Subject, papers};

/// LPZero's earlier proxy on GPT-2, in closed form.
pub static LPZERO_BAK_CLOSED_FORM: Proxy = Proxy {
    paper: Some(&papers::LPZERO_2024),
    families: &[Family::Gpt2],
    faults: &["The searched proxy is a function of depth and widths."],
    ..Proxy::data_free(
        "lpzero_bak_closed_form",
        "LPZero (bak), closed form",
        "sum over layers of sqrt(3 d^2 m) + sqrt(d^2 m') + sqrt(d F m) + sqrt(d F m'), m = 0.02/sqrt(2 pi), m' = m/sqrt(2L)",
        run,
    )
};

/// Standard deviation of GPT-2's initialisation.
const STD: f64 = 0.02;

fn run(subject: &Subject, _: &Params) -> Outcome {
    let Network::Decoder(decoder) = &subject.network else {
        return Outcome::unsupported("the formula holds for GPT-2 only");
    };
    let plain = STD / TAU.sqrt();
    let residual = plain / (2.0 * decoder.layers.len() as f64).sqrt();
    let d = decoder.d_model as f64;
    let layer = |f: f64| {
        (3.0 * d * d * plain).sqrt()
            + (d * d * residual).sqrt()
            + (d * f * plain).sqrt()
            + (d * f * residual).sqrt()
    };
    Outcome::from_value(decoder.layers.iter().map(|decoder_layer| layer(decoder_layer.d_inner as f64)).sum())
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use crate::testing::{gpt2, score};

    #[test]
    fn by_hand() {
        // L = 1, d = 64, F = 100; m = 0.0079788456, m' = 0.0056418958.
        let (m, residual) = (0.007_978_845_6_f64, 0.005_641_895_8_f64);
        let expected = 64.0 * ((3.0 * m).sqrt() + residual.sqrt()) + 80.0 * (m.sqrt() + residual.sqrt());
        assert_relative_eq!(score(&LPZERO_BAK_CLOSED_FORM, &gpt2(1, 64, 100)), expected, max_relative = 1e-8);
    }
}
