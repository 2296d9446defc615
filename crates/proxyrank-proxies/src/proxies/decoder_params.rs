//! Decoder parameters: attention and FFN, without embeddings, norms and output layer.
//!
//! The proxy of LiteTransformerSearch (Javaheripi et al., 2022). Needs: sizes. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::Family;
use proxyrank_space::counts::parameters;

use crate::{Proxy, Subject, papers};

/// Decoder parameters.
pub static DECODER_PARAMS: Proxy = Proxy {
    families: &[Family::Gpt2, Family::TransformerXl],
    paper: Some(&papers::LTS_2022),
    ..Proxy::data_free(
        "decoder_params",
        "Decoder parameters",
        "attention + FFN parameters, biases included",
        run,
    )
};

fn run(subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(parameters(&subject.network).decoder() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{count, gpt2, transformer_xl};

    #[test]
    fn by_hand_for_both_families() {
        let ffn = 2 * 64 * 100 + 100 + 64;
        assert_eq!(count(&DECODER_PARAMS, &gpt2(1, 64, 100)), 4 * 64 * 64 + 4 * 64 + ffn);
        assert_eq!(count(&DECODER_PARAMS, &transformer_xl(1, 64, 100)), 5 * 64 * 64 + 2 * 64 + ffn);
    }
}
