//! The fast engine against the composed one, at every place a visitor can look.

use candle_core::Device;
use proptest::prelude::*;
use proxyrank_nn::{
    ComposedEngine, Depth, Dropout, EncoderWeights, Engine, FastEngine, ForwardOptions, Head, Initialiser,
    Real, Site, TokenBatch,
};
use proxyrank_space::Operation;
use proxyrank_space::flexibert::{EncoderLayer, EncoderNetwork};

use crate::common::{OPERATIONS, batch, collect, mixed_network, network, worst};

pub(crate) const SITES: [Site; 12] = [
    Site::Query,
    Site::Key,
    Site::Value,
    Site::Weight,
    Site::TransformInput,
    Site::Attention,
    Site::TransformSoftmax,
    Site::FfnInput,
    Site::FfnPreactivation,
    Site::Gelu,
    Site::Hidden,
    Site::Logits,
];

/// Weights so large that every operation leaves its linear range.
fn weights<T: Real>(network: &EncoderNetwork, seed: u64) -> EncoderWeights<T> {
    let mut weights = Initialiser::<T>::new(seed).encoder(network, Head::Discriminator).unwrap();
    for value in weights.body_mut() {
        *value *= T::of_f64(if value.as_f64() > 0.5 { 0.9 } else { 6.0 });
        *value += T::of_f64(0.01);
    }
    weights
}

fn agree<T: Real>(network: &EncoderNetwork, batch: &TokenBatch, dropout: Dropout, seed: u64, tolerance: f64) {
    let options = ForwardOptions { depth: Depth::Full, dropout };
    let (fast, composed) = (FastEngine::<T>::new(), ComposedEngine::<f64>::new(Device::Cpu));
    let (single, double) = (weights::<T>(network, seed), weights::<f64>(network, seed));
    for site in SITES {
        let wanted = collect(&composed, &double, batch, options, site);
        let found = collect(&fast, &single, batch, options, site);
        if wanted.is_empty() {
            assert!(found.is_empty(), "{site:?}");
        } else if batch.blocks(network.hidden_size).len() == 1 {
            let error = worst(&found, &wanted);
            assert!(error < tolerance, "{site:?}: {error}");
        } else if [Site::Hidden, Site::Logits].contains(&site) {
            // Places with several events come block by block, so only the last ones are in the batch's order.
            let error = worst(&found, &wanted);
            assert!(error < tolerance, "{site:?}: {error}");
        }
    }
}

#[test]
fn every_place_agrees_in_both_precisions() {
    let network = mixed_network();
    for (sequences, seq_len) in [(3, 12), (1, 130), (20, 33)] {
        let batch = batch(sequences, seq_len, network.vocab_size);
        for dropout in [Dropout::Off, Dropout::Seed(5)] {
            agree::<f64>(&network, &batch, dropout, 1, 1e-10);
            agree::<f32>(&network, &batch, dropout, 1, 2e-4);
        }
    }
}

#[test]
fn a_pass_for_spectra_ends_early_and_sees_the_same() {
    let network = mixed_network();
    let weights = weights::<f32>(&network, 2);
    let batch = batch(4, 20, network.vocab_size);
    let engine = FastEngine::new();
    let short = ForwardOptions { depth: Depth::LastFfnInput, dropout: Dropout::Off };
    for site in [Site::FfnInput, Site::FfnPreactivation] {
        let full = collect(&engine, &weights, &batch, ForwardOptions::EVAL, site);
        assert_eq!(collect(&engine, &weights, &batch, short, site), full, "{site:?}");
    }
    assert!(collect(&engine, &weights, &batch, short, Site::Hidden).is_empty());
    let gelus = collect(&engine, &weights, &batch, short, Site::Gelu).len();
    let last = network.layers.last().unwrap().ffn_widths[1..].split_last().unwrap().1.iter().sum::<usize>();
    assert_eq!(collect(&engine, &weights, &batch, ForwardOptions::EVAL, Site::Gelu).len(), gelus + last * 80);
}

#[test]
fn dropout_is_a_function_of_its_seed() {
    let network = mixed_network();
    let weights = weights::<f32>(&network, 0);
    let batch = batch(20, 33, network.vocab_size);
    let engine = FastEngine::new();
    let run = |dropout| {
        let options = ForwardOptions { depth: Depth::Full, dropout };
        collect(&engine, &weights, &batch, options, Site::Hidden)
    };
    assert_eq!(run(Dropout::Seed(1)), run(Dropout::Seed(1)));
    assert_ne!(run(Dropout::Seed(1)), run(Dropout::Seed(2)));
    assert_ne!(run(Dropout::Seed(1)), run(Dropout::Off));
}

#[test]
fn workspaces_are_kept_and_leave_no_trace() {
    let network = mixed_network();
    let weights = weights::<f32>(&network, 0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let engine = FastEngine::new();
    let run = |sequences, seq_len| {
        let batch = batch(sequences, seq_len, network.vocab_size);
        pool.install(|| collect(&engine, &weights, &batch, ForwardOptions::EVAL, Site::Hidden))
    };
    let first = run(20, 33);
    let bytes = engine.workspace_bytes();
    run(3, 7);
    assert_eq!(run(20, 33), first);
    assert_eq!(engine.workspace_bytes(), bytes);
    assert!(bytes > 0);
}

#[test]
fn bad_input_is_refused() {
    let network = mixed_network();
    let weights = weights::<f32>(&network, 0);
    let run = |batch: &TokenBatch| {
        let visitor = |_| proxyrank_nn::Collect::new(Site::Hidden);
        FastEngine::new()
            .forward(&weights, batch, ForwardOptions::EVAL, visitor)
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    let long = TokenBatch::new(vec![0; 161], 1, 161).unwrap();
    assert_eq!(run(&long), "sequences of 161 tokens are longer than the network's 160 positions");
    let outside = TokenBatch::new(vec![0, 97], 1, 2).unwrap();
    assert_eq!(run(&outside), "token id 97 at sequence 0, token 1 is outside the vocabulary of 97");
}

prop_compose! {
    fn any_layer(hidden: usize)(
        operation in prop::sample::select(OPERATIONS.to_vec()),
        heads in prop::sample::select(divisors(hidden)),
        inner in prop::collection::vec(1..50_usize, 1..5),
    ) -> EncoderLayer {
        // Half of a span convolution's heads attend.
        let odd = matches!(operation, Operation::Dsc { .. }) && heads % 2 == 1;
        let ffn_widths = [&[hidden][..], &inner, &[hidden]].concat();
        EncoderLayer { operation, heads: if odd { 2 } else { heads }, ffn_widths }
    }
}

fn divisors(of: usize) -> Vec<usize> {
    (1..=of).filter(|divisor| of.is_multiple_of(*divisor)).collect()
}

prop_compose! {
    pub(crate) fn any_network()(quarter in 1..9_usize)(
        layers in prop::collection::vec(any_layer(4 * quarter), 1..4),
        hidden_size in Just(4 * quarter),
    ) -> EncoderNetwork {
        network(hidden_size, layers)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn engines_agree_on_any_shape(
        network in any_network(),
        sequences in 1..6_usize,
        seq_len in 1..40_usize,
        seed in 0..1000_u64,
        train in any::<bool>(),
    ) {
        let batch = batch(sequences, seq_len, network.vocab_size);
        let dropout = if train { Dropout::Seed(seed) } else { Dropout::Off };
        agree::<f64>(&network, &batch, dropout, seed, 1e-8);
        agree::<f32>(&network, &batch, dropout, seed, 5e-3);
    }
}
