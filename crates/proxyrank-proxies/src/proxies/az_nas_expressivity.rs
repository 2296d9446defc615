//! Expressivity of AZ-NAS: over how many directions a layer's features spread.
//!
//! Formula: the sum over feature maps of -sum p ln(p + 1e-8), p being the eigenvalues of the covariance of the map's channels
//! over all tokens, divided by their sum. Lee & Ham (CVPR 2024); the released code for vision transformers has two maps a
//! layer, behind attention and behind the feed-forward part, and so has this: the operation's output and the layer's.
//! Needs: a forward pass. Direction: larger is better. Axes: those of a forward pass. Eigenvalues that rounding pushes below
//! zero count as zero.

use proxyrank_schema::{Outcome, Params};

use crate::forward::{FeatureSpectra, Measure};
use crate::{Proxy, Subject, papers};

/// Expressivity.
pub static AZ_NAS_EXPRESSIVITY: Proxy = Proxy {
    paper: Some(&papers::LEE_2024),
    faults: &[
        "The entropy of n directions is at most ln n, and there are two maps a layer: it counts layers before it says anything about them.",
    ],
    ..Proxy::forward(
        "az_nas_expressivity",
        "AZ-NAS, expressivity",
        "sum over feature maps of -sum p ln(p + 1e-8), p the normalised eigenvalues of the channel covariance",
        Measure::FeatureSpectra(run),
    )
};

/// Keeps the logarithm finite.
const FLOOR: f64 = 1e-8;

fn run(features: &FeatureSpectra, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(features.maps.iter().map(|map| entropy(map)).sum())
}

/// Not a number for a map that does not vary.
fn entropy(eigenvalues: &[f64]) -> f64 {
    // Not `max`, which would lose a value that is not a number.
    let clipped = || eigenvalues.iter().map(|&value| if value < 0.0 { 0.0 } else { value });
    let total: f64 = clipped().sum();
    clipped().map(|value| value / total).map(|share| -share * (share + FLOOR).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropies_by_hand() {
        assert!((entropy(&[2.0, 2.0, 2.0, 2.0]) - 4.0_f64.ln()).abs() < 1e-7);
        let wanted = 0.25 * 4.0_f64.ln() + 0.75 * (4.0_f64 / 3.0).ln();
        assert!((entropy(&[-1e-20, 1.0, 3.0]) - wanted).abs() < 1e-7);
        assert!(entropy(&[0.0, 0.0]).is_nan() && entropy(&[f64::NAN, 1.0]).is_nan());
    }
}
