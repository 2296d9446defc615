//! Fisher: how much the loss would change if a channel were removed, to second order.
//!
//! Formula: the sum over the layers' linear layers of the sum over their output channels of half the mean over tokens of
//! (a dL/da)², a being the output. Turner et al. (ICLR 2020), who sum over positions before they square; the form without
//! that sum is LPZero's. Needs: a backward pass that shows outputs. Direction: larger is better.
//!
//! `fisher.lpzero` is what LPZero's script keeps of it on encoders: element 0 of the list, spread over the matrix, which
//! multiplies it by the number of inputs. Its script for GPT-2 keeps the whole list, and the matrix is stored the other way
//! round: every term is multiplied by the number of outputs.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::Network;

use super::families::{WITH_DECODERS, WITH_GPT2};
use super::faults::{FIRST, ONES, SUMMED};
use crate::gradient::{MatrixQuantity, MatrixValues, Measure, Set};
use crate::{Proxy, Subject, papers};

/// Fisher.
pub static FISHER: Proxy = Proxy {
    paper: Some(&papers::TURNER_2020),
    faults: &[ONES, SUMMED],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "fisher",
        "Fisher",
        "sum over linear layers and channels of mean (a dL/da)^2 / 2",
        Measure::Matrices(MatrixQuantity::Fisher, sum),
    )
};

/// Fisher of the first matrix.
pub static FISHER_LPZERO: Proxy = Proxy {
    paper: Some(&papers::LPZERO_2024),
    faults: &[FIRST, ONES],
    families: WITH_GPT2,
    ..Proxy::gradient(
        "fisher.lpzero",
        "Fisher, first matrix",
        "inputs x sum over channels of mean (a dL/da)^2 / 2 of the network's first linear layer",
        Measure::Matrices(MatrixQuantity::Fisher, first),
    )
};

fn sum(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(values.of(Set::All).sum())
}

fn first(values: &MatrixValues, subject: &Subject, _: &Params) -> Outcome {
    if let Network::Decoder(_) = subject.network {
        return Outcome::from_value(
            values.values.iter().map(|entry| entry.matrix.rows as f64 * entry.value).sum(),
        );
    }
    match values.first() {
        Some(first) => Outcome::from_value(first.matrix.columns as f64 * first.value),
        None => Outcome::unsupported("the network has no matrix"),
    }
}
