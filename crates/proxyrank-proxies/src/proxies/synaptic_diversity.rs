//! Synaptic diversity: how far the operations' weights and their gradients are from a low rank.
//!
//! Formula: the sum over the matrices W of the layers' operations, output projections included, of the nuclear norm of W
//! times the nuclear norm of its gradient. `synaptic_diversity_norm` divides by the number of matrices. Zhou et al. (CVPR
//! 2022), as carried over to encoders by Serianni & Kalita (ACL 2023). Needs: a backward pass and the singular values of
//! two matrices a layer. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use super::faults::{ONES, SUMMED};
use crate::gradient::{MatrixQuantity, MatrixValues, Measure, Set};
use crate::{Proxy, Subject, papers};

/// Synaptic diversity, summed.
pub static SYNAPTIC_DIVERSITY: Proxy = Proxy {
    paper: Some(&papers::ZHOU_2022),
    faults: &[ONES, SUMMED],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "synaptic_diversity",
        "Synaptic diversity",
        "sum over operations' matrices of ||W||_* ||G||_*",
        Measure::Matrices(MatrixQuantity::NuclearProducts, sum),
    )
};

/// Synaptic diversity over the number of matrices.
pub static SYNAPTIC_DIVERSITY_NORM: Proxy = Proxy {
    paper: Some(&papers::SERIANNI_2023),
    faults: &[ONES],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "synaptic_diversity_norm",
        "Synaptic diversity, normalised",
        "mean over operations' matrices of ||W||_* ||G||_*",
        Measure::Matrices(MatrixQuantity::NuclearProducts, mean),
    )
};

fn sum(values: &MatrixValues, subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(values.of(Set::Operation.on(&subject.network)).sum())
}

fn mean(values: &MatrixValues, subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(values.of(Set::Operation.on(&subject.network)).mean())
}
