//! Sort by depth, then width, then body parameters.
//!
//! Why: few ties, no network, no data, no fitting, and on FlexiBERT (declared) it ranks above everything published. It was
//! found by looking at the labels, so it is a warning about the benchmark and no method. Paper: none. Needs: sizes.
//! Direction: larger is better.
//!
//! The three keys are packed into one integer below 2^53, so the score is exact and ties are true ties.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::Network;
use proxyrank_space::counts::parameters;

use crate::{Proxy, Scale, Subject};

/// Layers, hidden size, parameters.
pub static LAYERS_HIDDEN_PARAMS: Proxy = Proxy {
    faults: &["The order was found by looking at the labels of the FlexiBERT benchmark."],
    scale: Scale::Ordinal,
    ..Proxy::data_free(
        "layers_hidden_params",
        "Layers, hidden size, parameters",
        "lexicographic (L, d, body parameters), packed as (L 2^13 + d) 2^34 + parameters",
        run,
    )
};

fn run(subject: &Subject, _: &Params) -> Outcome {
    pack(&subject.network, parameters(&subject.network).body())
}

/// Depth, width and a third key as one integer; unsupported where one of them is too large for its field.
pub(super) fn pack(network: &Network, third: u64) -> Outcome {
    let keys = [network.depth() as u64, network.width() as u64, third];
    let limits = [1 << LAYER_BITS, 1 << WIDTH_BITS, 1 << PARAMETER_BITS];
    let [layers, width, parameters] = limits;
    if keys.iter().zip(limits).any(|(key, limit)| *key >= limit) {
        return Outcome::unsupported(format!(
            "the sort packs fewer than {layers} layers, {width} units and {parameters} parameters into one number"
        ));
    }
    let [layers, width, third] = keys;
    Outcome::from_value(((((layers << WIDTH_BITS) | width) << PARAMETER_BITS) | third) as f64)
}

const LAYER_BITS: u32 = 6;
const WIDTH_BITS: u32 = 13;
const PARAMETER_BITS: u32 = 34;

#[cfg(test)]
mod tests {
    use proxyrank_schema::Status;

    use super::*;
    use crate::testing::{count, gpt2};

    #[test]
    fn earlier_keys_win() {
        let rank = |layers, width, ffn| count(&LAYERS_HIDDEN_PARAMS, &gpt2(layers, width, ffn));
        assert!(rank(2, 64, 100) < rank(2, 64, 101));
        assert!(rank(2, 64, 2000) < rank(2, 68, 100));
        assert!(rank(2, 1024, 2000) < rank(3, 64, 100));
    }

    #[test]
    fn one_parameter_more_is_visible_at_the_limits() {
        let largest = (1_u64 << (LAYER_BITS + WIDTH_BITS + PARAMETER_BITS)) - 1;
        assert!(largest < 1 << f64::MANTISSA_DIGITS);
        let outcome = LAYERS_HIDDEN_PARAMS.score(&gpt2(64, 64, 100), &Params::none());
        assert_eq!(outcome.status, Status::Unsupported);
    }
}
