//! Synaptic saliency: how much the feed-forward weights matter to the loss.
//!
//! Formula: the sum over the matrices W of the feed-forward chains of the sum over elements of |W G|, G being the gradient.
//! `synaptic_saliency_norm` divides by the number of matrices. Zhou et al. (CVPR 2022), as carried over to encoders by
//! Serianni & Kalita (ACL 2023). Needs: a backward pass. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use super::faults::{ONES, SUMMED};
use crate::gradient::{MatrixQuantity, MatrixValues, Measure, Set};
use crate::{Proxy, Subject, papers};

/// Synaptic saliency, summed.
pub static SYNAPTIC_SALIENCY: Proxy = Proxy {
    paper: Some(&papers::ZHOU_2022),
    faults: &[ONES, SUMMED],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "synaptic_saliency",
        "Synaptic saliency",
        "sum over feed-forward matrices of sum |W G|",
        Measure::Matrices(MatrixQuantity::AbsoluteProducts, sum),
    )
};

/// Synaptic saliency over the number of matrices.
pub static SYNAPTIC_SALIENCY_NORM: Proxy = Proxy {
    paper: Some(&papers::SERIANNI_2023),
    faults: &[ONES],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "synaptic_saliency_norm",
        "Synaptic saliency, normalised",
        "mean over feed-forward matrices of sum |W G|",
        Measure::Matrices(MatrixQuantity::AbsoluteProducts, mean),
    )
};

fn sum(values: &MatrixValues, subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(values.of(Set::Ffn.on(&subject.network)).sum())
}

fn mean(values: &MatrixValues, subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(values.of(Set::Ffn.on(&subject.network)).mean())
}
