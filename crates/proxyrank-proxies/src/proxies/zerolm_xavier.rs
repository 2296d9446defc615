//! ZeroLM in expectation under Xavier's initialisation.
//!
//! Formula: S(FFN) + alpha · S(attention), S being the sum over matrices of E‖W‖² / min(m, n) = 2·max(m, n)/(m + n). Chen
//! et al., arXiv 2503.18646, 2025, as the authors of Neural Spectral Capacity re-implement it: squared Frobenius norm
//! over the smaller side, queries, keys and values per head. (On decoders the matrices are taken as built.) Needs: sizes.
//! Direction: larger is better.
//!
//! Alpha is the catch. Both papers choose it with the labels that the proxy is then judged on. The default here is 1,
//! attention and FFN alike, which needs none; on FlexiBERT (declared) that costs 0.07 of tau-b against the best alpha.

use proxyrank_schema::{Outcome, Params};

use crate::shapes::{HeadRule, as_built, released_rule};
use crate::{ParamSpec, Proxy, Subject, papers};

/// ZeroLM in expectation.
pub static ZEROLM_XAVIER: Proxy = Proxy {
    paper: Some(&papers::ZEROLM_2025),
    params: &[ALPHA],
    faults: &[
        "A published alpha was chosen by correlation with the labels; any other than 1 must be called fitted.",
        "Dividing by the smaller side leaves a number between 1 and 2 a matrix, so it mostly counts matrices.",
        "On FlexiBERT it keeps the rule of nsc: operation types, and the FFN width split.",
    ],
    ..Proxy::data_free(
        "zerolm_xavier",
        "ZeroLM, Xavier",
        "sum over FFN matrices + alpha x sum over attention matrices of 2 max(m, n) / (m + n)",
        run,
    )
};

/// How much attention counts against the FFN.
pub(super) const ALPHA: ParamSpec = ParamSpec {
    name: "alpha",
    default: 1.0,
    low: -10.0,
    high: 10.0,
    doc: "Weight of attention against the FFN. Published values were fitted to the labels.",
};

fn run(subject: &Subject, params: &Params) -> Outcome {
    let alpha = Proxy::param(params, &ALPHA);
    let shapes = match &subject.network {
        proxyrank_space::Network::Encoder(_) => released_rule(&subject.network, HeadRule::PerHead),
        proxyrank_space::Network::Decoder(_) => as_built(&subject.network),
    };
    Outcome::from_value(shapes.ffn.sum(capacity) + alpha * shapes.attention.sum(capacity))
}

/// Expected ‖W‖² over the smaller side: m·n entries of variance 2/(m + n).
fn capacity(larger: u64, smaller: u64) -> f64 {
    2.0 * larger as f64 / (larger + smaller) as f64
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use crate::testing::{gpt2, score, score_with};

    #[test]
    fn by_hand() {
        // Queries, keys and values 192 x 64, output 64 x 64, FFN 64 x 100 twice.
        let (attention, ffn) = (2.0 * 192.0 / 256.0 + 1.0, 2.0 * 2.0 * 100.0 / 164.0);
        let subject = gpt2(1, 64, 100);
        assert_relative_eq!(score(&ZEROLM_XAVIER, &subject), ffn + attention, max_relative = 1e-15);
        let params = Params::new([("alpha", (-0.5).into())]).unwrap();
        assert_relative_eq!(
            score_with(&ZEROLM_XAVIER, &subject, &params),
            ffn - 0.5 * attention,
            max_relative = 1e-15
        );
    }
}
