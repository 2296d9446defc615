//! SNIP: how much the loss would change if a weight were removed.
//!
//! Formula: the sum over the layers' matrices of the sum over elements of |W G|, G being the gradient. Lee et al. (ICLR 2019)
//! score single weights with it; the sum as a score of a network is Abdelfattah et al.'s (ICLR 2021). Needs: a backward
//! pass. Direction: larger is better. `snip.lpzero` is what LPZero's script keeps of it on encoders: element 0 of the list.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use super::faults::{FIRST, ONES, SUMMED};
use crate::gradient::{MatrixQuantity, MatrixValues, Measure, Set};
use crate::{Proxy, Subject, papers};

/// SNIP.
pub static SNIP: Proxy = Proxy {
    paper: Some(&papers::LEE_2019),
    faults: &[ONES, SUMMED],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "snip",
        "SNIP",
        "sum over matrices of sum |W G|",
        Measure::Matrices(MatrixQuantity::AbsoluteProducts, sum),
    )
};

/// SNIP of the first matrix.
pub static SNIP_LPZERO: Proxy = Proxy {
    paper: Some(&papers::LPZERO_2024),
    faults: &[FIRST, ONES],
    ..Proxy::gradient(
        "snip.lpzero",
        "SNIP, first matrix",
        "sum |W G| of the network's first matrix",
        Measure::Matrices(MatrixQuantity::AbsoluteProducts, first),
    )
};

fn sum(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(values.of(Set::All).sum())
}

fn first(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    super::first::of(values)
}
