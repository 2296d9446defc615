//! Plain: SNIP without the absolute value.
//!
//! Formula: the sum over the layers' matrices of the sum over elements of W G, G being the gradient. In the code of
//! Abdelfattah et al. (ICLR 2021). Needs: a backward pass. Direction: larger is better, as its authors rank by it.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use super::faults::ONES;
use crate::gradient::{MatrixQuantity, MatrixValues, Measure, Set};
use crate::{Proxy, Subject, papers};

/// Plain.
pub static PLAIN: Proxy = Proxy {
    paper: Some(&papers::ABDELFATTAH_2021),
    faults: &[
        ONES,
        "A derivative of the loss along the weights themselves: its terms cancel, and its sign means nothing for quality.",
    ],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "plain",
        "Plain",
        "sum over matrices of sum W G",
        Measure::Matrices(MatrixQuantity::Products, run),
    )
};

fn run(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(values.of(Set::All).sum())
}
