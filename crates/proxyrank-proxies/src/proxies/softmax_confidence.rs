//! Softmax confidence, as released: how much one head attends more than another.
//!
//! Formula: the sum over layers of the mean over all other axes of the maximum over heads of the layer's softmax, which
//! is the attention probabilities (B, heads, S, S), or for a linear transform a softmax over each head's features
//! (B, heads, S, d) that the network itself does not use. `softmax_confidence_norm` divides by the number of layers.
//! Serianni & Kalita (ACL 2023). Needs: a forward pass. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use crate::forward::{Measure, TensorMeans};
use crate::{Proxy, Subject, papers};

/// Softmax confidence, summed.
pub static SOFTMAX_CONFIDENCE: Proxy = Proxy {
    paper: Some(&papers::SERIANNI_2023),
    faults: &[
        "The maximum is over heads, not over tokens; uniform attention over S tokens with one head gives 1/S.",
        "The sum counts tensors before it says anything about them.",
    ],
    families: WITH_DECODERS,
    ..Proxy::forward(
        "softmax_confidence",
        "Softmax confidence",
        "sum over layers of mean over the rest of max over heads of the softmax",
        Measure::SoftmaxMaxima(sum),
    )
};

/// Softmax confidence over the number of tensors.
pub static SOFTMAX_CONFIDENCE_NORM: Proxy = Proxy {
    paper: Some(&papers::SERIANNI_2023),
    faults: &[
        "The maximum is over heads, not over tokens; uniform attention over S tokens with one head gives 1/S.",
    ],
    families: WITH_DECODERS,
    ..Proxy::forward(
        "softmax_confidence_norm",
        "Softmax confidence, normalised",
        "mean over layers of mean over the rest of max over heads of the softmax",
        Measure::SoftmaxMaxima(mean),
    )
};

fn sum(means: &TensorMeans, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(means.sum())
}

fn mean(means: &TensorMeans, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(means.mean())
}
