//! Neural Spectral Capacity, by the rule of its released code.
//!
//! Formula: sum over matrices of psi(W) = E ln det(I + W'W) with W Xavier-initialised, so that psi is a closed form
//! of the shape (see [`crate::spectral`]). Zhu, Zhao & Lu, arXiv 2609.23087, 2026. Needs: sizes. Direction: larger is
//! better. Published on FlexiBERT (declared): tau-b 0.695, rho 0.884.
//!
//! Which matrices: [`crate::shapes::released_rule`] with queries, keys and values merged.

use proxyrank_schema::{Outcome, Params};

use crate::shapes::{HeadRule, ShapeCounts, released_rule};
use crate::spectral::{spectral_capacity, xavier_variance};
use crate::{Proxy, Subject, papers};

/// Neural Spectral Capacity.
pub static NSC: Proxy = Proxy {
    paper: Some(&papers::NSC_2026),
    faults: &[
        "On FlexiBERT it looks at the operation type, which the training code ignored.",
        "It divides the FFN width by the number of stacked layers, though they are stacked and not side by side.",
        "The paper's text says that attention is taken per head; the released code merges it.",
    ],
    ..Proxy::data_free(
        "nsc",
        "Neural Spectral Capacity",
        "sum over matrices of n E[ln(1 + s^2 m x)], m >= n the sides, s^2 = 2/(m+n), x Marchenko-Pastur with ratio n/m",
        run,
    )
};

fn run(subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(xavier_capacity(&released_rule(&subject.network, HeadRule::Merged).all()))
}

/// The summed capacity of Xavier-initialised matrices.
pub(super) fn xavier_capacity(shapes: &ShapeCounts) -> f64 {
    shapes.sum(|rows, cols| spectral_capacity(rows, cols, xavier_variance(rows, cols)))
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use proxyrank_schema::Reading;

    use super::*;
    use crate::testing::{flexibert, score};

    #[test]
    fn architecture_0_agrees_with_numerical_integration() {
        // Adaptive quadrature of the Marchenko-Pastur integrals, computed apart from this code.
        assert_relative_eq!(score(&NSC, &flexibert(0, Reading::Declared)), NSC_0, max_relative = 1e-9);
    }

    #[test]
    fn equal_multisets_of_layers_tie_exactly() {
        let subject = flexibert(0, Reading::Declared);
        let mut reversed = subject.clone();
        if let proxyrank_space::Network::Encoder(network) = &mut reversed.network {
            network.layers.reverse();
        }
        assert_eq!(score(&NSC, &subject).to_bits(), score(&NSC, &reversed).to_bits());
    }

    const NSC_0: f64 = 4_303.307_042_650;
}
