//! Number of parameters without embeddings and output layer.
//!
//! Why: on the decoder sets the vocabulary holds most of the parameters and says little about quality. Paper: none.
//! Needs: sizes. Direction: larger is better. Layer norms of the layers are in it; `decoder_params` leaves them out.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::counts::parameters;

use crate::{Proxy, Subject};

/// Body parameters.
pub static NUM_PARAMETERS_BODY: Proxy = Proxy::data_free(
    "num_parameters_body",
    "Body parameters",
    "parameters of the layers: attention + FFN + layer norms",
    run,
);

fn run(subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(parameters(&subject.network).body() as f64)
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Reading;

    use super::*;
    use crate::testing::{count, flexibert, gpt2};

    #[test]
    fn embeddings_are_left_out() {
        // 30,522 tokens, 512 positions and 2 types of width 128, a norm, and the projection to 256.
        let embeddings = 31_036 * 128 + 256 + 128 * 256 + 256;
        let body = count(&NUM_PARAMETERS_BODY, &flexibert(0, Reading::Declared));
        assert_eq!(body, 9_657_088 - embeddings);
    }

    #[test]
    fn a_decoder_s_norms_are_in_it() {
        let expected = 4 * 64 * 64 + 4 * 64 + 2 * 64 * 100 + 100 + 64 + 3 * 2 * 64;
        assert_eq!(count(&NUM_PARAMETERS_BODY, &gpt2(1, 64, 100)), expected);
    }
}
