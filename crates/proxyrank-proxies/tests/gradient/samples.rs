//! Proxies of single sequences' gradients against plain loops over the reference engine's gradients.

use candle_core::Device;
use proxyrank_nn::{
    Blind, ComposedEngine, Dropout, EncoderInput, EncoderWeights, FastEngine, GradientEngine, Head,
    Initialiser, Loss, MaskedToken, Real, TokenBatch,
};
use proxyrank_proxies::ProxyCall;
use proxyrank_proxies::forward::Evaluation;
use proxyrank_proxies::gradient::{PreparedSignal, evaluate};
use proxyrank_schema::{Signal, Status};
use proxyrank_space::Operation;

use crate::definitions::{EVAL, in_layer, named, vocabulary};
use crate::reference::{OPERATIONS, close, jacobi, network_of, tokens};

const NAMES: [&str; 4] = ["gradsign", "gradsign.mean", "zico", "ntk_condition"];

/// Weights away from where they start, but not so far that GELUs saturate: the sign of a gradient that is rounding would count
/// as much as any other.
fn weights<T: Real>(operation: Operation, head: Head) -> EncoderWeights<T> {
    let mut weights = Initialiser::<T>::new(3).encoder(&network_of(operation), head).unwrap();
    for (index, value) in weights.body_mut().iter_mut().enumerate() {
        let factor = if value.as_f64() > 0.5 { 0.9 } else { 3.0 };
        *value = T::of_f64(value.as_f64() * factor + 0.03 * (1.3 * index as f64).sin());
    }
    weights
}

fn prepared<T: Real>(signal: Signal, batch: &TokenBatch) -> PreparedSignal<T> {
    PreparedSignal::new(signal, batch, 16, &vocabulary(), 5).unwrap()
}

fn run<T: Real, E: proxyrank_nn::Engine<T> + GradientEngine<T> + Sync>(
    engine: &E,
    weights: &EncoderWeights<T>,
    batch: &TokenBatch,
    signal: &PreparedSignal<T>,
) -> Vec<Evaluation> {
    let calls: Vec<ProxyCall> = NAMES.map(named).to_vec();
    evaluate(engine, weights, batch, signal, &calls, EVAL).unwrap()
}

fn scores(found: &[Evaluation]) -> Vec<f64> {
    found.iter().map(|found| found.outcome.score.unwrap()).collect()
}

/// Gradients of the layers' matrices, one list of matrices a sequence.
fn gradients(
    weights: &EncoderWeights<f64>,
    batch: &TokenBatch,
    signal: &PreparedSignal<f64>,
) -> Vec<Vec<Vec<f64>>> {
    let engine = ComposedEngine::<f64>::new(Device::Cpu);
    let all = signal.corrupted().unwrap_or(batch);
    let length = batch.seq_len();
    let one = |sequence: usize| {
        let rows = sequence * length..(sequence + 1) * length;
        let own = TokenBatch::new(all.ids()[rows.clone()].to_vec(), 1, length).unwrap();
        let tokens: Vec<MaskedToken>;
        let loss = match signal.loss() {
            Loss::Cotangent(cotangent) => Loss::Cotangent(&cotangent[16 * rows.start..16 * rows.end]),
            Loss::ReplacedTokens(labels) => Loss::ReplacedTokens(&labels[rows]),
            Loss::MaskedTokens(all) => {
                let own = all.iter().filter(|token| rows.contains(&token.row));
                tokens = own.map(|token| MaskedToken { row: token.row % length, ..*token }).collect();
                Loss::MaskedTokens(&tokens)
            }
            other => other,
        };
        let pass = engine.gradient(weights, EncoderInput::Tokens(&own), loss, Dropout::Off, |_| Blind);
        let body = pass.unwrap().gradient.body;
        let matrices = weights.layout().parameters.iter().filter(|parameter| in_layer(&parameter.path));
        matrices.map(|parameter| body[parameter.elements.clone()].to_vec()).collect()
    };
    (0..batch.batch()).map(one).collect()
}

/// The scores as their definitions say.
fn wanted(samples: &[Vec<Vec<f64>>]) -> Vec<f64> {
    let count = samples.len() as f64;
    let (mut agreement, mut elements, mut zico) = (0.0, 0.0, 0.0);
    for matrix in 0..samples[0].len() {
        let mut sum = 0.0;
        for element in 0..samples[0][matrix].len() {
            let values: Vec<f64> = samples.iter().map(|sample| sample[matrix][element]).collect();
            let sign = |value: &f64| if *value == 0.0 { 0.0 } else { value.signum() };
            agreement += values.iter().map(sign).sum::<f64>().abs();
            elements += 1.0;
            let mean = values.iter().sum::<f64>() / count;
            let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count;
            sum += values.iter().map(|value| value.abs()).sum::<f64>() / count / variance.sqrt();
        }
        zico += sum.ln();
    }
    let flat: Vec<Vec<f64>> = samples.iter().map(|sample| sample.concat()).collect();
    let product = |a: &Vec<f64>, b: &Vec<f64>| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let kernel = jacobi(flat.iter().map(|a| flat.iter().map(|b| product(a, b)).collect()).collect());
    vec![agreement, agreement / elements, zico, kernel[kernel.len() - 1] / kernel[0]]
}

#[test]
fn every_operation_agrees_with_plain_loops() {
    let batch = tokens(6, 20);
    for operation in OPERATIONS {
        for axis in [Signal::Gaussian, Signal::Rtd, Signal::Mlm] {
            let head = if axis == Signal::Mlm { Head::Generator } else { Head::Discriminator };
            let weights = weights::<f64>(operation, head);
            let signal = prepared(axis, &batch);
            let wanted = wanted(&gradients(&weights, &batch, &signal));
            let fast = scores(&run(&FastEngine::new(), &weights, &batch, &signal));
            let composed = scores(&run(&ComposedEngine::new(Device::Cpu), &weights, &batch, &signal));
            let single = run(
                &FastEngine::new(),
                &self::weights::<f32>(operation, head),
                &batch,
                &prepared(axis, &batch),
            );
            // In single precision the smallest gradients lose their sign, and small deviations their digits.
            let tolerances = [3e-3, 3e-3, 1e-3, 1e-2];
            for (index, (name, single)) in NAMES.iter().zip(scores(&single)).enumerate() {
                let what = format!("{name}, {axis}, {operation:?}");
                close(&what, fast[index], wanted[index], 1e-8);
                close(&what, composed[index], wanted[index], 1e-8);
                close(&what, single, wanted[index], tolerances[index]);
            }
        }
    }
}

#[test]
fn one_sequence_and_equal_ones_have_no_variation() {
    let weights = weights::<f64>(OPERATIONS[1], Head::Discriminator);
    let one = tokens(1, 20);
    let found = run(&FastEngine::new(), &weights, &one, &prepared(Signal::Rtd, &one));
    let elements = found[0].outcome.score.unwrap();
    assert_eq!(found[1].outcome.score.map(f64::to_bits), Some(1.0_f64.to_bits()));
    assert_eq!(found[2].outcome.status, Status::Unsupported);
    assert!(found[2].outcome.detail.contains("two different"), "{}", found[2].outcome.detail);
    assert!((found[3].outcome.score.unwrap() - 1.0).abs() < 1e-12);

    // Ones corrupt nothing, so equal sequences stay equal.
    let equal = TokenBatch::new(one.ids().repeat(3), 3, 20).unwrap();
    let found = run(&FastEngine::new(), &weights, &equal, &prepared(Signal::Ones, &equal));
    assert!((found[0].outcome.score.unwrap() - 3.0 * elements).abs() < 1e-9 * elements);
    assert_eq!(found[2].outcome.status, Status::Unsupported);
    assert_eq!(found[3].outcome.status, Status::Inf);
}

#[test]
fn with_dropout_each_sequence_has_masks_of_its_own() {
    let weights = weights::<f64>(OPERATIONS[0], Head::Discriminator);
    let equal = TokenBatch::new(tokens(1, 20).ids().repeat(2), 2, 20).unwrap();
    let options = proxyrank_proxies::forward::EvaluateOptions { dropout: Dropout::Seed(1), ..EVAL };
    let signal = prepared(Signal::Ones, &equal);
    let found =
        evaluate(&FastEngine::new(), &weights, &equal, &signal, &[named("ntk_condition")], options).unwrap();
    assert!(found[0].outcome.score.unwrap() > 1.0, "{:?}", found[0].outcome);
}

/// Four proxies, one set of passes.
#[test]
fn all_share_the_same_passes() {
    let (weights, batch) = (weights::<f32>(OPERATIONS[0], Head::Discriminator), tokens(6, 20));
    let found = run(&FastEngine::new(), &weights, &batch, &prepared(Signal::Rtd, &batch));
    let shared: Vec<u64> = found.iter().map(|found| found.wall_ns - found.own_ns).collect();
    assert!(shared.iter().all(|&ns| ns == shared[0] && ns > EVAL.weights_ns), "{shared:?}");
}
