//! Neural Spectral Capacity at the initialisation that language models really use.
//!
//! Formula: as `nsc` with one standard deviation for every matrix in place of Xavier's. Why: with 0.02 the released GPT-2
//! architectures give tau-b 0.849 and rho 0.968, the pair that the paper reports in part for another initialisation
//! than its default one. Zhu, Zhao & Lu, arXiv 2609.23087, 2026. Needs: sizes. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use crate::shapes::{HeadRule, released_rule};
use crate::spectral::spectral_capacity;
use crate::{ParamSpec, Proxy, Subject, papers};

/// Neural Spectral Capacity at a fixed standard deviation.
pub static NSC_NORMAL: Proxy = Proxy {
    paper: Some(&papers::NSC_2026),
    params: &[STD],
    faults: &["Keeps the released rule for its matrices, see nsc."],
    ..Proxy::data_free(
        "nsc_normal",
        "Neural Spectral Capacity, N(0, std²)",
        "as nsc, with s = std for every matrix",
        run,
    )
};

const STD: ParamSpec = ParamSpec {
    name: "std",
    default: 0.02,
    low: 1e-4,
    high: 10.0,
    doc: "Standard deviation of every weight; 0.02 is the initialisation of BERT and GPT-2.",
};

fn run(subject: &Subject, params: &Params) -> Outcome {
    let variance = Proxy::param(params, &STD).powi(2);
    let shapes = released_rule(&subject.network, HeadRule::Merged).all();
    Outcome::from_value(shapes.sum(|rows, cols| spectral_capacity(rows, cols, variance)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gpt2, score, score_with};

    #[test]
    fn small_weights_leave_the_expected_square_norm() {
        // ln(1 + x) is x for small x, so the sum tends to std² times the number of weights.
        let subject = gpt2(1, 64, 100);
        let params = Params::new([("std", 1e-4.into())]).unwrap();
        let weights = f64::from(4 * 64 * 64 + 2 * 64 * 100);
        let relative = score_with(&NSC_NORMAL, &subject, &params) / (1e-8 * weights);
        assert!((relative - 1.0).abs() < 1e-5, "{relative}");
        assert!(score(&NSC_NORMAL, &gpt2(2, 64, 100)) > score(&NSC_NORMAL, &subject));
    }
}
