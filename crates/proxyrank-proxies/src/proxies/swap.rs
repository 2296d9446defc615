//! SWAP: how many different activation patterns the units of a network have over a batch.
//!
//! Formula: the number of distinct sign vectors. A vector belongs to one (GELU, token, unit) and has one sign for each of
//! the B sequences of the batch; all layers count together. Peng et al. (ICLR 2024). Needs: a forward pass; memory for one
//! bit a GELU output. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use crate::forward::{Measure, SignCodes};
use crate::{Proxy, Subject, papers};

/// SWAP.
pub static SWAP: Proxy = Proxy {
    paper: Some(&papers::SWAP_2024),
    faults: &["It saturates near 2^B for B sequences: use 64 or more."],
    families: WITH_DECODERS,
    ..Proxy::forward(
        "swap",
        "SWAP",
        "number of distinct sign vectors over the sequences, one vector a (GELU, token, unit)",
        Measure::SignCodes(run),
    )
};

fn run(codes: &SignCodes, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(codes.distinct_patterns() as f64)
}
