//! The released initialisation, seen from outside.

use std::collections::HashMap;

use proxyrank_nn::{EncoderWeights, Head, Initialiser};
use proxyrank_space::flexibert::{EncoderNetwork, Sampler};
use proxyrank_space::{Network, Reading, counts};

use crate::common::mixed_network;

fn by_path(weights: &EncoderWeights<f32>) -> HashMap<&str, &[f32]> {
    weights.parameters().map(|(parameter, values)| (parameter.path.as_str(), values)).collect()
}

#[test]
fn biases_gains_and_padding_have_their_values() {
    let network = mixed_network();
    let weights = Initialiser::new(0).encoder(&network, Head::Discriminator).unwrap();
    for (path, values) in by_path(&weights) {
        if path.ends_with("LayerNorm.weight") {
            assert!(values.iter().all(|x| x.to_bits() == 1.0_f32.to_bits()), "{path}");
        } else if path.ends_with("bias") {
            assert!(values.iter().all(|&x| x == 0.0), "{path}");
        } else {
            let zeros = values.iter().filter(|&&x| x == 0.0).count();
            let padding = if path.ends_with("word_embeddings.weight") { network.embedding_size } else { 0 };
            assert!(zeros >= padding && zeros <= padding + 1, "{path}: {zeros} zeros");
            assert!(values[..padding].iter().all(|&x| x == 0.0));
            assert!(values.iter().all(|x| x.abs() < 0.02 * 7.0), "{path}");
        }
    }
}

#[test]
fn a_parameter_is_the_same_in_every_network_of_a_seed() {
    let initialiser = Initialiser::new(3);
    let full = mixed_network();
    let short = EncoderNetwork { layers: full.layers[..2].to_vec(), ..full.clone() };
    let (full, short) =
        (initialiser.encoder(&full, Head::None).unwrap(), initialiser.encoder(&short, Head::None).unwrap());
    let full = by_path(&full);
    for (path, values) in by_path(&short) {
        assert_eq!(full[path], values, "{path}");
    }
    let other = Initialiser::new(4).encoder(&mixed_network(), Head::None).unwrap();
    let path = "electra.encoder.layer.0.output.dense.weight";
    assert_ne!(by_path(&other)[path], full[path]);
}

#[test]
fn memory_of_another_network_does_not_show() {
    let initialiser = Initialiser::<f32>::new(0);
    let network = mixed_network();
    let fresh = initialiser.encoder(&network, Head::None).unwrap();
    let used = initialiser.encoder_in(&network, Head::None, vec![7.0; 1_000_000]).unwrap();
    assert_eq!(fresh.body(), used.body());
}

#[test]
fn layouts_have_as_many_parameters_as_the_counts_say() {
    for arch in Sampler::new(0).take(40) {
        for reading in [Reading::Released, Reading::Declared, Reading::AsTrained] {
            let network = arch.network(reading).unwrap();
            let layout = proxyrank_nn::EncoderLayout::new(&network, Head::Discriminator).unwrap();
            let wanted = counts::parameters(&Network::Encoder(network)).total();
            assert_eq!(layout.num_parameters(), wanted);
        }
    }
}

#[test]
fn heads_have_the_paths_of_published_checkpoints_and_do_not_count() {
    let network = mixed_network();
    let layout = |head| proxyrank_nn::EncoderLayout::new(&network, head).unwrap();
    let bare = layout(Head::None);
    let discriminator = ["dense.weight", "dense.bias", "prediction.weight", "prediction.bias"]
        .map(|name| format!("discriminator_predictions.{name}"));
    let generator = ["dense.weight", "dense.bias", "LayerNorm.weight", "LayerNorm.bias"]
        .map(|name| format!("generator_predictions.{name}"))
        .into_iter()
        .chain(["generator_lm_head.bias".to_owned()]);
    for (head, wanted) in
        [(Head::Discriminator, discriminator.to_vec()), (Head::Generator, generator.collect())]
    {
        let layout = layout(head);
        assert_eq!(layout.num_parameters(), bare.num_parameters());
        let paths = layout.parameters[bare.parameters.len()..].iter().map(|parameter| parameter.path.clone());
        assert_eq!(paths.collect::<Vec<_>>(), wanted);
    }
}
