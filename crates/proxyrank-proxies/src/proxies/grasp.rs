//! GraSP: whether removing a weight would lower or raise the flow of gradients.
//!
//! Formula: -sum over the layers' matrices of the sum over elements of W (H g), g being the gradient of these matrices and H
//! the Hessian of the loss: the product is exact and not a difference quotient. Wang et al. (ICLR 2020) score single weights
//! with it; the sum as a score of a network is Abdelfattah et al.'s (ICLR 2021). Needs: a backward pass and a Hessian-vector
//! product. Direction: larger is better, as Abdelfattah et al. have it.
//!
//! `grasp.lpzero` is element 0 of the list, and smaller is better: LPZero's plots turn its sign once more. LPZero's own code
//! takes g over the embeddings' projection too; here it is the same g for both forms. (For encoders that code stops with
//! an error, so no released number can have come from it.)

use proxyrank_schema::{CostClass, Direction, Outcome, Params};

use super::families::WITH_DECODERS;
use super::faults::{FIRST, ONES};
use crate::gradient::{MatrixQuantity, MatrixValues, Measure, Set};
use crate::{Proxy, Subject, papers};

/// GraSP.
pub static GRASP: Proxy = Proxy {
    paper: Some(&papers::WANG_2020),
    class: CostClass::SecondOrder,
    faults: &[ONES, SIGN],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "grasp",
        "GraSP",
        "-sum over matrices of sum W (H g)",
        Measure::Matrices(MatrixQuantity::CurvatureProducts, sum),
    )
};

/// GraSP of the first matrix.
pub static GRASP_LPZERO: Proxy = Proxy {
    paper: Some(&papers::LPZERO_2024),
    class: CostClass::SecondOrder,
    direction: Direction::LowerIsBetter,
    faults: &[FIRST, ONES, SIGN],
    ..Proxy::gradient(
        "grasp.lpzero",
        "GraSP, first matrix",
        "-sum W (H g) of the network's first matrix",
        Measure::Matrices(MatrixQuantity::CurvatureProducts, first),
    )
};

const SIGN: &str = "Its sign is a matter of taste: the paper removes the weights that score highest, later code adds them up as a merit, LPZero negates that.";

fn sum(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(-values.of(Set::All).sum())
}

fn first(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    match values.first() {
        Some(first) => Outcome::from_value(-first.value),
        None => Outcome::unsupported("the network has no matrix"),
    }
}
