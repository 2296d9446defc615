//! Neural Spectral Capacity with one matrix for each head.
//!
//! Formula: as `nsc`, but queries, keys and values are three (width/heads x width) matrices a head, which is what the
//! paper's text says. Zhu, Zhao & Lu, arXiv 2609.23087, 2026. Needs: sizes. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use super::nsc::xavier_capacity;
use crate::shapes::{HeadRule, released_rule};
use crate::{Proxy, Subject, papers};

/// Neural Spectral Capacity per head.
pub static NSC_PER_HEAD: Proxy = Proxy {
    paper: Some(&papers::NSC_2026),
    faults: &["Apart from the heads it keeps the released rule, see nsc."],
    ..Proxy::data_free(
        "nsc_per_head",
        "Neural Spectral Capacity, per head",
        "as nsc, with queries, keys and values as 3 x heads matrices of d/heads x d",
        run,
    )
};

fn run(subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(xavier_capacity(&released_rule(&subject.network, HeadRule::PerHead).all()))
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use proxyrank_schema::Reading;

    use super::*;
    use crate::testing::{flexibert, score};

    #[test]
    fn architecture_0_agrees_with_numerical_integration() {
        assert_relative_eq!(
            score(&NSC_PER_HEAD, &flexibert(0, Reading::Declared)),
            5_738.431_058_250,
            max_relative = 1e-9
        );
    }
}
