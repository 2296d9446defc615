//! SynFlow: how much flows through the weights if nothing is negative.
//!
//! Formula: the sum over the layers' matrices of the sum over elements of |W R|, W being absolute weights and R the gradient
//! of the sum of the head's logits, with ones in place of the embeddings. Tanaka et al. (2020) score single weights
//! with it; the sum as a score of a network is Abdelfattah et al.'s (ICLR 2021). Needs: a backward pass of one sequence, and
//! no data. Direction: larger is better.
//!
//! `synflow.lpzero` is element 0 of the list on LPZero's pass for encoders: absolute weights, but tokens for ones and the sum
//! of the hidden state for that of logits. Needs: a backward pass of the batch.
//!
//! On GPT-2 the embedded tokens are ones and positions are added, absolute as everything else, so tokens are not equal; the
//! logits are the first cluster's. `synflow.lpzero` is the whole sum there, with the mask's sign lost: tokens see the
//! future alone. Transformer-XL has no table of positions: as in an encoder, all tokens are equal.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::Network;

use super::families::{WITH_DECODERS, WITH_GPT2};
use super::faults::{FIRST, SUMMED};
use crate::gradient::{MatrixQuantity, MatrixValues, Measure, Set};
use crate::{Axes, Proxy, Subject, papers};

/// SynFlow.
pub static SYNFLOW: Proxy = Proxy {
    paper: Some(&papers::TANAKA_2020),
    axes: Axes::SYNFLOW,
    faults: &[SUMMED, NOT_LINEAR, EQUAL_TOKENS],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "synflow",
        "SynFlow",
        "sum over matrices of sum |W R|, R of an all-positive pass",
        Measure::Matrices(MatrixQuantity::SynFlow, sum),
    )
};

/// SynFlow of the first matrix.
pub static SYNFLOW_LPZERO: Proxy = Proxy {
    paper: Some(&papers::LPZERO_2024),
    axes: Axes::FORWARD,
    faults: &[FIRST, HIDDEN_SUM],
    families: WITH_GPT2,
    ..Proxy::gradient(
        "synflow.lpzero",
        "SynFlow, first matrix",
        "sum |W R| of the network's first matrix, R of the hidden state's sum under absolute weights",
        Measure::Matrices(MatrixQuantity::TokenFlow, first),
    )
};

/// Of the proper pass.
pub(super) const NOT_LINEAR: &str =
    "Layer norm, softmax and GELU stay in the pass, so the flow is neither linear nor positive.";

/// Of the proper pass.
pub(super) const EQUAL_TOKENS: &str = "There are no positions: all tokens are equal, attention is even, and queries and keys contribute nothing.";

/// Of LPZero's pass.
pub(super) const HIDDEN_SUM: &str =
    "At initialisation it is rounding noise: behind a layer norm the gradient of a sum is zero.";

fn sum(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(values.of(Set::All).sum())
}

fn first(values: &MatrixValues, subject: &Subject, _: &Params) -> Outcome {
    match subject.network {
        Network::Encoder(_) => super::first::of(values),
        Network::Decoder(_) => Outcome::from_value(values.of(Set::All).sum()),
    }
}
