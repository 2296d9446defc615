//! Trainability against one backward pass of the reference engine for each segment, and power iteration.

use std::collections::HashMap;

use candle_core::Device;
use proxyrank_nn::{
    ComposedEngine, Dropout, EncoderInput, EncoderWeights, Engine, Event, FastEngine, GradientEngine,
    GradientEvent, GradientOf, GradientVisitor, Head, Initialiser, Loss, Real, Site, TokenBatch, Visitor,
};
use proxyrank_proxies::gradient::{PreparedSignal, evaluate};

use crate::definitions::{EVAL, named};
use crate::reference::{OPERATIONS, close, network_of, signs, tokens};

/// Gradients where segments end, by the segment's number.
#[derive(Default)]
struct Ends(HashMap<usize, Vec<f64>>);

impl Visitor<f64> for Ends {
    fn wants(&self, _: Site) -> bool {
        false
    }

    fn visit(&mut self, _: &Event<'_, f64>) {}
}

impl GradientVisitor<f64> for Ends {
    fn wants_gradient(&self, site: Site) -> bool {
        [Site::FfnInput, Site::LayerOutput].contains(&site)
    }

    fn visit_gradient(&mut self, event: &GradientEvent<'_, f64>) {
        if let GradientOf::Activation { site, layer, .. } = event.of {
            let number = 2 * layer + usize::from(site == Site::LayerOutput);
            self.0.insert(number, event.gradient.iter_rows().flatten().copied().collect());
        }
    }
}

fn wanted(weights: &EncoderWeights<f64>, batch: &TokenBatch) -> f64 {
    let (rows, segments) = (batch.ids().len(), 2 * weights.layout().layers.len());
    let size = 16 * rows;
    let signs = signs(b"proxyrank/segmnt", batch, segments * size);
    let engine = ComposedEngine::<f64>::new(Device::Cpu);
    let term = |segment: usize| {
        let own = segment * size..(segment + 1) * size;
        let mut alone = vec![0.0; signs.len()];
        alone[own.clone()].copy_from_slice(&signs[own.clone()]);
        let (input, loss) = (EncoderInput::Tokens(batch), Loss::Segments(&alone));
        let pass = engine.gradient(weights, input, loss, Dropout::Off, |_| Ends::default()).unwrap();
        let gradient = &pass.visitors[0].0[&(segment - 1)];
        let signs = &signs[own];
        let entry = |a: usize, b: usize| {
            (0..rows).map(|row| gradient[16 * row + a] * signs[16 * row + b]).sum::<f64>() / rows as f64
        };
        let matrix: Vec<Vec<f64>> = (0..16).map(|a| (0..16).map(|b| entry(a, b)).collect()).collect();
        let mut vector = vec![1.0; 16];
        let mut norm = 0.0;
        for _ in 0..20_000 {
            let image: Vec<f64> =
                matrix.iter().map(|row| row.iter().zip(&vector).map(|(a, x)| a * x).sum()).collect();
            let back: Vec<f64> = (0..16).map(|b| (0..16).map(|a| matrix[a][b] * image[a]).sum()).collect();
            let length = back.iter().map(|x| x * x).sum::<f64>().sqrt();
            vector = back.iter().map(|x| x / length).collect();
            norm = length.sqrt();
        }
        2.0 - norm - 1.0 / (norm + 1e-6)
    };
    (1..segments).map(term).sum::<f64>() / (segments - 1) as f64
}

fn score<T: Real, E: Engine<T> + GradientEngine<T> + Sync>(
    engine: &E,
    weights: &EncoderWeights<T>,
    batch: &TokenBatch,
) -> f64 {
    let call = named("az_nas_trainability");
    let found = evaluate(engine, weights, batch, &PreparedSignal::Ones, &[call], EVAL).unwrap();
    found[0].outcome.score.unwrap()
}

#[test]
fn every_operation_agrees_with_a_pass_for_each_segment() {
    // Several blocks of the fast engine.
    let batch = tokens(20, 30);
    for operation in OPERATIONS {
        let network = network_of(operation);
        let weights = Initialiser::<f64>::new(3).encoder(&network, Head::None).unwrap();
        let single = Initialiser::<f32>::new(3).encoder(&network, Head::None).unwrap();
        let wanted = wanted(&weights, &batch);
        let what = format!("{operation:?}");
        close(&what, score(&FastEngine::new(), &weights, &batch), wanted, 1e-8);
        close(&what, score(&ComposedEngine::new(Device::Cpu), &weights, &batch), wanted, 1e-8);
        close(&what, score(&FastEngine::new(), &single, &batch), wanted, 1e-4);
    }
}
