//! Every gradient quantity of every golden case, in both precisions.

use candle_core::Device;
use proxyrank_nn::{
    ComposedEngine, Dropout, EncoderInput, EncoderWeights, Engine, FastEngine, GradientEngine, Head, Real,
};
use proxyrank_proxies::gradient::{
    MatrixQuantity, MatrixValues, Measure, PositionGradient, PreparedSignal, ReplacedBatch, Set, evaluate,
    evaluate_twice,
};
use proxyrank_proxies::{Proxy, ProxyCall, Subject};
use proxyrank_schema::{Outcome, Params};

use crate::case::{Case, cases};
use crate::definitions::{EVAL, Outputs, in_layer, moved};

/// Largest relative errors.
struct Tolerances {
    scalars: f64,
    nuclear: f64,
    /// Of eigenvalues, over the largest.
    eigenvalues: f64,
}

/// A proxy, and the golden results that it must equal: a sum, or a sum and a count to divide it by.
const SCALARS: [(&str, &str, Option<&str>); 12] = [
    ("synaptic_diversity", "synaptic_diversity", None),
    ("synaptic_diversity_norm", "synaptic_diversity", Some("synaptic_diversity_count")),
    ("synaptic_saliency", "synaptic_saliency", None),
    ("synaptic_saliency_norm", "synaptic_saliency", Some("synaptic_saliency_count")),
    ("head_importance", "head_importance", None),
    ("head_importance_norm", "head_importance", Some("head_importance_count")),
    ("jacobian_cosine", "jacobian_cosine", None),
    ("jacobian_covariance", "jacobian_covariance", None),
    ("grad_norm", "grad_norm", None),
    ("weight_norm", "weight_norm", None),
    ("snip", "snip", None),
    ("plain", "plain", None),
];

/// The signal of a case, with its own labels or cotangent.
fn signal<T: Real>(case: &Case, name: &str) -> PreparedSignal<T> {
    match name {
        "rtd" => PreparedSignal::Replaced(ReplacedBatch { batch: case.batch(), replaced: case.replaced() }),
        "gaussian" => PreparedSignal::Cotangent(case.cotangent()),
        _ => PreparedSignal::Ones,
    }
}

fn call(case: &Case, name: &str) -> ProxyCall {
    let call = if name.starts_with("head_importance") {
        format!("{name}:hi_min={}", case.hi_min())
    } else {
        name.to_owned()
    };
    call.parse().unwrap()
}

/// An entry of a list that no proxy of the registry shows.
static ENTRIES: [Proxy; 2] = [
    Proxy::gradient("norm", "norm", "norm", Measure::Matrices(MatrixQuantity::GradientNorms, norm)),
    Proxy::gradient("eigenvalue", "eigenvalue", "eigenvalue", Measure::Positions(eigenvalue)),
];

fn entry(values: &[f64], params: &Params) -> Outcome {
    let index = params.entries()["index"].as_u64().and_then(|index| usize::try_from(index).ok());
    Outcome::from_value(values[index.unwrap()])
}

/// By size: the reference has the matrices of a span convolution in another order.
fn norm(values: &MatrixValues, _: &Subject, params: &Params) -> Outcome {
    let mut norms = values.of(Set::All).values;
    norms.sort_by(f64::total_cmp);
    entry(&norms, params)
}

fn eigenvalue(gradient: &PositionGradient, _: &Subject, params: &Params) -> Outcome {
    entry(&gradient.correlation_eigenvalues(), params)
}

fn list(proxy: &'static Proxy, count: usize) -> Vec<ProxyCall> {
    let call = |index: usize| ProxyCall { proxy, params: Params::new([("index", index.into())]).unwrap() };
    (0..count).map(call).collect()
}

#[expect(
    clippy::print_stderr,
    reason = "the largest errors are worth knowing, and shown only with --nocapture"
)]
fn check<T: Real, E: Engine<T> + GradientEngine<T> + Sync>(engine: &E, tolerances: &Tolerances) {
    let mut worst: Vec<(f64, String)> = Vec::new();
    for case in cases() {
        let (weights, batch) = (case.weights::<T>(Head::Discriminator), case.batch());
        let scores = |signal_name: &str, calls: &[ProxyCall]| -> Vec<f64> {
            let evaluations =
                evaluate(engine, &weights, &batch, &signal(&case, signal_name), calls, EVAL).unwrap();
            let scores = calls.iter().zip(evaluations).map(|(call, evaluation)| {
                let place = format!("{} {signal_name} {call}: {:?}", case.name, evaluation.outcome);
                evaluation.outcome.score.unwrap_or_else(|| panic!("{place}"))
            });
            scores.collect()
        };
        let mut compare = |place: String, found: f64, wanted: f64, tolerance: f64| {
            let error = (found - wanted).abs() / wanted.abs();
            assert!(error <= tolerance, "{} {place}: {found}, not {wanted}: {error:.1e}", case.name);
            worst.push((error / tolerance, format!("{} {place} {error:.1e}", case.name)));
        };
        for signal in ["rtd", "gaussian", "ones"] {
            let calls: Vec<ProxyCall> = SCALARS.iter().map(|(proxy, ..)| call(&case, proxy)).collect();
            for ((proxy, key, divisor), found) in SCALARS.into_iter().zip(scores(signal, &calls)) {
                let Some(wanted) = case.number_under(signal, key) else { continue };
                let wanted = wanted / divisor.map_or(1.0, |key| case.number(key));
                let tolerance = match proxy {
                    // One near-zero eigenvalue is rounding; the eigenvalues are compared below.
                    "jacobian_covariance" => continue,
                    _ if proxy.starts_with("synaptic_diversity") => tolerances.nuclear,
                    _ => tolerances.scalars,
                };
                compare(format!("{signal} {proxy}"), found, wanted, tolerance);
            }
            let mut wanted = case.numbers(signal, "weight_grad_norms");
            wanted.sort_by(f64::total_cmp);
            let found = scores(signal, &list(&ENTRIES[0], wanted.len()));
            for (index, (found, wanted)) in found.into_iter().zip(wanted).enumerate() {
                compare(format!("{signal} norm {index}"), found, wanted, tolerances.scalars);
            }
            let wanted = case.numbers(signal, "jacobian_correlation_eigenvalues");
            let found = scores(signal, &list(&ENTRIES[1], wanted.len()));
            let largest = wanted.last().copied().unwrap_or_default();
            for (index, (found, wanted)) in found.into_iter().zip(wanted).enumerate() {
                let shifted = (largest + found, largest + wanted);
                compare(format!("{signal} eigenvalue {index}"), shifted.0, shifted.1, tolerances.eigenvalues);
            }
        }
        let calls = ["synflow", "logsynflow"].map(|name| call(&case, name));
        for (call, found) in calls.iter().zip(scores("ones", &calls)) {
            let wanted = case.number_under("synflow", call.proxy.name).unwrap();
            compare(call.to_string(), found, wanted, tolerances.scalars);
        }
    }
    worst.sort_by(|one, other| other.0.total_cmp(&one.0));
    eprintln!("closest to the tolerance: {:?}", &worst[..5]);
}

const DOUBLE: Tolerances = Tolerances { scalars: 1e-8, nuclear: 1e-8, eigenvalues: 1e-9 };
const SINGLE: Tolerances = Tolerances { scalars: 2e-3, nuclear: 1e-2, eigenvalues: 1e-5 };

#[test]
fn composed_engine_in_double_precision() {
    check(&ComposedEngine::<f64>::new(Device::Cpu), &DOUBLE);
}

#[test]
fn composed_engine_in_single_precision() {
    check(&ComposedEngine::<f32>::new(Device::Cpu), &SINGLE);
}

#[test]
fn fast_engine_in_double_precision() {
    check(&FastEngine::<f64>::new(), &DOUBLE);
}

#[test]
fn fast_engine_in_single_precision() {
    check(&FastEngine::<f32>::new(), &SINGLE);
}

#[test]
fn grasp_in_both_precisions() {
    check_grasp(&FastEngine::<f64>::new(), 1e-8);
    check_grasp(&FastEngine::<f32>::new(), 1e-2);
}

fn check_grasp<T: Real>(engine: &FastEngine<T>, tolerance: f64) {
    for case in cases() {
        let (weights, batch) = (case.weights::<T>(Head::Discriminator), case.batch());
        for name in ["rtd", "gaussian", "ones"] {
            let calls = [call(&case, "grasp"), call(&case, "snip")];
            let signal = signal(&case, name);
            let found = evaluate_twice(engine, &weights, &batch, &signal, &calls, EVAL).unwrap();
            let found = found[0].outcome.score.unwrap();
            let Some(wanted) = case.number_under(name, "grasp") else { continue };
            let error = (found / wanted - 1.0).abs();
            assert!(error < tolerance, "{} {name}: {found}, not {wanted}: {error:.1e}", case.name);
        }
    }
}

/// Fisher is defined as the sum over outputs a of 1/2 mean (a · dL/da)², and that is what the proxy computes. The golden value
/// is the sum of 1/2 mean (a · (2 dL/da + d<g, G>/da))², where G is the gradient of the layers' matrices and g its value, held
/// fixed: the sum of the outputs' gradients over three backward passes, two of the loss and the one of <g, G> that GraSP
/// makes.
///
/// As second derivatives can be taken in either order, d<g, G>/da is how dL/da changes while the matrices move along g. Here
/// that is a difference quotient, hence the tolerance.
#[test]
fn fisher_with_the_gradients_that_the_reference_accumulated() {
    let engine = ComposedEngine::<f64>::new(Device::Cpu);
    for case in cases() {
        let (weights, batch) = (case.weights::<f64>(Head::Discriminator), case.batch());
        let layout = weights.layout();
        for name in ["rtd", "gaussian"] {
            let signal = signal(&case, name);
            let run = |weights: &EncoderWeights<f64>| {
                let input = EncoderInput::Tokens(&batch);
                let pass =
                    engine.gradient(weights, input, signal.loss(), Dropout::Off, |_| Outputs::default());
                pass.unwrap()
            };
            let pass = run(&weights);
            let mut direction = vec![0.0; weights.body().len()];
            for parameter in layout.parameters.iter().filter(|parameter| in_layer(&parameter.path)) {
                let elements = parameter.elements.clone();
                direction[elements.clone()].copy_from_slice(&pass.gradient.body[elements]);
            }
            let norm = direction.iter().map(|value| value * value).sum::<f64>().sqrt();
            let step = 1e-4 / norm;
            let [ahead, behind] =
                [step, -step].map(|step| run(&moved(&weights, &direction, step)).visitors.remove(0).0);
            let (mut fisher, mut accumulated) = (0.0, 0.0);
            for (((parameter, values, gradients), ahead), behind) in
                pass.visitors[0].0.iter().zip(ahead).zip(behind)
            {
                if !in_layer(&layout.parameters[*parameter].path) {
                    continue;
                }
                let changes = ahead.2.iter().zip(&behind.2).map(|(a, b)| (a - b) / (2.0 * step));
                for ((value, gradient), change) in values.iter().zip(gradients).zip(changes) {
                    fisher += (value * gradient).powi(2);
                    accumulated += (value * (2.0 * gradient + change)).powi(2);
                }
            }
            let half_mean = 0.5 / batch.ids().len() as f64;
            let wanted = case.number_under(name, "fisher").unwrap();
            let errors = [fisher, accumulated].map(|sum| (half_mean * sum / wanted - 1.0).abs());
            // A reference that follows the definition is as good.
            assert!(errors[0] < 1e-8 || errors[1] < 1e-6, "{} {name}: {errors:?}", case.name);
            let calls = [call(&case, "fisher")];
            let found = evaluate(&engine, &weights, &batch, &signal, &calls, EVAL).unwrap();
            let found = found[0].outcome.score.unwrap();
            assert!((found / (half_mean * fisher) - 1.0).abs() < 1e-12, "{} {name}", case.name);
        }
    }
}
