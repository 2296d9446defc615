//! Zen-score, for networks with layer norms.
//!
//! Formula: ln E ||f(x) - f(x + 0.01 e)||, f being the hidden state of a sequence (Frobenius norm), E the mean over the sequences.
//! Lin et al., Zen-NAS (ICCV 2021), Algorithm 1. Needs: two forward passes. Direction: larger is better. Axes: those of a
//! forward pass.
//!
//! What had to be decided for an encoder:
//! - x is the sum of the embeddings and e a second draw of it, so that e is distributed as x is, as in the paper, where both
//!   are standard normal images. The norm behind the embeddings brings both to the same scale.
//! - The paper adds ln of the batch norms' standard deviations over channels, because a batch norm divides by a constant
//!   of the network, which hides how far it stretches its input. A layer norm divides each token by its own deviation: that is a
//!   function of the input, part of f and measured with it, so there is nothing to add back.
//! - The paper draws all weights N(0, 1) and takes residual connections out. Layer norms undo the first but for the linear
//!   transforms, and without its residuals an encoder is another network; here both stay as the reading has them.

use proxyrank_schema::{Outcome, Params};

use crate::forward::{Measure, Perturbation};
use crate::{Proxy, Subject, papers};

/// Zen-score.
pub static ZEN: Proxy = Proxy {
    paper: Some(&papers::LIN_2021),
    faults: &[
        "The hidden state is normed, so a norm over S tokens and h channels grows with sqrt(S h): much of it is width.",
        "At initialisation residuals dominate, and little of the network is seen.",
    ],
    ..Proxy::forward(
        "zen",
        "Zen-score",
        "ln of the mean over sequences of ||f(x) - f(x + e / 100)||_F",
        Measure::Perturbation(run),
    )
};

fn run(moved: &Perturbation, _: &Subject, _: &Params) -> Outcome {
    let mean = moved.distances.iter().sum::<f64>() / moved.distances.len() as f64;
    Outcome::from_value(mean.ln())
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::{Reading, Status};

    use super::*;
    use crate::testing::flexibert;

    #[test]
    fn the_mean_is_taken_before_the_logarithm() {
        let score = |distances: &[f64]| {
            run(
                &Perturbation { distances: distances.to_vec() },
                &flexibert(0, Reading::Declared),
                &Params::none(),
            )
        };
        assert!((score(&[1.0, 3.0, 2.0]).score.unwrap() - 2.0_f64.ln()).abs() < 1e-15);
        assert_eq!(score(&[0.0, 0.0]).status, Status::Inf);
    }
}
