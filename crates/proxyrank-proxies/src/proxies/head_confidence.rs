//! Head confidence, as released: how large the largest activation of a sequence is.
//!
//! Formula: the sum over the outputs (B, S, C) of query, key and value layers, of weighted multiplicative attention's
//! extra matrix and of a transform's linear layer, of the mean over B and C of the maximum over the S tokens.
//! `head_confidence_norm` divides by the number of these tensors. Serianni & Kalita (ACL 2023). Needs: a forward pass.
//! Direction: larger is better.
//!
//! The idea, after attention heads that trust one token, would be a maximum of attention weights; the released code
//! looks at linear layers' outputs.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use crate::forward::{Measure, TensorMeans};
use crate::{Proxy, Subject, papers};

/// Head confidence, summed.
pub static HEAD_CONFIDENCE: Proxy = Proxy {
    paper: Some(&papers::SERIANNI_2023),
    faults: &[
        "It has no heads: the maximum is over tokens, of each column of a linear layer's output.",
        "The sum counts tensors before it says anything about them.",
    ],
    families: WITH_DECODERS,
    ..Proxy::forward(
        "head_confidence",
        "Head confidence",
        "sum over q, k, v, weight and input outputs of mean over (B, C) of max over tokens",
        Measure::HeadMaxima(sum),
    )
};

/// Head confidence over the number of tensors.
pub static HEAD_CONFIDENCE_NORM: Proxy = Proxy {
    paper: Some(&papers::SERIANNI_2023),
    faults: &["It has no heads: the maximum is over tokens, of each column of a linear layer's output."],
    families: WITH_DECODERS,
    ..Proxy::forward(
        "head_confidence_norm",
        "Head confidence, normalised",
        "mean over q, k, v, weight and input outputs of mean over (B, C) of max over tokens",
        Measure::HeadMaxima(mean),
    )
};

fn sum(means: &TensorMeans, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(means.sum())
}

fn mean(means: &TensorMeans, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(means.mean())
}
