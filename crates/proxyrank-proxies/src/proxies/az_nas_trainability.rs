//! Trainability of AZ-NAS: whether a layer keeps the size of what is sent back through it.
//!
//! Formula: the mean over segments of 2 - s - 1/(s + 1e-6), s being the largest singular value of Gᵀ C / (B·T): C are random
//! signs at the segment's end, G what comes out at its start, both (B·T, h). It is largest, about 0, where s is 1. Lee & Ham
//! (CVPR 2024); as in the released code for vision transformers a segment leads from one residual sum to the next, so
//! there are two a layer, and the first one, which starts at the embeddings, is left out. Needs: one backward pass of its
//! own. Direction: larger is better. Axes: those of a forward pass, for it has no loss; the signs belong to the batch.

use proxyrank_schema::{Outcome, Params};

use crate::gradient::{Measure, SegmentNorms};
use crate::{Axes, Proxy, Subject, papers};

/// Trainability.
pub static AZ_NAS_TRAINABILITY: Proxy = Proxy {
    paper: Some(&papers::LEE_2024),
    axes: Axes::FORWARD,
    faults: &[
        "A mean over as few as three segments.",
        "With few tokens the largest singular value of a product of random signs is above 1 for an identity too, the more the wider the network.",
    ],
    ..Proxy::gradient(
        "az_nas_trainability",
        "AZ-NAS, trainability",
        "mean over segments of 2 - s - 1/(s + 1e-6), s = sigma_max(G' C / (B T)), C random signs",
        Measure::Segments(run),
    )
};

/// Keeps the quotient finite.
const FLOOR: f64 = 1e-6;

fn run(norms: &SegmentNorms, _: &Subject, _: &Params) -> Outcome {
    let terms = norms.values.iter().map(|&norm| 2.0 - norm - 1.0 / (norm + FLOOR));
    Outcome::from_value(terms.sum::<f64>() / norms.values.len() as f64)
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Reading;

    use super::*;
    use crate::testing::flexibert;

    #[test]
    fn it_is_best_where_sizes_are_kept() {
        let score = |values: &[f64]| {
            let norms = SegmentNorms { values: values.to_vec() };
            run(&norms, &flexibert(0, Reading::Declared), &Params::none()).score.unwrap()
        };
        assert!(score(&[1.0]).abs() < 2e-6);
        assert!((score(&[2.0, 0.5, 1.0]) + 1.0 / 3.0).abs() < 1e-5);
        assert!((score(&[0.0]) + 999_998.0).abs() < 1e-3);
    }
}
