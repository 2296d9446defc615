//! ZeroLM on the sampled weights.
//!
//! Formula: S(FFN) + alpha · S(operations), S being the sum over linear layers of ‖W‖² / min(m, n), with the squared
//! Frobenius norm of the initial weights, N(0, 0.02). Chen et al., arXiv 2503.18646, 2025. The matrices are those of the
//! network as built: queries, keys and values are one each, convolutions are none. Needs: weights, but no forward pass.
//! Direction: larger is better.
//!
//! With so many elements the norm is its expectation, 0.0004 m n, so S is 0.0004 times the sum of max(m, n); under
//! Xavier's initialisation, which `zerolm_xavier` has, it would be something else again.

use proxyrank_schema::{CostClass, Outcome, Params};

use super::zerolm_xavier::ALPHA;
use crate::forward::{MatrixNorm, MatrixNorms, Measure};
use crate::{Axes, Proxy, Subject, papers};

/// ZeroLM on the sampled weights.
pub static ZEROLM_SAMPLED: Proxy = Proxy {
    paper: Some(&papers::ZEROLM_2025),
    class: CostClass::Weights,
    axes: Axes::WEIGHTS,
    params: &[ALPHA],
    faults: &[
        "A published alpha was chosen by correlation with the labels; any other than 1 must be called fitted.",
        "Sampling adds nothing: each norm is its expectation to a fraction of a percent.",
    ],
    ..Proxy::forward(
        "zerolm_sampled",
        "ZeroLM, sampled",
        "sum over FFN matrices + alpha x sum over operations' matrices of ||W||^2 / min(m, n)",
        Measure::Norms(run),
    )
};

fn run(norms: &MatrixNorms, _: &Subject, params: &Params) -> Outcome {
    let alpha = Proxy::param(params, &ALPHA);
    Outcome::from_value(capacity(&norms.ffn) + alpha * capacity(&norms.operations))
}

fn capacity(norms: &[MatrixNorm]) -> f64 {
    norms.iter().map(|norm| norm.squared / norm.rows.min(norm.columns) as f64).sum()
}
