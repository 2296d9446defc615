//! Golden cases of GPT-2 and Transformer-XL: hidden states, likelihoods, memory, gradients of every parameter, Hessian-vector
//! products.

use proxyrank_nn::{
    Collect, CurvatureEngine, DecoderInput, DecoderLayout, DecoderLoss, DecoderWeights, Dropout, Engine,
    Event, FastEngine, ForwardOptions, GradientEngine, GradientPass, GradientVisitor, Layout, Parameter,
    Real, Site, TokenBatch, Visitor, VocabularyGradient,
};
use proxyrank_space::{DecoderFamily, Network, counts};

use crate::decoder_case::{DecoderCase, decoder_cases, numbers};

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

fn hidden<T: Real>(weights: &DecoderWeights<T>, batch: &TokenBatch) -> Vec<T> {
    let parts =
        FastEngine::new().forward(weights, batch, ForwardOptions::EVAL, |_| Collect::new(Site::Hidden));
    parts.unwrap().into_iter().flat_map(|part| part.values).collect()
}

fn gradient<T: Real>(
    weights: &DecoderWeights<T>,
    batch: &TokenBatch,
    loss: DecoderLoss<'_, T>,
) -> GradientPass<T, Whole<T>, VocabularyGradient<T>> {
    let visitor = |_| Whole(Collect::new(Site::TokenLoss));
    let input = DecoderInput::Tokens(batch);
    FastEngine::new().gradient(weights, input, loss, Dropout::Off, visitor).unwrap()
}

/// The negative log-likelihood of each label, in the order of tokens.
fn token_losses<T: Real>(weights: &DecoderWeights<T>, batch: &TokenBatch, labels: &[u32]) -> Vec<T> {
    let pass = gradient(weights, batch, DecoderLoss::NextTokens(labels));
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

fn check_forward<T: Real>(case: &DecoderCase, tolerances: Tolerances) {
    let (weights, batch) = (case.weights::<T>(), case.batch());
    let total = case.result("parameters")["total"].as_u64().unwrap();
    let laid: usize = weights.layout().parameters().iter().map(|parameter| parameter.elements.len()).sum();
    assert_eq!(laid as u64, total, "{}", case.name);
    assert_eq!(counts::parameters(&Network::Decoder(case.network())).total(), total, "{}", case.name);
    let wanted = numbers(case.result("last_hidden_state"));
    absolute(&format!("{} hidden", case.name), &hidden(&weights, &batch), &wanted, tolerances.absolute);
    let labels = case.labels();
    let found = token_losses(&weights, &batch, &labels);
    let wanted = numbers(case.result("token_nll"));
    absolute(&format!("{} token loss", case.name), &found, &wanted, tolerances.absolute);
    let wanted = numbers(case.result("last_position_log_probs"));
    let words = case.network().vocabulary.n_token;
    for word in 0..words {
        let same = vec![u32::try_from(word).unwrap(); labels.len()];
        let losses = token_losses(&weights, &batch, &same);
        let last = losses.iter().skip(batch.seq_len() - 1).step_by(batch.seq_len());
        let found: Vec<f64> = last.map(|loss| -loss.as_f64()).collect();
        let wanted: Vec<f64> = wanted.iter().skip(word).step_by(words).copied().collect();
        absolute(&format!("{} log-likelihood of {word}", case.name), &found, &wanted, tolerances.absolute);
    }
}

fn check_causality<T: Real>(case: &DecoderCase, tolerances: Tolerances) {
    let (weights, batch) = (case.weights::<T>(), case.batch());
    let d = case.network().d_model;
    let (before, after) = (hidden(&weights, &batch), hidden(&weights, &case.changed_batch()));
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
fn check_memory<T: Real>(case: &DecoderCase, tolerances: Tolerances) {
    let memory = case.result("memory");
    if memory.is_null() {
        assert!(!case.batch().has_past(), "{}: a past, but nothing to compare with", case.name);
        return;
    }
    let (weights, network) = (case.weights::<T>(), case.network());
    let length = usize::try_from(memory["length"].as_u64().unwrap()).unwrap();
    let past = case.past();
    let (batch, tokens, d) = (past[0].batch(), past[0].seq_len(), network.d_model);
    let found = FastEngine::new()
        .forward(&weights, &past[0], ForwardOptions::EVAL, |_| LayerInputs(Vec::new()))
        .unwrap();
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
    let without = gradient(&weights, &first, DecoderLoss::NextTokens(&case.labels())).loss;
    let wanted = memory["loss_without"].as_f64().unwrap();
    relative(&format!("{} loss without memory", case.name), without, wanted, wanted, tolerances.scalars);
    let changes = hidden(&weights, &case.batch()).into_iter().zip(hidden(&weights, &first));
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
    case: &DecoderCase,
    signal: &str,
    loss: DecoderLoss<'_, T>,
    tolerances: Tolerances,
) {
    let (weights, batch) = (case.weights::<T>(), case.batch());
    let pass = gradient(&weights, &batch, loss);
    let (body, found) = (weights.body(), &pass.gradient.body);
    let matrices = matrices(case, weights.layout());
    assert_eq!(case.number(signal, "matrix_count").to_bits(), (matrices.len() as f64).to_bits());
    let place = |key: &str| format!("{} {signal} {key}", case.name);
    relative(&place("loss"), pass.loss, case.number(signal, "loss"), pass.loss, tolerances.scalars);
    let mut direction = vec![T::ZERO; found.len()];
    for parameter in &matrices {
        direction[parameter.elements.clone()].copy_from_slice(&found[parameter.elements.clone()]);
    }
    let input = DecoderInput::Tokens(&batch);
    let bend = FastEngine::new().hessian_product(&weights, input, loss, Dropout::Off, &direction).unwrap();
    let of = |value: &dyn Fn(&Parameter) -> f64| -> Vec<f64> {
        matrices.iter().map(|parameter| value(parameter)).collect()
    };
    let snip = of(&|p| over(body, found, p, |weight, slope| (weight * slope).abs()));
    let norms = of(&|p| over(found, found, p, |one, other| one * other).sqrt());
    let grasp = of(&|p| -over(body, &bend, p, |weight, bend| weight * bend));
    let mut lists: Vec<(&str, &str, Vec<f64>, f64)> = vec![
        ("grad_norm", "weight_grad_norms", norms, tolerances.scalars),
        ("snip", "snip", snip.clone(), tolerances.scalars),
        ("grasp", "grasp", grasp, tolerances.grasp),
        ("lpzero", "lpzero", of(&|p| lpzero(body, found, p)), tolerances.scalars),
    ];
    if case.family() == DecoderFamily::TransformerXl {
        let values = of(&|p| lpzero_over_outputs(body, found, p));
        lists.push(("lpzero_out_axis", "lpzero_out_axis", values, tolerances.scalars));
    }
    for (key, list, found, tolerance) in lists {
        let divisor = if key.starts_with("lpzero") { found.len() as f64 } else { 1.0 };
        let wanted = case.number(signal, key);
        relative(&place(key), found.iter().sum::<f64>() / divisor, wanted, wanted, tolerance);
        all_relative(&place(list), &found, &case.per_matrix(signal, list), tolerance);
    }
    let plain: f64 = of(&|p| over(body, found, p, |weight, slope| weight * slope)).iter().sum();
    let scale = snip.iter().sum();
    relative(&place("plain"), plain, case.number(signal, "plain"), scale, tolerances.scalars);
    if signal == "lm" {
        check_every_parameter(case, &weights, &pass, tolerances.scalars);
    }
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

fn check<T: Real>(tolerances: Tolerances) {
    for case in decoder_cases() {
        check_forward::<T>(&case, tolerances);
        check_causality::<T>(&case, tolerances);
        check_memory::<T>(&case, tolerances);
        let (labels, cotangent) = (case.labels(), case.cotangent::<T>());
        check_gradients::<T>(&case, "lm", DecoderLoss::NextTokens(&labels), tolerances);
        check_gradients::<T>(&case, "gaussian", DecoderLoss::Cotangent(&cotangent), tolerances);
    }
}

#[test]
fn double_precision_matches() {
    check::<f64>(DOUBLE);
}

#[test]
fn single_precision_matches() {
    check::<f32>(SINGLE);
}
