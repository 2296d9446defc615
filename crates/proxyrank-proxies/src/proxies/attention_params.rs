//! Number of parameters of attention, or of the operation that stands in its place, without layer norms.
//!
//! Why: on the GPT-2 sets this one group ranks better than all parameters together.
//! Paper: none. Needs: sizes. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::counts::parameters;

use crate::{Proxy, Subject};

/// Attention parameters.
pub static ATTENTION_PARAMS: Proxy = Proxy::data_free(
    "attention_params",
    "Attention parameters",
    "attention parameters, biases included",
    run,
);

fn run(subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(parameters(&subject.network).attention as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{count, gpt2};

    #[test]
    fn by_hand() {
        assert_eq!(count(&ATTENTION_PARAMS, &gpt2(1, 64, 100)), 4 * 64 * 64 + 4 * 64);
    }
}
