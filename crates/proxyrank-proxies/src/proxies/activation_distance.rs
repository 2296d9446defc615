//! Activation distance, as released: how alike the tokens of one sequence are in which units they activate.
//!
//! Formula: the sum over GELU outputs x of the first sequence (S, F), with b = (x > 0), of all entries of b bᵀ +
//! (1 - b)(1 - b)ᵀ. `activation_distance_norm` divides by the number of GELUs. Serianni & Kalita (ACL 2023), after Mellor
//! et al. (ICML 2021), whose log-determinant between examples is `nwot`. Needs: a forward pass. Direction: larger is
//! better, as released, though the entries count agreements.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use crate::forward::{Measure, TensorMeans};
use crate::{Proxy, Subject, papers};

/// Activation distance, summed.
pub static ACTIVATION_DISTANCE: Proxy = Proxy {
    paper: Some(&papers::SERIANNI_2023),
    faults: FAULTS,
    families: WITH_DECODERS,
    ..Proxy::forward(
        "activation_distance",
        "Activation distance",
        "sum over GELUs of the entries of b b' + (1 - b)(1 - b)', b = (x > 0) of the first sequence",
        Measure::TokenAgreement(sum),
    )
};

/// Activation distance over the number of GELUs.
pub static ACTIVATION_DISTANCE_NORM: Proxy = Proxy {
    paper: Some(&papers::SERIANNI_2023),
    faults: FAULTS,
    families: WITH_DECODERS,
    ..Proxy::forward(
        "activation_distance_norm",
        "Activation distance, normalised",
        "mean over GELUs of the entries of b b' + (1 - b)(1 - b)', b = (x > 0) of the first sequence",
        Measure::TokenAgreement(mean),
    )
};

const FAULTS: &[&str] = &[
    "It looks at the first sequence only, and compares its tokens instead of examples.",
    "Agreements are summed, so a network in which all tokens look alike scores highest.",
    "The released column is multiplied by a count of all networks' layers so far; see the normalised one.",
];

fn sum(means: &TensorMeans, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(means.sum())
}

fn mean(means: &TensorMeans, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(means.mean())
}
