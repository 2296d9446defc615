//! Sort by depth, then width, then weights by a rule of thumb.
//!
//! Why: the sort that circulates for FlexiBERT (declared: tau-b 0.744, rho 0.920, where `layers_hidden_params` has 0.742
//! and 0.920) does not count parameters as its third key but matrices by a simpler rule: 4 d² for self-attention, d² for
//! any other operation, and the stacked feed-forward chain, all without biases and norms. Paper: none. Needs: sizes.
//! Direction: larger is better. Encoders only, since the rule is about their operations.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::flexibert::EncoderLayer;
use proxyrank_space::{Family, Network};

use super::layers_hidden_params::pack;
use crate::{Proxy, Scale, Subject};

/// Layers, hidden size, weights.
pub static LAYERS_HIDDEN_WEIGHTS: Proxy = Proxy {
    families: &[Family::Encoder],
    faults: &[
        "The order was found by looking at the labels of the benchmark.",
        "Its third key is no parameter count: it leaves out the extra matrix of WMA, and five matrices of a DSC.",
    ],
    scale: Scale::Ordinal,
    ..Proxy::data_free(
        "layers_hidden_weights",
        "Layers, hidden size, weights",
        "lexicographic (L, d, sum over layers of 4 d^2 or d^2 + weights of the FFN chain)",
        run,
    )
};

fn run(subject: &Subject, _: &Params) -> Outcome {
    let Network::Encoder(network) = &subject.network else {
        return Outcome::unsupported("the rule counts FlexiBERT's operations");
    };
    let weights = network.layers.iter().map(|layer| weights(layer, network.hidden_size as u64)).sum();
    pack(&subject.network, weights)
}

fn weights(layer: &EncoderLayer, hidden: u64) -> u64 {
    let squares = if layer.operation.is_self_attention() { 4 } else { 1 };
    let chain = layer.ffn_widths.windows(2).map(|pair| (pair[0] * pair[1]) as u64);
    squares * hidden * hidden + chain.sum::<u64>()
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Reading;

    use super::*;
    use crate::testing::{count, flexibert};

    #[test]
    fn by_hand() {
        // Architecture 0: WMA, DCT, SDP, SDP; FFN 1024 x3, 512 x3, 512 x3, 1024 x1; hidden 256.
        let chain = |width: u64, count: u64| 2 * 256 * width + (count - 1) * width * width;
        let ffn = chain(1024, 3) + 2 * chain(512, 3) + chain(1024, 1);
        let expected = ((4 << 13) + 256) * (1_u64 << 34) + 13 * 256 * 256 + ffn;
        assert_eq!(count(&LAYERS_HIDDEN_WEIGHTS, &flexibert(0, Reading::Declared)), expected);
    }
}
