//! Expressivity, MeCo and Zen against plain loops over the reference engine's activations.

use candle_core::Device;
use proxyrank_nn::{
    Collect, ComposedEngine, EncoderWeights, Engine, FastEngine, ForwardOptions, Head, Initialiser, Real,
    Site, TokenBatch, Visitor,
};
use proxyrank_proxies::forward::evaluate;
use proxyrank_schema::Status;

use crate::definitions::{EVAL, score};
use crate::reference::{OPERATIONS, close, covariance, jacobi, network_of, normal, tokens};

const NAMES: [&str; 3] = ["az_nas_expressivity", "meco", "zen"];

/// Activations of a place, layer by layer.
struct ByLayer(Site, Vec<Vec<f64>>);

impl Visitor<f64> for ByLayer {
    fn wants(&self, site: Site) -> bool {
        site == self.0
    }

    fn visit(&mut self, event: &proxyrank_nn::Event<'_, f64>) {
        if event.index == 0 {
            self.1.push(event.values.iter_rows().flatten().copied().collect());
        }
    }
}

fn by_layer(weights: &EncoderWeights<f64>, batch: &TokenBatch, site: Site) -> Vec<Vec<f64>> {
    let engine = ComposedEngine::new(Device::Cpu);
    let new = |_| ByLayer(site, Vec::new());
    let mut blocks = engine.forward(weights, batch, ForwardOptions::EVAL, new).unwrap();
    assert_eq!(blocks.len(), 1);
    blocks.remove(0).1
}

fn expressivity(weights: &EncoderWeights<f64>, batch: &TokenBatch) -> f64 {
    let maps = [Site::FfnInput, Site::LayerOutput].map(|site| by_layer(weights, batch, site)).concat();
    let entropy = |map: &Vec<f64>| {
        let eigenvalues = jacobi(covariance(map, 16));
        let total: f64 = eigenvalues.iter().filter(|value| **value > 0.0).sum();
        let shares = eigenvalues.iter().map(|value| value.max(0.0) / total);
        shares.map(|share| -share * (share + 1e-8).ln()).sum::<f64>()
    };
    maps.iter().map(entropy).sum()
}

fn meco(weights: &EncoderWeights<f64>, batch: &TokenBatch) -> f64 {
    let smallest = |map: &Vec<f64>| {
        let covariance = covariance(map, map.len() / batch.ids().len());
        let entry = |(a, row): (usize, &Vec<f64>)| -> Vec<f64> {
            (0..row.len()).map(|b| row[b] / (row[a] * covariance[b][b]).sqrt()).collect()
        };
        jacobi(covariance.iter().enumerate().map(entry).collect())[0]
    };
    by_layer(weights, batch, Site::Gelu).iter().map(smallest).sum()
}

fn zen(weights: &EncoderWeights<f64>, batch: &TokenBatch) -> f64 {
    let layout = &weights.layout().embeddings;
    let mut ids: Vec<usize> = batch.ids().iter().map(|&id| id as usize).collect();
    ids.sort_unstable();
    ids.dedup();
    let words = ids.iter().map(|id| layout.word.elements.start + 8 * id);
    let positions = (0..batch.seq_len()).map(|position| layout.position.elements.start + 8 * position);
    let rows: Vec<usize> = words.chain(positions).chain([layout.token_type.elements.start]).collect();
    let noise = normal(b"proxyrank/moved ", batch, 8 * rows.len());
    let mut moved = weights.clone();
    for (index, noise) in noise.iter().enumerate() {
        moved.embeddings_mut()[rows[index / 8] + index % 8] += 0.01 * f64::from(0.02_f32) * noise;
    }
    let [before, after] = [weights, &moved].map(|weights| {
        let hidden = by_layer(weights, batch, Site::LayerOutput);
        hidden.last().unwrap().clone()
    });
    let squares: Vec<f64> = before.iter().zip(&after).map(|(a, b)| (a - b) * (a - b)).collect();
    let sequences = squares.chunks_exact(16 * batch.seq_len());
    let norms: Vec<f64> = sequences.map(|sequence| sequence.iter().sum::<f64>().sqrt()).collect();
    (norms.iter().sum::<f64>() / norms.len() as f64).ln()
}

/// Weights away from where every gain is 1 and activations are nearly linear.
fn strong<T: Real>(mut weights: EncoderWeights<T>) -> EncoderWeights<T> {
    for (index, value) in weights.body_mut().iter_mut().enumerate() {
        *value = T::of_f64(value.as_f64() * 5.0 + 0.05 * (1.3 * index as f64).sin());
    }
    weights
}

#[test]
fn every_operation_agrees_with_plain_loops() {
    // Several blocks of the fast engine.
    let batch = tokens(20, 30);
    for operation in OPERATIONS {
        let network = network_of(operation);
        let weights = strong(Initialiser::<f64>::new(3).encoder(&network, Head::None).unwrap());
        let single = strong(Initialiser::<f32>::new(3).encoder(&network, Head::None).unwrap());
        let wanted = [expressivity(&weights, &batch), meco(&weights, &batch), zen(&weights, &batch)];
        for (name, wanted) in NAMES.into_iter().zip(wanted) {
            let call = name.parse().unwrap();
            let what = format!("{name}, {operation:?}");
            close(&what, score(&FastEngine::<f64>::new(), &weights, &batch, &call), wanted, 1e-8);
            close(&what, score(&ComposedEngine::new(Device::Cpu), &weights, &batch, &call), wanted, 1e-8);
            // The weights themselves are rounded, and Zen is the difference of two runs.
            close(&what, score(&FastEngine::<f32>::new(), &single, &batch, &call), wanted, 2e-3);
        }
    }
}

#[test]
fn with_no_more_tokens_than_channels_meco_is_zero() {
    let network = network_of(OPERATIONS[0]);
    let weights = strong(Initialiser::<f32>::new(3).encoder(&network, Head::None).unwrap());
    let meco = |batch: &TokenBatch| score(&FastEngine::new(), &weights, batch, &"meco".parse().unwrap());
    // The first GELUs have 20 and 12 channels.
    assert_eq!(meco(&tokens(1, 12)).to_bits(), 0);
    assert!(meco(&tokens(1, 20)) > 0.0);
    let one = meco(&tokens(2, 20));
    assert!(one > meco(&tokens(1, 20)), "{one}");
}

/// Why MeCo does not look at what a norm gives out.
#[test]
fn behind_a_norm_of_any_gain_channels_are_dependent() {
    let batch = tokens(10, 30);
    let weights = strong(Initialiser::<f64>::new(3).encoder(&network_of(OPERATIONS[0]), Head::None).unwrap());
    for map in [Site::FfnInput, Site::LayerOutput].map(|site| by_layer(&weights, &batch, site)).concat() {
        let eigenvalues = jacobi(covariance(&map, 16));
        assert!(eigenvalues[0].abs() < 1e-12 * eigenvalues[15] && eigenvalues[1] > 1e-9 * eigenvalues[15]);
    }
    assert!(meco(&weights, &batch) > 1e-6);
}

#[test]
fn one_token_has_nothing_to_spread() {
    let weights = Initialiser::<f64>::new(3).encoder(&network_of(OPERATIONS[0]), Head::None).unwrap();
    let batch = TokenBatch::new(vec![7], 1, 1).unwrap();
    let calls = NAMES.map(|name| name.parse().unwrap());
    let found = evaluate(&FastEngine::new(), &weights, &batch, &calls, EVAL).unwrap();
    assert_eq!(found[0].outcome.status, Status::Nan);
    assert_eq!(found[1].outcome.score.map(f64::to_bits), Some(0));
    assert_eq!(found[2].outcome.status, Status::Ok);
}

/// Collecting the hidden state and the last layer's output is the same.
#[test]
fn the_hidden_state_is_the_last_output() {
    let batch = tokens(3, 11);
    let weights = Initialiser::<f64>::new(3).encoder(&network_of(OPERATIONS[4]), Head::None).unwrap();
    let engine = FastEngine::new();
    let blocks =
        engine.forward(&weights, &batch, ForwardOptions::EVAL, |_| Collect::new(Site::Hidden)).unwrap();
    let hidden: Vec<f64> = blocks.into_iter().flat_map(|block| block.values).collect();
    let outputs = by_layer(&weights, &batch, Site::LayerOutput);
    let last = outputs.last().unwrap();
    assert!(hidden.iter().zip(last).all(|(found, wanted)| (found - wanted).abs() < 1e-12));
}
