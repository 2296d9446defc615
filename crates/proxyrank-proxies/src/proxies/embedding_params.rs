//! Number of parameters of the embedding: tables, their projections, positions, and an encoder's embedding norm.
//!
//! Why: a control. The embedding grows with the vocabulary and should say next to nothing about quality.
//! Paper: none. Needs: sizes. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::counts::parameters;

use crate::{Proxy, Subject};

/// Embedding parameters.
pub static EMBEDDING_PARAMS: Proxy = Proxy::data_free(
    "embedding_params",
    "Embedding parameters",
    "embedding parameters, biases included",
    run,
);

fn run(subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(parameters(&subject.network).embedding as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{count, gpt2};

    #[test]
    fn by_hand() {
        assert_eq!(count(&EMBEDDING_PARAMS, &gpt2(1, 64, 100)), 1000 * 64 + 192 * 64);
    }
}
