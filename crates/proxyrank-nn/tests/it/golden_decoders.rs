//! Golden cases of GPT-2 and Transformer-XL: hidden states, likelihoods, memory, gradients of every parameter, Hessian-vector
//! products. On both engines.

use candle_core::Device;
use proxyrank_nn::{
    Collect, ComposedEngine, CurvatureEngine, DecoderInput, DecoderLayout, DecoderLoss, DecoderWeights,
    Dropout, Event, FastEngine, ForwardOptions, GradientPass, GradientVisitor, Layout, Parameter, Real, Site,
    TokenBatch, Visitor, VocabularyGradient,
};
use proxyrank_space::{DecoderFamily, Network, counts};

use crate::decoder_case::{DecoderCase, decoder_cases, numbers};
use crate::decoder_common::{Decoders, seen};

/// Largest errors: absolute of hidden states and likelihoods, relative of scalars, relative of second derivatives.
#[derive(Clone, Copy)]
struct Tolerances {
    absolute: f64,
    scalars: f64,
    grasp: f64,
}

const DOUBLE: Tolerances = Tolerances { absolute: 1e-10, scalars: 1e-9, grasp: 1e-9 };
const SINGLE: Tolerances = Tolerances { absolute: 2e-5, scalars: 1e-4, grasp: 1e-3 };

/// Wants the gradient of the vocabulary, and the loss of every token.
struct Whole<T>(Collect<T>);

impl<T: Real> Visitor<T> for Whole<T> {
    fn wants(&self, site: Site) -> bool {
        self.0.wants(site)
    }

    fn visit(&mut self, event: &Event<'_, T>) {
        self.0.visit(event);
    }
}

impl<T: Real> GradientVisitor<T> for Whole<T> {
    fn wants_tables(&self) -> bool {
        true
    }
}

fn hidden<T: Real>(engine: &impl Decoders<T>, weights: &DecoderWeights<T>, batch: &TokenBatch) -> Vec<T> {
    seen(engine, weights, batch, ForwardOptions::EVAL, Site::Hidden)
}

fn gradient<T: Real>(
    engine: &impl Decoders<T>,
    weights: &DecoderWeights<T>,
    batch: &TokenBatch,
    loss: DecoderLoss<'_, T>,
) -> GradientPass<T, Whole<T>, VocabularyGradient<T>> {
    let visitor = |_| Whole(Collect::new(Site::TokenLoss));
    let input = DecoderInput::Tokens(batch);
    engine.gradient(weights, input, loss, Dropout::Off, visitor).unwrap()
}

/// The negative log-likelihood of each label, in the order of tokens.
fn token_losses<T: Real>(
    engine: &impl Decoders<T>,
    weights: &DecoderWeights<T>,
    batch: &TokenBatch,
    labels: &[u32],
) -> Vec<T> {
    let pass = gradient(engine, weights, batch, DecoderLoss::NextTokens(labels));
    pass.visitors.into_iter().flat_map(|visitor| visitor.0.values).collect()
}

fn absolute<T: Real>(place: &str, found: &[T], wanted: &[f64], tolerance: f64) {
    assert_eq!(found.len(), wanted.len(), "{place}");
    for (index, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        let error = (found.as_f64() - wanted).abs();
        assert!(error <= tolerance, "{place}[{index}]: {found:?}, not {wanted}: {error:.1e}");
    }
}

fn relative(place: &str, found: f64, wanted: f64, scale: f64, tolerance: f64) {
    let error = (found - wanted).abs() / scale.abs();
    assert!(error <= tolerance, "{place}: {found}, not {wanted}: {error:.1e}");
}

/// Numbers relative to the largest.
fn all_relative(place: &str, found: &[f64], wanted: &[f64], tolerance: f64) {
    assert_eq!(found.len(), wanted.len(), "{place}");
    let scale = wanted.iter().copied().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    for (index, (&found, &wanted)) in found.iter().zip(wanted).enumerate() {
        relative(&format!("{place} {index}"), found, wanted, scale, tolerance);
    }
}

/// The matrices of the layers in the order of a case.
fn matrices<'a>(case: &DecoderCase, layout: &'a DecoderLayout) -> Vec<&'a Parameter> {
    let find = |path: &str| layout.parameters().iter().find(|parameter| parameter.path == path).unwrap();
    case.matrices().into_iter().map(find).collect()
}

fn over<T: Real>(
    weights: &[T],
    gradient: &[T],
    parameter: &Parameter,
    term: impl Fn(f64, f64) -> f64,
) -> f64 {
    let pairs = parameter.elements.clone().map(|index| (weights[index].as_f64(), gradient[index].as_f64()));
    pairs.map(|(weight, gradient)| term(weight, gradient)).sum()
}

/// The same with the softmax over outputs.
fn lpzero_over_outputs<T: Real>(weights: &[T], gradient: &[T], parameter: &Parameter) -> f64 {
    let &[rows, columns] = parameter.shape.as_slice() else { panic!("{}", parameter.path) };
    let gradient = &gradient[parameter.elements.clone()];
    let turned: Vec<T> =
        (0..columns).flat_map(|column| (0..rows).map(move |row| gradient[row * columns + column])).collect();
    let shape = Parameter { shape: vec![columns, rows], elements: 0..turned.len(), ..parameter.clone() };
    lpzero(&weights[parameter.elements.clone()], &turned, &shape)
}

/// mean(W²) + mean(softmax(G)²), the softmax over inputs, which are columns here.
fn lpzero<T: Real>(weights: &[T], gradient: &[T], parameter: &Parameter) -> f64 {
    let count = parameter.elements.len() as f64;
    let columns = parameter.shape[1];
    let squares = gradient[parameter.elements.clone()].chunks_exact(columns).map(|row| {
        let powers: Vec<f64> = row.iter().map(|value| value.as_f64().exp()).collect();
        let sum: f64 = powers.iter().sum();
        powers.iter().map(|power| (power / sum).powi(2)).sum::<f64>()
    });
    over(weights, weights, parameter, |weight, same| weight * same) / count + squares.sum::<f64>() / count
}

fn check_forward<T: Real>(engine: &impl Decoders<T>, case: &DecoderCase, tolerances: Tolerances) {
    let (weights, batch) = (case.weights::<T>(), case.batch());
    let total = case.result("parameters")["total"].as_u64().unwrap();
    let laid: usize = weights.layout().parameters().iter().map(|parameter| parameter.elements.len()).sum();
    assert_eq!(laid as u64, total, "{}", case.name);
    assert_eq!(counts::parameters(&Network::Decoder(case.network())).total(), total, "{}", case.name);
    let wanted = numbers(case.result("last_hidden_state"));
    absolute(
        &format!("{} hidden", case.name),
        &hidden(engine, &weights, &batch),
        &wanted,
        tolerances.absolute,
    );
    let labels = case.labels();
    let found = token_losses(engine, &weights, &batch, &labels);
    let wanted = numbers(case.result("token_nll"));
    absolute(&format!("{} token loss", case.name), &found, &wanted, tolerances.absolute);
    let wanted = numbers(case.result("last_position_log_probs"));
    let words = case.network().vocabulary.n_token;
    // A copy of the batch for each word.
    let repeated = |batch: &TokenBatch| {
        TokenBatch::new(batch.ids().repeat(words), words * batch.batch(), batch.seq_len()).unwrap()
    };
    let past: Vec<TokenBatch> = case.past().iter().map(repeated).collect();
    let copies = repeated(&batch).after(&past).unwrap();
    let same: Vec<u32> =
        (0..words).flat_map(|word| vec![u32::try_from(word).unwrap(); labels.len()]).collect();
    let losses = token_losses(engine, &weights, &copies, &same);
    for (word, losses) in losses.chunks_exact(labels.len()).enumerate() {
        let last = losses.iter().skip(batch.seq_len() - 1).step_by(batch.seq_len());
        let found: Vec<f64> = last.map(|loss| -loss.as_f64()).collect();
        let wanted: Vec<f64> = wanted.iter().skip(word).step_by(words).copied().collect();
        absolute(&format!("{} log-likelihood of {word}", case.name), &found, &wanted, tolerances.absolute);
    }
}

fn check_causality<T: Real>(engine: &impl Decoders<T>, case: &DecoderCase, tolerances: Tolerances) {
    let (weights, batch) = (case.weights::<T>(), case.batch());
    let d = case.network().d_model;
    let (before, after) = (hidden(engine, &weights, &batch), hidden(engine, &weights, &case.changed_batch()));
    let position = usize::try_from(case.result("causal")["position"].as_u64().unwrap()).unwrap();
    let (mut past, mut future) = (0.0_f64, 0.0_f64);
    for (row, (before, after)) in before.chunks_exact(d).zip(after.chunks_exact(d)).enumerate() {
        let changes = before.iter().zip(after).map(|(one, other)| (one.as_f64() - other.as_f64()).abs());
        let largest = changes.fold(0.0, f64::max);
        let side = if row % batch.seq_len() < position { &mut past } else { &mut future };
        *side = side.max(largest);
    }
    assert_eq!(past.to_bits(), 0, "{}: the past sees the future", case.name);
    let wanted = case.result("causal")["max_change_from"].as_f64().unwrap();
    relative(&format!("{} change", case.name), future, wanted, 1.0, 2.0 * tolerances.absolute);
}

/// Collects what layers read of the batch.
struct LayerInputs(Vec<Vec<f64>>);

impl<T: Real> Visitor<T> for LayerInputs {
    fn wants(&self, site: Site) -> bool {
        site == Site::LayerInput
    }

    fn visit(&mut self, event: &Event<'_, T>) {
        assert_eq!(event.layer, self.0.len());
        self.0.push(event.values.iter_rows().flatten().map(|value| value.as_f64()).collect());
    }
}

/// What a case with a past says of its memory: which values it has, and what is lost without it.
fn check_memory<T: Real>(engine: &impl Decoders<T>, case: &DecoderCase, tolerances: Tolerances) {
    let memory = case.result("memory");
    if memory.is_null() {
        assert!(!case.batch().has_past(), "{}: a past, but nothing to compare with", case.name);
        return;
    }
    let (weights, network) = (case.weights::<T>(), case.network());
    let length = usize::try_from(memory["length"].as_u64().unwrap()).unwrap();
    let past = case.past();
    let (batch, tokens, d) = (past[0].batch(), past[0].seq_len(), network.d_model);
    let found =
        engine.forward(&weights, &past[0], ForwardOptions::EVAL, |_| LayerInputs(Vec::new())).unwrap();
    // Small enough for one block; of a single segment the last tokens are remembered.
    assert_eq!((found.len(), past.len()), (1, 1), "{}", case.name);
    let kept = found[0].0.iter().flat_map(|layer| {
        layer.chunks_exact(tokens * d).flat_map(|sequence| &sequence[(tokens - length) * d..])
    });
    let kept: Vec<f64> = kept.copied().collect();
    assert_eq!(kept.len(), network.layers.len() * batch * length * d);
    let wanted = numbers(&memory["values"]);
    absolute(&format!("{} memory", case.name), &kept, &wanted, tolerances.absolute);
    let first = case.first_batch();
    let without = gradient(engine, &weights, &first, DecoderLoss::NextTokens(&case.labels())).loss;
    let wanted = memory["loss_without"].as_f64().unwrap();
    relative(&format!("{} loss without memory", case.name), without, wanted, wanted, tolerances.scalars);
    let changes = hidden(engine, &weights, &case.batch()).into_iter().zip(hidden(engine, &weights, &first));
    let largest = changes.map(|(one, other)| (one.as_f64() - other.as_f64()).abs()).fold(0.0, f64::max);
    let wanted = memory["max_hidden_change_without"].as_f64().unwrap();
    relative(
        &format!("{} change without memory", case.name),
        largest,
        wanted,
        1.0,
        2.0 * tolerances.absolute,
    );
}

fn check_gradients<T: Real>(
    engine: &impl Decoders<T>,
    case: &DecoderCase,
    signal: &str,
    loss: DecoderLoss<'_, T>,
    tolerances: Tolerances,
) {
    let (weights, batch) = (case.weights::<T>(), case.batch());
    let pass = gradient(engine, &weights, &batch, loss);
    let (body, found) = (weights.body(), &pass.gradient.body);
    let matrices = matrices(case, weights.layout());
    assert_eq!(case.number(signal, "matrix_count").to_bits(), (matrices.len() as f64).to_bits());
    let place = |key: &str| format!("{} {signal} {key}", case.name);
    relative(&place("loss"), pass.loss, case.number(signal, "loss"), pass.loss, tolerances.scalars);
    let of = |value: &dyn Fn(&Parameter) -> f64| -> Vec<f64> {
        matrices.iter().map(|parameter| value(parameter)).collect()
    };
    let snip = of(&|p| over(body, found, p, |weight, slope| (weight * slope).abs()));
    let norms = of(&|p| over(found, found, p, |one, other| one * other).sqrt());
    let mut lists: Vec<(&str, &str, Vec<f64>)> = vec![
        ("grad_norm", "weight_grad_norms", norms),
        ("snip", "snip", snip.clone()),
        ("lpzero", "lpzero", of(&|p| lpzero(body, found, p))),
    ];
    if case.family() == DecoderFamily::TransformerXl {
        let values = of(&|p| lpzero_over_outputs(body, found, p));
        lists.push(("lpzero_out_axis", "lpzero_out_axis", values));
    }
    for (key, list, found) in lists {
        let divisor = if key.starts_with("lpzero") { found.len() as f64 } else { 1.0 };
        let wanted = case.number(signal, key);
        relative(&place(key), found.iter().sum::<f64>() / divisor, wanted, wanted, tolerances.scalars);
        all_relative(&place(list), &found, &case.per_matrix(signal, list), tolerances.scalars);
    }
    let plain: f64 = of(&|p| over(body, found, p, |weight, slope| weight * slope)).iter().sum();
    let scale = snip.iter().sum();
    relative(&place("plain"), plain, case.number(signal, "plain"), scale, tolerances.scalars);
    if signal == "lm" {
        check_every_parameter(case, &weights, &pass, tolerances.scalars);
    }
}

/// The Hessian times the gradient of the matrices.
fn check_products<T: Real>(
    case: &DecoderCase,
    signal: &str,
    loss: DecoderLoss<'_, T>,
    tolerances: Tolerances,
) {
    let engine = FastEngine::new();
    let (weights, batch) = (case.weights::<T>(), case.batch());
    let found = gradient(&engine, &weights, &batch, loss).gradient.body;
    let matrices = matrices(case, weights.layout());
    let mut direction = vec![T::ZERO; found.len()];
    for parameter in &matrices {
        direction[parameter.elements.clone()].copy_from_slice(&found[parameter.elements.clone()]);
    }
    let input = DecoderInput::Tokens(&batch);
    let bend = engine.hessian_product(&weights, input, loss, Dropout::Off, &direction).unwrap();
    let of = |parameter: &&Parameter| -over(weights.body(), &bend, parameter, |weight, bend| weight * bend);
    let grasp: Vec<f64> = matrices.iter().map(of).collect();
    let place = format!("{} {signal} grasp", case.name);
    let wanted = case.number(signal, "grasp");
    relative(&place, grasp.iter().sum(), wanted, wanted, tolerances.grasp);
    all_relative(&place, &grasp, &case.per_matrix(signal, "grasp"), tolerances.grasp);
}

/// Gradients of all parameters, tied ones with both sides.
fn check_every_parameter<T: Real>(
    case: &DecoderCase,
    weights: &DecoderWeights<T>,
    pass: &GradientPass<T, Whole<T>, VocabularyGradient<T>>,
    tolerance: f64,
) {
    let tables = pass.gradient.embeddings.tables.as_ref().unwrap();
    let (norms, dots) =
        (case.per_parameter("parameter_grad_norms"), case.per_parameter("parameter_grad_dots"));
    assert_eq!(norms.len(), weights.layout().parameters().len(), "{}", case.name);
    for (parameter, values) in weights.parameters() {
        let gradient = match parameter.arena {
            proxyrank_nn::Arena::Body => &pass.gradient.body[parameter.elements.clone()],
            proxyrank_nn::Arena::Embeddings => &tables[parameter.elements.clone()],
        };
        let place = format!("{} {}", case.name, parameter.path);
        let norm = gradient.iter().map(|value| value.as_f64().powi(2)).sum::<f64>().sqrt();
        let wanted = norms[&parameter.path].as_f64().unwrap();
        if wanted > 0.0 {
            relative(&place, norm, wanted, wanted, tolerance);
        } else {
            assert_eq!(norm.to_bits(), 0, "{place}");
        }
        let dot: f64 = gradient.iter().zip(values).map(|(one, other)| one.as_f64() * other.as_f64()).sum();
        let size = values.iter().map(|value| value.as_f64().powi(2)).sum::<f64>().sqrt() * wanted;
        let wanted = dots[&parameter.path].as_f64().unwrap();
        relative(&format!("{place} dot"), dot, wanted, size.max(f64::MIN_POSITIVE), tolerance);
    }
}

fn check<T: Real>(engine: &impl Decoders<T>, tolerances: Tolerances) {
    for case in decoder_cases() {
        check_forward(engine, &case, tolerances);
        check_causality(engine, &case, tolerances);
        check_memory(engine, &case, tolerances);
        let (labels, cotangent) = (case.labels(), case.cotangent::<T>());
        check_gradients(engine, &case, "lm", DecoderLoss::NextTokens(&labels), tolerances);
        check_gradients(engine, &case, "gaussian", DecoderLoss::Cotangent(&cotangent), tolerances);
    }
}

fn check_twice<T: Real>(tolerances: Tolerances) {
    for case in decoder_cases() {
        let (labels, cotangent) = (case.labels(), case.cotangent::<T>());
        check_products::<T>(&case, "lm", DecoderLoss::NextTokens(&labels), tolerances);
        check_products(&case, "gaussian", DecoderLoss::Cotangent(&cotangent), tolerances);
    }
}

#[test]
fn double_precision_matches() {
    check(&FastEngine::<f64>::new(), DOUBLE);
}

#[test]
fn single_precision_matches() {
    check(&FastEngine::<f32>::new(), SINGLE);
}

#[test]
fn second_derivatives_match() {
    check_twice::<f64>(DOUBLE);
    check_twice::<f32>(SINGLE);
}

#[test]
fn composed_operations_match_in_double_precision() {
    check(&ComposedEngine::<f64>::new(Device::Cpu), DOUBLE);
}

#[test]
fn composed_operations_match_in_single_precision() {
    check(&ComposedEngine::<f32>::new(Device::Cpu), SINGLE);
}
