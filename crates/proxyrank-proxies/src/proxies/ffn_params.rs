//! Number of parameters of the feed-forward networks, without layer norms.
//!
//! Why: it shows how much of a ranking by size the feed-forward networks carry.
//! Paper: none. Needs: sizes. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::counts::parameters;

use crate::{Proxy, Subject};

/// FFN parameters.
pub static FFN_PARAMS: Proxy =
    Proxy::data_free("ffn_params", "FFN parameters", "ffn parameters, biases included", run);

fn run(subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(parameters(&subject.network).ffn as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{count, gpt2};

    #[test]
    fn by_hand() {
        assert_eq!(count(&FFN_PARAMS, &gpt2(1, 64, 100)), 2 * 64 * 100 + 100 + 64);
    }
}
