//! Neural Spectral Capacity over the matrices that the network really has.
//!
//! Formula: as `nsc`, but the sum runs over the inventory of [`proxyrank_space::counts::matrices`]: queries, keys and
//! values apart, every matrix of a dynamic span convolution, and the stacked feed-forward chain. Zhu, Zhao & Lu,
//! arXiv 2609.23087, 2026, corrected. Needs: sizes. Direction: larger is better. Encoders only: on a decoder `nsc` is
//! this already.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::Family;

use super::nsc::xavier_capacity;
use crate::shapes::as_built;
use crate::{Proxy, Subject, papers};

/// Neural Spectral Capacity of the matrices as built.
pub static NSC_MATRICES: Proxy = Proxy {
    paper: Some(&papers::NSC_2026),
    families: &[Family::Encoder],
    ..Proxy::data_free(
        "nsc_matrices",
        "Neural Spectral Capacity, as built",
        "as nsc, summed over the weight matrices that the reading really builds",
        run,
    )
};

fn run(subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(xavier_capacity(&as_built(&subject.network).all()))
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use proxyrank_schema::Reading;

    use super::*;
    use crate::testing::{flexibert, score};

    #[test]
    fn architecture_0_as_trained_agrees_with_numerical_integration() {
        assert_relative_eq!(
            score(&NSC_MATRICES, &flexibert(0, Reading::AsTrained)),
            6_736.855_875_575,
            max_relative = 1e-9
        );
    }
}
