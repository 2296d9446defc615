//! What attention starts from.

use serde::{Deserialize, Serialize};

use crate::weights::{AttentionLayout, EncoderWeights, OperationLayout};

/// Where training begins with the queries and keys of attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attention {
    /// Drawn: at the beginning a token attends to all tokens alike.
    #[default]
    Drawn,
    /// Keys are the queries, and both keep lengths, so that a token attends to what resembles it: to itself, and with positions of
    /// sinusoids to its neighbours (Trockman & Kolter, "Mimetic initialization of self-attention layers", ICML 2023, whose
    /// product of queries and keys is the identity plus noise).
    Mimetic,
}

impl Attention {
    /// Puts the start into a network whose drawn weights have some deviation.
    pub(super) fn fill(self, weights: &mut EncoderWeights<f32>, deviation: f32) {
        if self == Self::Drawn {
            return;
        }
        let layers = weights.layout().layers.clone();
        for layer in &layers {
            if let OperationLayout::Attention(attention) = &layer.operation {
                fill(attention, weights.body_mut(), deviation);
            }
        }
    }
}

fn fill(attention: &AttentionLayout, body: &mut [f32], deviation: f32) {
    let width = attention.qkv.inputs;
    let square = width * width;
    let gain = 1.0 / (deviation * (width as f32).sqrt());
    let (queries, rest) = body[attention.qkv.weight.elements.clone()].split_at_mut(square);
    for value in queries.iter_mut() {
        *value *= gain;
    }
    rest[..square].copy_from_slice(queries);
    if let Some(weight) = &attention.weight {
        for (index, value) in body[weight.weight.elements.clone()].iter_mut().enumerate() {
            *value = if index.is_multiple_of(width + 1) { 1.0 } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use proxyrank_space::Operation;
    use proxyrank_space::flexibert::{EncoderLayer, EncoderNetwork};

    use super::*;
    use crate::init::{INITIAL_DEVIATION, Initialiser};
    use crate::weights::Head;

    #[test]
    fn keys_become_the_queries_and_values_stay() {
        let layer = |operation| EncoderLayer { operation, heads: 2, ffn_widths: vec![64, 16, 64] };
        let layers = vec![layer(Operation::Sdp), layer(Operation::Wma)];
        let network = EncoderNetwork { vocab_size: 11, embedding_size: 8, ..EncoderNetwork::new(64, layers) };
        let drawn = Initialiser::new(5).encoder(&network, Head::Discriminator).unwrap();
        let mut mimetic = drawn.clone();
        Attention::Drawn.fill(&mut mimetic, INITIAL_DEVIATION);
        assert_eq!(mimetic.body(), drawn.body());
        Attention::Mimetic.fill(&mut mimetic, INITIAL_DEVIATION);
        for layer in &drawn.layout().layers {
            let OperationLayout::Attention(attention) = &layer.operation else { unreachable!() };
            let now = mimetic.values(&attention.qkv.weight);
            let (queries, keys) = (&now[..64 * 64], &now[64 * 64..2 * 64 * 64]);
            assert_eq!(queries, keys);
            let length = queries.iter().map(|value| value * value).sum::<f32>() / 64.0;
            assert!((length - 1.0).abs() < 0.1, "a query's row has length one on average, not {length}");
            assert_eq!(now[2 * 64 * 64..], drawn.values(&attention.qkv.weight)[2 * 64 * 64..]);
            if let Some(weight) = &attention.weight {
                let matrix = mimetic.values(&weight.weight);
                let one = |index: usize| if index.is_multiple_of(65) { 1.0 } else { 0.0_f32 };
                assert!(matrix.iter().enumerate().all(|(i, value)| value.to_bits() == one(i).to_bits()));
            }
        }
    }
}
