//! Networks, batches and comparisons that several tests share.

use proxyrank_nn::{
    Collect, EncoderWeights, Engine, ForwardOptions, Head, Initialiser, Real, Site, TokenBatch,
};
use proxyrank_space::Operation;
use proxyrank_space::flexibert::{DscKernel, EncoderLayer, EncoderNetwork};

/// Every operation.
pub(crate) const OPERATIONS: [Operation; 6] = [
    Operation::Sdp,
    Operation::Wma,
    Operation::Dft,
    Operation::Dct,
    Operation::Dsc { kernel: DscKernel::Five },
    Operation::Dsc { kernel: DscKernel::Nine },
];

/// A small network with every operation, and chains of one to three hidden widths.
pub(crate) fn mixed_network() -> EncoderNetwork {
    let chains = [vec![32, 24, 32], vec![32, 40, 24, 24, 32], vec![32, 20, 36, 32]];
    let layers = OPERATIONS.into_iter().enumerate().map(|(index, operation)| EncoderLayer {
        operation,
        heads: 2 + 2 * (index % 2),
        ffn_widths: chains[index % chains.len()].clone(),
    });
    network(32, layers.collect())
}

/// All operations but smaller still, for tests that run a network thousands of times.
pub(crate) fn tiny_network() -> EncoderNetwork {
    let mut tiny = mixed_network();
    tiny.embedding_size = 6;
    tiny.hidden_size = 8;
    tiny.vocab_size = 11;
    tiny.max_positions = 7;
    let chains = [vec![8, 5, 8], vec![8, 6, 7, 8], vec![8, 4, 8]];
    for (index, layer) in tiny.layers.iter_mut().enumerate() {
        layer.ffn_widths.clone_from(&chains[index % chains.len()]);
    }
    tiny
}

/// An encoder with small tables.
pub(crate) fn network(hidden_size: usize, layers: Vec<EncoderLayer>) -> EncoderNetwork {
    EncoderNetwork {
        vocab_size: 97,
        embedding_size: 16,
        max_positions: 160,
        token_types: 2,
        hidden_size,
        layers,
    }
}

/// Ids without a pattern.
pub(crate) fn batch(batch: usize, seq_len: usize, vocab_size: usize) -> TokenBatch {
    let ids = (0..batch * seq_len).map(|i| u32::try_from((i * i * 7 + 3 * i + 1) % vocab_size).unwrap());
    TokenBatch::new(ids.collect(), batch, seq_len).unwrap()
}

/// Weights far from where they start, so that every operation leaves its linear range and no gain is 1.
pub(crate) fn strong_weights<T: Real>(network: &EncoderNetwork, head: Head, seed: u64) -> EncoderWeights<T> {
    let mut weights = Initialiser::<T>::new(seed).encoder(network, head).unwrap();
    for (index, value) in weights.body_mut().iter_mut().enumerate() {
        let wobble = 0.2 * (0.37 * index as f64 + seed as f64).sin();
        *value = T::of_f64(value.as_f64() * if value.as_f64() > 0.5 { 0.9 } else { 12.0 } + wobble);
    }
    weights
}

/// The weights, `step` further along a direction.
pub(crate) fn moved(weights: &EncoderWeights<f64>, direction: &[f64], step: f64) -> EncoderWeights<f64> {
    let mut moved = weights.clone();
    for (value, direction) in moved.body_mut().iter_mut().zip(direction) {
        *value += step * direction;
    }
    moved
}

/// All values of a site, in the order of the batch.
pub(crate) fn collect<T: Real>(
    engine: &impl Engine<T>,
    weights: &EncoderWeights<T>,
    batch: &TokenBatch,
    options: ForwardOptions,
    site: Site,
) -> Vec<T> {
    let parts = engine.forward(weights, batch, options, |_| Collect::new(site)).unwrap();
    parts.into_iter().flat_map(|part| part.values).collect()
}

/// The largest difference, over the largest of `wanted` if that exceeds one.
pub(crate) fn worst<A: Real, B: Real>(found: &[A], wanted: &[B]) -> f64 {
    assert_eq!(found.len(), wanted.len());
    assert!(!wanted.is_empty());
    let scale = wanted.iter().map(|value| value.as_f64().abs()).fold(1.0, f64::max);
    let differences = found.iter().zip(wanted).map(|(a, b)| (a.as_f64() - b.as_f64()).abs());
    differences
        .map(|difference| if difference.is_nan() { f64::INFINITY } else { difference })
        .fold(0.0, f64::max)
        / scale
}
