//! Attention confidence, as in LPZero's code: how large the largest output of every linear layer is.
//!
//! Formula: the sum over all linear layers of the layers' operations and feed-forward chains of the mean over sequences and
//! columns of the maximum over the S tokens of the output (B, S, C), bias included. `attention_confidence_norm` divides by
//! the number of linear layers. LPZero (EMNLP Findings 2024), which computes the same under the name of head confidence;
//! here `head_confidence` has the outputs that its own authors take. Needs: in principle a forward pass; outputs are shown
//! during a backward pass only, and on its batch. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use super::faults::SUMMED;
use crate::gradient::{MatrixQuantity, MatrixValues, Measure, Set};
use crate::{Proxy, Subject, papers};

/// Attention confidence, summed.
pub static ATTENTION_CONFIDENCE: Proxy = Proxy {
    paper: Some(&papers::LPZERO_2024),
    faults: &[SUMMED, NO_ATTENTION, BATCH],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "attention_confidence",
        "Attention confidence",
        "sum over linear layers' outputs of mean over (B, C) of max over tokens",
        Measure::Matrices(MatrixQuantity::OutputMaxima, sum),
    )
};

/// Attention confidence over the number of linear layers.
pub static ATTENTION_CONFIDENCE_NORM: Proxy = Proxy {
    paper: Some(&papers::LPZERO_2024),
    faults: &[NO_ATTENTION, BATCH],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "attention_confidence_norm",
        "Attention confidence, normalised",
        "mean over linear layers' outputs of mean over (B, C) of max over tokens",
        Measure::Matrices(MatrixQuantity::OutputMaxima, mean),
    )
};

const NO_ATTENTION: &str =
    "It has no attention in it: feed-forward layers count like all others, and the maximum is over tokens.";

const BATCH: &str =
    "It looks at activations, and depends on the signal only through the batch that the signal corrupts.";

fn sum(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(values.of(Set::All).sum())
}

fn mean(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(values.of(Set::All).mean())
}
