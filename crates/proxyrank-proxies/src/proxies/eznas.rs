//! EZNAS: a program that a search found, of signs, a determinant and a sigmoid.
//!
//! Formula: the sum over the matrices of the layers' operations, output projections left out, of sigmoid(ln |det(S Sᵀ)|), S
//! being the signs of the gradient. Akhauri et al. (2022) searched programs for image networks; this is the one that
//! LPZero's code carries over. Needs: a backward pass. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use super::faults::ONES;
use crate::gradient::{MatrixQuantity, MatrixValues, Measure, Set};
use crate::{Proxy, Subject, papers};

/// EZNAS.
pub static EZNAS: Proxy = Proxy {
    paper: Some(&papers::AKHAURI_2022),
    faults: &[
        "It saturates: S S' has whole numbers, so its determinant is 0 or at least 1, and mostly astronomic: a matrix counts 0 or 1.",
        "A matrix counts 0 if it has more rows than columns, or if one direction rules its gradient so that rows of signs repeat, as under `rtd` at initialisation; else it is a count of matrices.",
        ONES,
    ],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "eznas",
        "EZNAS",
        "sum over operations' inner matrices of sigmoid(ln |det(S S')|), S = sign(G)",
        Measure::Matrices(MatrixQuantity::SignDeterminants, run),
    )
};

fn run(values: &MatrixValues, subject: &Subject, _: &Params) -> Outcome {
    let logarithms = values.of(Set::OperationInner.on(&subject.network)).values;
    Outcome::from_value(logarithms.into_iter().map(|logarithm| 1.0 / (1.0 + (-logarithm).exp())).sum())
}
