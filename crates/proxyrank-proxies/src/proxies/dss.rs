//! DSS: synaptic diversity of the operations plus synaptic saliency of the feed-forward chains.
//!
//! Formula: the sum over the operations' matrices of the nuclear norm of W times that of its gradient G, plus the sum over
//! the feed-forward matrices of the sum of |W G|. The indicator of TF-TAS, Zhou et al. (CVPR 2022), who made it for vision
//! transformers. Needs: as `synaptic_diversity`. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use super::faults::{ONES, SUMMED};
use crate::gradient::{MatrixQuantity, MatrixValues, Measure, Set};
use crate::{Proxy, Subject, papers};

/// DSS.
pub static DSS: Proxy = Proxy {
    paper: Some(&papers::ZHOU_2022),
    faults: &[
        ONES,
        SUMMED,
        "The two terms are added as they are, and a product of nuclear norms is larger than a sum of products by far: diversity decides.",
    ],
    families: WITH_DECODERS,
    ..Proxy::gradient(
        "dss",
        "DSS",
        "synaptic diversity + synaptic saliency",
        Measure::Both(MatrixQuantity::NuclearProducts, MatrixQuantity::AbsoluteProducts, run),
    )
};

fn run(diversity: &MatrixValues, saliency: &MatrixValues, subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(
        diversity.of(Set::Operation.on(&subject.network)).sum()
            + saliency.of(Set::Ffn.on(&subject.network)).sum(),
    )
}
