//! Multisets of matrix shapes, and the rules that make them from a network.
//!
//! Data-free proxies that add up one number a matrix must give *equal* scores to networks with the same matrices in
//! another order. A plain running sum does not: rounding depends on the order and splits true ties, which moves tau-b
//! in the fourth decimal. So shapes are counted first, and the sum runs over the distinct shapes in sorted order.

use std::collections::BTreeMap;

use proxyrank_space::counts::{Role, matrices};
use proxyrank_space::flexibert::EncoderNetwork;
use proxyrank_space::{Network, Operation};

/// How often each shape occurs, as (larger side, smaller side).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShapeCounts(BTreeMap<(u64, u64), u64>);

impl ShapeCounts {
    /// Adds `count` matrices of a shape; the two sides may come in either order.
    pub fn add(&mut self, rows: u64, cols: u64, count: u64) {
        *self.0.entry((rows.max(cols), rows.min(cols))).or_default() += count;
    }

    /// Adds all shapes of another.
    pub fn extend(&mut self, other: &Self) {
        for (&(rows, cols), &count) in &other.0 {
            self.add(rows, cols, count);
        }
    }

    /// Sum of `value(larger, smaller)` over all matrices; equal multisets give bit-equal sums.
    pub fn sum(&self, value: impl Fn(u64, u64) -> f64) -> f64 {
        self.0.iter().map(|(&(rows, cols), &count)| count as f64 * value(rows, cols)).sum()
    }
}

/// The shapes of a network's attention (or other operations) and of its feed-forward networks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LayerShapes {
    /// Attention, or the operation that stands in its place.
    pub attention: ShapeCounts,
    /// Feed-forward networks.
    pub ffn: ShapeCounts,
}

impl LayerShapes {
    /// Both together.
    pub fn all(&self) -> ShapeCounts {
        let mut all = self.attention.clone();
        all.extend(&self.ffn);
        all
    }
}

/// Whether queries, keys and values are one matrix or one for each head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadRule {
    /// One matrix of 3·width x width.
    Merged,
    /// Three matrices of width/heads x width for each head.
    PerHead,
}

/// The shapes of the matrices that the network really has.
pub fn as_built(network: &Network) -> LayerShapes {
    let mut shapes = LayerShapes::default();
    for matrix in matrices(network) {
        let group = if matrix.role.is_ffn() { &mut shapes.ffn } else { &mut shapes.attention };
        group.add(matrix.rows, matrix.cols, 1);
    }
    shapes
}

/// The shapes that the released code of Neural Spectral Capacity counts.
///
/// Encoders: self-attention has queries, keys and values by the head rule and an output matrix; a linear transform two
/// squares; a dynamic span convolution one. A feed-forward chain of n hidden widths w gives for each the pair w/n x h and
/// h x w/n, that is, n narrow networks side by side, though the layers are stacked. (The released code knows one width a
/// layer; for a chain of several, each takes its own w here.)
///
/// Decoders: the matrices as built, with queries, keys, values and Transformer-XL's positions by the head rule.
pub fn released_rule(network: &Network, heads: HeadRule) -> LayerShapes {
    match network {
        Network::Encoder(encoder) => encoder_rule(encoder, heads),
        Network::Decoder(_) if heads == HeadRule::Merged => as_built(network),
        Network::Decoder(decoder) => {
            let mut shapes = LayerShapes::default();
            for matrix in matrices(network) {
                let n_head = decoder.layers[matrix.layer].n_head as u64;
                match matrix.role {
                    Role::Qkv | Role::RelativePosition => {
                        let head = matrix.cols / n_head;
                        shapes.attention.add(head, matrix.cols, matrix.rows / head);
                    }
                    role if role.is_ffn() => shapes.ffn.add(matrix.rows, matrix.cols, 1),
                    _ => shapes.attention.add(matrix.rows, matrix.cols, 1),
                }
            }
            shapes
        }
    }
}

fn encoder_rule(network: &EncoderNetwork, rule: HeadRule) -> LayerShapes {
    let h = network.hidden_size as u64;
    let mut shapes = LayerShapes::default();
    for layer in &network.layers {
        let heads = layer.heads as u64;
        match (layer.operation, rule) {
            (Operation::Sdp | Operation::Wma, HeadRule::Merged) => {
                shapes.attention.add(3 * h, h, 1);
                shapes.attention.add(h, h, 1);
            }
            (Operation::Sdp | Operation::Wma, HeadRule::PerHead) => {
                shapes.attention.add(h / heads, h, 3 * heads);
                shapes.attention.add(h, h, 1);
            }
            (Operation::Dft | Operation::Dct, _) => shapes.attention.add(h, h, 2),
            (Operation::Dsc { .. }, _) => shapes.attention.add(h, h, 1),
        }
        let hidden = &layer.ffn_widths[1..layer.ffn_widths.len() - 1];
        for &width in hidden {
            shapes.ffn.add((width / hidden.len()) as u64, h, 2);
        }
    }
    shapes
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Reading;

    use super::*;
    use crate::testing;

    #[test]
    fn order_does_not_change_a_sum() {
        let values = |rows: u64, cols: u64| 1.0 / rows as f64 + 0.1 / cols as f64;
        let mut forward = ShapeCounts::default();
        let mut backward = ShapeCounts::default();
        let shapes = [(128, 512), (256, 256), (3, 7), (768, 256), (512, 128)];
        for (rows, cols) in shapes {
            forward.add(rows, cols, 1);
        }
        for &(rows, cols) in shapes.iter().rev() {
            backward.add(cols, rows, 1);
        }
        assert_eq!(forward.sum(values).to_bits(), backward.sum(values).to_bits());
    }

    #[test]
    fn the_released_rule_on_one_architecture() {
        // Architecture 0: WMA, DCT, SDP, SDP; FFN 1024 x3, 512 x3, 512 x3, 1024 x1; hidden 256.
        let network = testing::flexibert(0, Reading::Declared).network;
        let shapes = released_rule(&network, HeadRule::Merged);
        let attention = [((256, 256), 5), ((768, 256), 3)];
        assert_eq!(shapes.attention.0.into_iter().collect::<Vec<_>>(), attention);
        let ffn = [((256, 170), 12), ((341, 256), 6), ((1024, 256), 2)];
        let mut found: Vec<_> = shapes.ffn.0.into_iter().collect();
        found.sort_unstable();
        assert_eq!(found, ffn.map(|((a, b), n)| ((a.max(b), a.min(b)), n)));
    }

    #[test]
    fn heads_split_a_decoder_s_queries_keys_and_values() {
        let network = testing::gpt2(2, 64, 512).network;
        let merged = released_rule(&network, HeadRule::Merged);
        assert_eq!(merged.attention.0, BTreeMap::from([((64, 64), 2), ((192, 64), 2)]));
        let split = released_rule(&network, HeadRule::PerHead);
        assert_eq!(split.attention.0, BTreeMap::from([((64, 16), 24), ((64, 64), 2)]));
        assert_eq!(split.ffn, merged.ffn);
    }
}
