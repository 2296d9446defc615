//! Gradient norm.
//!
//! Formula: the sum over the layers' matrices of the Frobenius norm of the gradient. Abdelfattah et al. (ICLR 2021). Needs: a
//! backward pass. Direction: larger is better. `grad_norm.lpzero` is what LPZero's script keeps of it on encoders: element 0
//! of the list.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use super::faults::{FIRST, ONES, SUMMED};
use crate::gradient::{MatrixQuantity, MatrixValues, Measure, Set};
use crate::{Proxy, Subject, papers};

/// Gradient norm.
pub static GRAD_NORM: Proxy = Proxy {
    paper: Some(&papers::ABDELFATTAH_2021),
    faults: &[ONES, SUMMED],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "grad_norm",
        "Gradient norm",
        "sum over matrices of ||G||_F",
        Measure::Matrices(MatrixQuantity::GradientNorms, sum),
    )
};

/// Gradient norm of the first matrix.
pub static GRAD_NORM_LPZERO: Proxy = Proxy {
    paper: Some(&papers::LPZERO_2024),
    faults: &[FIRST, ONES],
    ..Proxy::gradient(
        "grad_norm.lpzero",
        "Gradient norm, first matrix",
        "||G||_F of the network's first matrix",
        Measure::Matrices(MatrixQuantity::GradientNorms, first),
    )
};

fn sum(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(values.of(Set::All).sum())
}

fn first(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    super::first::of(values)
}
