//! Weight norm: the gradient norm's counterpart that needs no data.
//!
//! Formula: the sum over the layers' matrices of the Frobenius norm of W. Paper: none; it stands in the code of several
//! others as a baseline. Needs: sampled weights. Direction: larger is better.

use proxyrank_schema::{CostClass, Outcome, Params};

use super::families::WITH_DECODERS;
use crate::forward::{MatrixNorms, Measure};
use crate::{Axes, Proxy, Subject};

/// Weight norm.
pub static WEIGHT_NORM: Proxy = Proxy {
    class: CostClass::Weights,
    axes: Axes::WEIGHTS,
    faults: &[
        "At initialisation it is 0.02 times the sum of the roots of the matrices' sizes: a count of parameters.",
    ],
    families: WITH_DECODERS,
    ..Proxy::forward("weight_norm", "Weight norm", "sum over matrices of ||W||_F", Measure::Norms(run))
};

fn run(norms: &MatrixNorms, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(norms.operations.iter().chain(&norms.ffn).map(|norm| norm.squared.sqrt()).sum())
}
