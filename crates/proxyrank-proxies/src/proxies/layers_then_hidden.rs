//! Sort by depth, and by width among equal depths.
//!
//! Why: `hidden_times_layers` confuses a deep narrow network with a shallow wide one; here only networks tie that agree in
//! both. Paper: none. Needs: sizes. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use crate::{Proxy, Scale, Subject};

/// Layers, then hidden size.
pub static LAYERS_THEN_HIDDEN: Proxy = Proxy {
    faults: &["Four values on FlexiBERT: read its tau-b beside tau-a and the share of ties."],
    scale: Scale::Ordinal,
    ..Proxy::data_free(
        "layers_then_hidden",
        "Layers, then hidden size",
        "2^17 L + d, which orders by (L, d) since d is at most 2^16",
        run,
    )
};

fn run(subject: &Subject, _: &Params) -> Outcome {
    let (depth, width) = (subject.network.depth(), subject.network.width());
    if width >= WIDTHS {
        return Outcome::unsupported(format!("a width of {width} is above {WIDTHS}, so it cannot be packed"));
    }
    Outcome::from_value((depth * WIDTHS + width) as f64)
}

/// Widths that are told apart.
const WIDTHS: usize = 1 << 17;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{count, gpt2};

    #[test]
    fn depth_comes_first() {
        let rank = |layers, width| count(&LAYERS_THEN_HIDDEN, &gpt2(layers, width, 100));
        assert!(rank(2, 64) < rank(2, 128));
        assert!(rank(2, 8192) < rank(3, 64));
        assert_eq!(rank(2, 64), 2 * (1 << 17) + 64);
    }
}
