//! Sizes of a GPT-2 or Transformer-XL language model.

use super::{Macs, Matrix, Parameters, Role};
use crate::decoder::{AdaptiveVocabulary, DecoderFamily, DecoderNetwork, OutputProjection};

/// Counts the parameters of a decoder.
pub(super) fn parameters(network: &DecoderNetwork) -> Parameters {
    let (d, layers) = (network.d_model as u64, network.layers.len() as u64);
    let ffn = network.layers.iter().map(|layer| layer.d_inner as u64).map(|f| 2 * d * f + f + d).sum();
    let embedding = tables(&network.vocabulary) + embedding_projections(network);
    let softmax = softmax(network);
    match network.family {
        DecoderFamily::Gpt2 => Parameters {
            embedding: embedding + network.tgt_len as u64 * d,
            attention: layers * (4 * d * d + 4 * d),
            ffn,
            layer_norm: (2 * layers + 1) * 2 * d,
            softmax,
        },
        // The fifth square is the relative positions' matrix; the 2d are the two score biases of the layer.
        DecoderFamily::TransformerXl => Parameters {
            embedding,
            attention: layers * (5 * d * d + 2 * d),
            ffn,
            layer_norm: 4 * d * layers,
            softmax,
        },
    }
}

fn tables(vocabulary: &AdaptiveVocabulary) -> u64 {
    vocabulary.clusters.iter().map(|cluster| (cluster.size * cluster.width) as u64).sum()
}

fn embedding_projections(network: &DecoderNetwork) -> u64 {
    let count = network.vocabulary.embedding_projections(network.d_model);
    let widths = network.vocabulary.clusters.iter().take(count).map(|cluster| cluster.width);
    (network.d_model * widths.sum::<usize>()) as u64
}

/// Cluster rows with their biases, a bias a token, and the projections that are not tied.
fn softmax(network: &DecoderNetwork) -> u64 {
    let vocabulary = &network.vocabulary;
    let tail_clusters = vocabulary.clusters.len() - 1;
    let own = vocabulary.clusters.iter().filter(|cluster| cluster.output == OutputProjection::Own);
    let own: usize = own.map(|cluster| network.d_model * cluster.width).sum();
    (tail_clusters * (vocabulary.d_embed + 1) + vocabulary.n_token + own) as u64
}

/// Counts the multiply-accumulates of a decoder at `t` tokens and an empty memory.
pub(super) fn macs(network: &DecoderNetwork, t: u64) -> Macs {
    let (d, layers) = (network.d_model as u64, network.layers.len() as u64);
    let scores_and_values = 2 * t * t * d;
    let attention = match network.family {
        DecoderFamily::Gpt2 => 4 * t * d * d + scores_and_values,
        // The relative positions have a matrix and scores of their own.
        DecoderFamily::TransformerXl => 5 * t * d * d + scores_and_values + t * t * d,
    };
    let first_cluster = network.vocabulary.clusters.first().map_or(0, |cluster| cluster.width as u64);
    let projected = network.vocabulary.embedding_projections(network.d_model) > 0;
    Macs {
        embedding: if projected { t * d * first_cluster } else { 0 },
        attention: layers * attention,
        ffn: network.layers.iter().map(|layer| 2 * t * d * layer.d_inner as u64).sum(),
    }
}

/// Lists the weight matrices of a decoder's layers.
pub(super) fn matrices(network: &DecoderNetwork) -> Vec<Matrix> {
    let d = network.d_model as u64;
    let mut all = Vec::new();
    for (index, layer) in network.layers.iter().enumerate() {
        let mut push = |role, rows, cols| all.push(Matrix { layer: index, role, rows, cols });
        push(Role::Qkv, 3 * d, d);
        if network.family == DecoderFamily::TransformerXl {
            push(Role::RelativePosition, d, d);
        }
        push(Role::Output, d, d);
        push(Role::FfnIn, layer.d_inner as u64, d);
        push(Role::FfnOut, d, layer.d_inner as u64);
    }
    all
}
