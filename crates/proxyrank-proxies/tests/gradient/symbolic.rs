//! Formulas on encoders: their inputs are the network's own tensors, whole or as samples, and their scores what the formula
//! says.

use std::collections::BTreeSet;

use approx::assert_relative_eq;
use candle_core::Device;
use proxyrank_nn::{
    Blind, Collect, ComposedEngine, Dropout, EncoderInput, Engine, FastEngine, ForwardOptions,
    GradientEngine, Site,
};
use proxyrank_proxies::ProxyCall;
use proxyrank_proxies::gradient::{PreparedSignal, evaluate};
use proxyrank_proxies::symbolic::{
    Expression, Input, LayerTensors, Sampling, Tensor, TensorSource, Unary, WantedTensors,
};
use proxyrank_schema::Signal;

use crate::definitions::{EVAL, batch, named, signal, weights};

pub(crate) fn all_inputs() -> BTreeSet<Input> {
    Input::ALL.iter().copied().collect()
}

fn collected(signal: &PreparedSignal<f64>, sampling: Sampling) -> LayerTensors {
    let tensors = WantedTensors { inputs: &all_inputs(), sampling, dropout: Dropout::Off };
    tensors.collect(&FastEngine::new(), &weights(), &batch(), signal).unwrap()
}

/// All activations of one place, row-major by layer.
fn activations(site: Site) -> Vec<f64> {
    let engine = ComposedEngine::new(Device::Cpu);
    let visitors =
        engine.forward(&weights(), &batch(), ForwardOptions::EVAL, |_| Collect::new(site)).unwrap();
    visitors.into_iter().flat_map(|visitor| visitor.values).collect()
}

fn near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_relative_eq!(found, expected, max_relative = 1e-9, epsilon = 1e-12);
    }
}

#[test]
fn inputs_are_the_networks_tensors_in_its_order() {
    let prepared = signal(Signal::Gaussian);
    let found = collected(&prepared, Sampling::Whole);
    let shapes =
        |input| found.tensors(input).iter().map(|tensor| tensor.shape().to_vec()).collect::<Vec<_>>();
    assert_eq!(shapes(Input::Act), [[6, 20, 24], [6, 20, 48], [6, 20, 40], [6, 20, 36]]);
    assert_eq!(shapes(Input::Head), [[6, 20, 32], [6, 20, 32], [6, 20, 16]]);
    assert_eq!(shapes(Input::Softmax), [vec![6, 4, 20, 20], vec![6, 20, 32], vec![6, 2, 20, 20]]);
    let matrices = shapes(Input::Weight);
    assert_eq!(matrices, shapes(Input::Grad));
    // Query, key, value, weight; input; query, key, value, kernel logits (2 heads of 5 tokens), convolved values.
    let (full, half) = (vec![32, 32], vec![16, 32]);
    let span = [half.clone(), half.clone(), half.clone(), vec![10, 16], half];
    assert_eq!(matrices, [vec![full; 5], span.to_vec()].concat());

    let values = |input| found.tensors(input).iter().flat_map(|t| t.values().to_vec()).collect::<Vec<f64>>();
    near(&values(Input::Act), &activations(Site::Gelu));
    let [queries, inputs] = [Site::Query, Site::TransformInput].map(activations);
    let (first, last) = queries.split_at(6 * 20 * 32);
    near(&values(Input::Head), &[first, &inputs, last].concat());
    let [attention, softmax] = [Site::Attention, Site::TransformSoftmax].map(activations);
    let (first, last) = attention.split_at(6 * 4 * 20 * 20);
    near(&values(Input::Softmax), &[first, &softmax, last].concat());

    let engine = ComposedEngine::new(Device::Cpu);
    let tokens = batch();
    let input = EncoderInput::Tokens(&tokens);
    let pass = engine.gradient(&weights(), input, prepared.loss(), Dropout::Off, |_| Blind).unwrap();
    let weights = weights();
    let paths = ["query", "key", "value", "weight", "input", "conv_kernel_layer", "conv_out_layer"];
    let mut expected: Vec<(String, f64, f64)> = Vec::new();
    for parameter in &weights.layout().parameters {
        let name = parameter.path.split_once(".operation.operation.").map(|(_, name)| name.to_owned());
        if let Some(name) = name.filter(|name| paths.iter().any(|path| *name == format!("{path}.weight"))) {
            let sum = |values: &[f64]| values[parameter.elements.clone()].iter().sum::<f64>();
            expected.push((name, sum(weights.body()), sum(&pass.gradient.body)));
        }
    }
    // The layout stacks the convolved values before the kernel's logits; modules come the other way round.
    expected.swap(8, 9);
    assert_eq!(expected[8].0, "conv_kernel_layer.weight");
    let sums =
        |input| found.tensors(input).iter().map(|t| t.values().iter().sum::<f64>()).collect::<Vec<f64>>();
    near(&sums(Input::Weight), &expected.iter().map(|(_, weight, _)| *weight).collect::<Vec<f64>>());
    near(&sums(Input::Grad), &expected.iter().map(|(.., gradient)| *gradient).collect::<Vec<f64>>());
}

/// A sample of about `count` elements a tensor is made of whole slices along the first axis of the whole.
pub(crate) fn assert_slices(whole: &LayerTensors, sample: &LayerTensors, count: usize) {
    for &input in Input::ALL {
        for (whole, sample) in whole.tensors(input).iter().zip(sample.tensors(input)) {
            let (rows, kept) = (whole.shape()[0], sample.shape()[1]);
            assert_eq!((sample.shape()[0], kept), (rows, (count / rows).max(1)));
            let columns = whole.values().len() / rows;
            for position in 0..kept {
                let column = |tensor: &Tensor, column: usize, columns: usize| -> Vec<u64> {
                    (0..rows).map(|row| tensor.values()[row * columns + column].to_bits()).collect()
                };
                let wanted = column(sample, position, kept);
                // Positions are drawn one from each of as many equal stretches.
                let stretch = position * columns / kept..(position + 1) * columns / kept;
                assert!(stretch.into_iter().any(|index| column(whole, index, columns) == wanted), "{input}");
            }
            let range =
                |tensor: &Tensor| tensor.apply(Unary::MinMax).values().iter().copied().fold(0.0, f64::max);
            assert!(range(sample) <= range(whole));
        }
    }
}

#[test]
fn samples_are_slices_of_the_whole() {
    let prepared = signal(Signal::Rtd);
    let whole = collected(&prepared, Sampling::Whole);
    let sampling = Sampling::Elements { count: 120, seed: 1 };
    let sample = collected(&prepared, sampling);
    assert_slices(&whole, &sample, 120);
    assert_eq!(collected(&prepared, sampling), sample);
    assert_ne!(collected(&prepared, Sampling::Elements { count: 120, seed: 2 }), sample);
    assert_eq!(collected(&prepared, Sampling::Elements { count: 1_000_000, seed: 1 }), whole);
}

fn scores(prepared: &PreparedSignal<f64>, names: &[&str]) -> Vec<f64> {
    let calls: Vec<ProxyCall> = names.iter().map(|name| named(name)).collect();
    let found = evaluate(&FastEngine::new(), &weights(), &batch(), prepared, &calls, EVAL).unwrap();
    found
        .into_iter()
        .map(|evaluation| {
            assert!(evaluation.wall_ns >= EVAL.weights_ns);
            evaluation.outcome.score.unwrap_or_else(|| panic!("{}", evaluation.outcome.detail))
        })
        .collect()
}

#[test]
fn published_formulas_are_what_is_said_of_them() {
    let names =
        ["lpzero.flexibert", "lpzero.flexibert_abs_mean", "lpzero.gpt2", "lpzero.flexibert_head_head"];
    let [squares, sizes, gpt2, head_head] = scores(&signal(Signal::Rtd), &names)[..] else { panic!() };
    let found = collected(&signal(Signal::Rtd), Sampling::Whole);
    let mean = |values: &mut dyn Iterator<Item = f64>| {
        let values: Vec<f64> = values.collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    let heads = found.tensors(Input::Head);
    let expected = mean(&mut heads.iter().map(|head| mean(&mut head.values().iter().map(|q| q * q))));
    assert_relative_eq!(squares, expected, max_relative = 1e-12);
    let expected = mean(&mut heads.iter().map(|head| mean(&mut head.values().iter().map(|q| q.abs()))));
    assert_relative_eq!(sizes, expected, max_relative = 1e-12);
    // One over the batch size, and the norm.
    let norm = |head: &Tensor| head.values().iter().map(|q| q * q).sum::<f64>().sqrt();
    let expected = 1.0 / 6.0 + mean(&mut heads.iter().map(norm));
    assert_relative_eq!(head_head, expected, max_relative = 1e-12);
    let weight =
        mean(&mut found.tensors(Input::Weight).iter().map(|w| mean(&mut w.values().iter().map(|w| w * w))));
    let gradient = mean(&mut found.tensors(Input::Grad).iter().map(|gradient| {
        let (rows, columns) = (gradient.shape()[0], gradient.shape()[1]);
        let column = |column: usize| (0..rows).map(move |row| gradient.values()[row * columns + column]);
        let share = |index: usize| {
            let sum: f64 = column(index).map(f64::exp).sum();
            column(index).map(|value| (value.exp() / sum).powi(2)).sum::<f64>()
        };
        (0..columns).map(share).sum::<f64>() / (rows * columns) as f64
    }));
    // The released mean size divides by one billionth more than there are elements.
    assert_relative_eq!(gpt2, weight + gradient, max_relative = 1e-9);
}

#[test]
fn a_formula_without_gradients_has_one_score_under_every_signal() {
    let names = ["lpzero.flexibert", "lpzero.flexibert_softmax_head"];
    let under = |axis| scores(&signal(axis), &names);
    assert_eq!(under(Signal::Ones), under(Signal::Rtd));
    assert_ne!(
        scores(&signal(Signal::Ones), &["lpzero.gpt2"]),
        scores(&signal(Signal::Rtd), &["lpzero.gpt2"])
    );
}

#[test]
fn engines_and_threads_agree() {
    let expression: Expression =
        "total(mean(pow(act)) + mean(sqrt(softmax)) * mean(abs(head)) - mean(weight * grad))"
            .parse()
            .unwrap();
    let run = |tensors: LayerTensors| expression.evaluate(&tensors).unwrap();
    let prepared = signal(Signal::Gaussian);
    let fast = run(collected(&prepared, Sampling::Whole));
    let tensors = WantedTensors { inputs: &all_inputs(), sampling: Sampling::Whole, dropout: Dropout::Off };
    let engine = ComposedEngine::new(Device::Cpu);
    let composed = run(tensors.collect(&engine, &weights(), &batch(), &prepared).unwrap());
    assert_relative_eq!(fast, composed, max_relative = 1e-10);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let score = pool.install(|| run(collected(&prepared, Sampling::Whole)));
        assert_eq!(score.to_bits(), fast.to_bits());
    }
}
