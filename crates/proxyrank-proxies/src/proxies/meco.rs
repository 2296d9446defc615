//! MeCo: how far a layer's channels are from being copies of each other.
//!
//! Formula: the sum over layers of the smallest eigenvalue of the correlation matrix of a feature map's channels. Jiang et al.
//! (NeurIPS 2023). Needs: a forward pass. Direction: larger is better. Axes: those of a forward pass.
//!
//! The paper feeds one image and correlates channels over its pixels. Rows here are the B·T tokens of the batch, for with no
//! more rows than channels the matrix is singular and the score zero whatever the network. The feature map of a layer is
//! the output of its first GELU. Others would not do: behind a layer norm a token's channels, each over its gain, add up to
//! the same number in every token, a square linear layer behind a norm inherits that, and one with more outputs than inputs
//! is singular anyway; for all of these the smallest eigenvalue is zero and what a computer finds is rounding. (The
//! released code sums over every module's output.)

use proxyrank_schema::{Outcome, Params};

use crate::forward::{Measure, TensorMeans};
use crate::{Proxy, Subject, papers};

/// MeCo.
pub static MECO: Proxy = Proxy {
    paper: Some(&papers::JIANG_2023),
    faults: &[
        "It is 0 where the batch has no more tokens than the first feed-forward layer has outputs.",
        "The smallest eigenvalue of n channels over N rows falls with n / N whatever the network: a narrow layer scores higher.",
    ],
    ..Proxy::forward(
        "meco",
        "MeCo",
        "sum over layers of the smallest eigenvalue of the first GELU's channel correlations, over tokens",
        Measure::SmallestCorrelations(run),
    )
};

fn run(smallest: &TensorMeans, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(smallest.sum())
}
