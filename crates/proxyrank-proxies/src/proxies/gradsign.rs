//! GradSign: how far the signs of single samples' gradients agree.
//!
//! Formula: the sum over the elements k of the layers' matrices of abs(sum over sequences i of the sign of dl/dW), l being the
//! loss of sequence i alone. Zhang & Jia (ICLR 2022). Needs: a backward pass for each sequence. Direction: larger is better.
//! Axes: those of a backward pass; the batch is the sample.
//!
//! `gradsign.mean` is what the released code of the paper computes: the mean over the elements. It takes the weights of linear layers
//! and two-dimensional convolutions; of those an encoder's layers have linear ones alone.

use proxyrank_schema::{CostClass, Outcome, Params};

use super::faults::{ONES, SAMPLES, SUMMED};
use crate::gradient::{MatrixQuantity, MatrixValues, Measure, Set};
use crate::{Proxy, Subject, papers};

/// GradSign.
pub static GRADSIGN: Proxy = Proxy {
    paper: Some(&papers::ZHANG_2022),
    class: CostClass::PerSample,
    faults: &[ONES, SUMMED, SAMPLES, ROUNDING],
    ..Proxy::gradient(
        "gradsign",
        "GradSign",
        "sum over elements of |sum over sequences of sign(dl/dW)|",
        Measure::Matrices(MatrixQuantity::SignAgreement, sum),
    )
};

/// GradSign as released: the mean.
pub static GRADSIGN_MEAN: Proxy = Proxy {
    paper: Some(&papers::ZHANG_2022),
    class: CostClass::PerSample,
    faults: &[ONES, SAMPLES, ROUNDING],
    ..Proxy::gradient(
        "gradsign.mean",
        "GradSign, mean",
        "mean over elements of |sum over sequences of sign(dl/dW)|",
        Measure::Matrices(MatrixQuantity::SignAgreement, mean),
    )
};

const ROUNDING: &str = "Where a gradient is nothing but rounding, as behind a saturated GELU, its sign counts as much as any other.";

fn sum(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(values.of(Set::All).sum())
}

fn mean(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    let kept = values.values.iter().filter(|entry| Set::All.has(entry.matrix.part));
    let elements: usize = kept.map(|entry| entry.matrix.elements.len()).sum();
    Outcome::from_value(values.of(Set::All).sum() / elements as f64)
}
