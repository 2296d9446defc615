//! Head importance, as released: how much the attention's weights matter to the loss.
//!
//! Formula: the sum over the matrices W of the layers' operations, output projections left out, with at least `hi_min`
//! rows, of the sum over elements of |W G|, G being the gradient. `head_importance_norm` divides by the number of these
//! matrices, and is not defined where there is none. Serianni & Kalita (ACL 2023), with `hi_min` 128. Needs: a backward
//! pass. Direction: larger is better.
//!
//! On GPT-2 LPZero's code takes all matrices of a layer, and the rows that it looks at are the inputs: with a width of 64 only
//! the second feed-forward matrix counts. On Transformer-XL they are all matrices too, whose rows are outputs as on encoders.
//!
//! The idea, after pruning of attention heads, would be one number a head; the released code adds up all of them.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use super::faults::{ONES, SUMMED};
use crate::forward::TensorMeans;
use crate::gradient::{Matrix, MatrixQuantity, MatrixValues, Measure, Set};
use crate::{ParamSpec, Proxy, Subject, papers};

/// Rows below which a matrix is left out.
const HI_MIN: ParamSpec = ParamSpec {
    name: "hi_min",
    default: 128.0,
    low: 0.0,
    high: 65_536.0,
    doc: "Output features that a matrix must have to be counted.",
};

/// Head importance, summed.
pub static HEAD_IMPORTANCE: Proxy = Proxy {
    paper: Some(&papers::SERIANNI_2023),
    params: &[HI_MIN],
    faults: &[
        ONES,
        SUMMED,
        "It has no heads: it is the saliency of whole matrices.",
        "At a hidden size of 128 a span convolution's matrices fall below the threshold, and a network of them scores 0.",
    ],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "head_importance",
        "Head importance",
        "sum over q, k, v and the like with at least hi_min outputs of sum |W G|",
        Measure::Matrices(MatrixQuantity::AbsoluteProducts, sum),
    )
};

/// Head importance over the number of matrices.
pub static HEAD_IMPORTANCE_NORM: Proxy = Proxy {
    paper: Some(&papers::SERIANNI_2023),
    params: &[HI_MIN],
    faults: &[
        ONES,
        "It has no heads: it is the saliency of whole matrices.",
        "At a hidden size of 128 a span convolution's matrices fall below the threshold, and for a network of them it is not defined.",
    ],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "head_importance_norm",
        "Head importance, normalised",
        "mean over q, k, v and the like with at least hi_min outputs of sum |W G|",
        Measure::Matrices(MatrixQuantity::AbsoluteProducts, mean),
    )
};

fn counted(values: &MatrixValues, subject: &Subject, params: &Params) -> TensorMeans {
    let least = Proxy::param(params, &HI_MIN);
    let set = Set::OperationInner.on(&subject.network);
    let wide = |matrix: &Matrix| set.has(matrix.part) && matrix.stored_rows() as f64 >= least;
    values.filtered(wide)
}

fn sum(values: &MatrixValues, subject: &Subject, params: &Params) -> Outcome {
    Outcome::from_value(counted(values, subject, params).sum())
}

fn mean(values: &MatrixValues, subject: &Subject, params: &Params) -> Outcome {
    let counted = counted(values, subject, params);
    if counted.values.is_empty() {
        let least = Proxy::param(params, &HI_MIN);
        return Outcome::unsupported(format!("no matrix of an operation has {least} outputs"));
    }
    Outcome::from_value(counted.mean())
}
