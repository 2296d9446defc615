//! LogSynFlow: SynFlow with a logarithm that keeps large gradients from deciding alone.
//!
//! Formula: the sum over the layers' matrices of the sum over elements of |W| ln(1 + |R|), with W and R as in `synflow`.
//! Cavagnero et al. (WACV 2023). Needs: a backward pass of one sequence, and no data. Direction: larger is better.
//!
//! LPZero's code has another logarithm, |W| |ln |R||, which is large for small gradients as well: `logsynflow.abs_ln`. Its
//! script for encoders keeps element 0 of that list, that for GPT-2 all of it: `logsynflow.lpzero`, on the pass of
//! `synflow.lpzero`.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::Network;

use super::families::{WITH_DECODERS, WITH_GPT2};
use super::faults::{FIRST, SUMMED};
use super::synflow::{EQUAL_TOKENS, HIDDEN_SUM, NOT_LINEAR};
use crate::gradient::{MatrixQuantity, MatrixValues, Measure, Set};
use crate::{Axes, Proxy, Subject, papers};

/// LogSynFlow.
pub static LOGSYNFLOW: Proxy = Proxy {
    paper: Some(&papers::CAVAGNERO_2023),
    axes: Axes::SYNFLOW,
    faults: &[SUMMED, NOT_LINEAR, EQUAL_TOKENS],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "logsynflow",
        "LogSynFlow",
        "sum over matrices of sum |W| ln(1 + |R|), R of an all-positive pass",
        Measure::Matrices(MatrixQuantity::LogSynFlow, sum),
    )
};

/// LogSynFlow with LPZero's logarithm.
pub static LOGSYNFLOW_ABS_LN: Proxy = Proxy {
    paper: Some(&papers::LPZERO_2024),
    axes: Axes::SYNFLOW,
    faults: &[
        "Queries and keys have a gradient of zero in this pass, so with attention the score is infinite, or made of the logarithm of rounding errors.",
        NOT_MONOTONE,
        SUMMED,
        NOT_LINEAR,
    ],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "logsynflow.abs_ln",
        "LogSynFlow, |ln|",
        "sum over matrices of sum |W| |ln |R||, R of an all-positive pass",
        Measure::Matrices(MatrixQuantity::AbsoluteLogSynFlow, sum),
    )
};

/// LogSynFlow with LPZero's logarithm, of the first matrix.
pub static LOGSYNFLOW_LPZERO: Proxy = Proxy {
    paper: Some(&papers::LPZERO_2024),
    axes: Axes::FORWARD,
    faults: &[
        FIRST,
        HIDDEN_SUM,
        NOT_MONOTONE,
        "The logarithm of noise is much the same for every weight, so it is close to a norm of the matrix.",
    ],
    families: WITH_GPT2,
    ..Proxy::gradient(
        "logsynflow.lpzero",
        "LogSynFlow, |ln|, first matrix",
        "sum |W| |ln |R|| of the network's first matrix, R of the hidden state's sum under absolute weights",
        Measure::Matrices(MatrixQuantity::AbsoluteLogTokenFlow, first),
    )
};

const NOT_MONOTONE: &str =
    "The absolute value is taken of the logarithm, so it falls as a gradient rises to one.";

fn sum(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(values.of(Set::All).sum())
}

fn first(values: &MatrixValues, subject: &Subject, _: &Params) -> Outcome {
    match subject.network {
        Network::Encoder(_) => super::first::of(values),
        Network::Decoder(_) => Outcome::from_value(values.of(Set::All).sum()),
    }
}
