//! Every forward quantity of every golden case, in both precisions.

use candle_core::Device;
use proxyrank_nn::{ComposedEngine, Engine, FastEngine, Head, Real};
use proxyrank_proxies::forward::{Enough, MatrixNorms, Measure, Spectra, TensorMeans};
use proxyrank_proxies::{Proxy, ProxyCall, Subject};
use proxyrank_schema::{Outcome, Params};

use crate::case::{Case, cases};
use crate::definitions::score;

/// A proxy of the registry, and the golden results that it must equal: a sum, or a sum and a count to divide it by.
const SCALARS: [(&str, &str, Option<&str>); 9] = [
    ("num_parameters", "num_parameters", None),
    ("v_pca", "v_pca", None),
    ("w_pca", "w_pca", None),
    ("head_confidence", "head_confidence", None),
    ("head_confidence_norm", "head_confidence", Some("head_confidence_count")),
    ("softmax_confidence", "softmax_confidence", None),
    ("softmax_confidence_norm", "softmax_confidence", Some("softmax_confidence_count")),
    ("activation_distance", "activation_distance", None),
    ("activation_distance_norm", "activation_distance", Some("activation_distance_count")),
];

/// The components of one layer, which no proxy of the registry shows.
static LAYER: Proxy = Proxy::forward("layer", "layer", "k of one layer", Measure::Spectra(layer));

fn layer(spectra: &Spectra, _: &Subject, params: &Params) -> Outcome {
    let layer = params.entries()["layer"].as_u64().and_then(|layer| usize::try_from(layer).ok());
    Outcome::from_value(spectra.components(params.number("eta").unwrap(), Enough::AtLeast)[layer.unwrap()])
}

fn components<T: Real>(case: &Case, engine: &impl Engine<T>, layer: usize, eta: f64) -> f64 {
    let params = Params::new([("layer", layer.into()), ("eta", eta.into())]).unwrap();
    let call = ProxyCall { proxy: &LAYER, params };
    score(engine, &case.weights(Head::None), &case.batch(), &call)
}

/// The number of tensors that entered a sum.
static COUNTS: [(Proxy, &str); 3] = [
    (Proxy::forward("count", "count", "tensors", Measure::HeadMaxima(count)), "head_confidence_count"),
    (Proxy::forward("count", "count", "tensors", Measure::SoftmaxMaxima(count)), "softmax_confidence_count"),
    (
        Proxy::forward("count", "count", "tensors", Measure::TokenAgreement(count)),
        "activation_distance_count",
    ),
];

fn count(means: &TensorMeans, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(means.values.len() as f64)
}

/// The sum of Frobenius norms over all linear layers.
static WEIGHT_NORM: Proxy = Proxy::forward("norm", "norm", "sum of ||W||", Measure::Norms(weight_norm));

fn weight_norm(norms: &MatrixNorms, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(norms.operations.iter().chain(&norms.ffn).map(|norm| norm.squared.sqrt()).sum())
}

#[expect(
    clippy::print_stderr,
    reason = "the largest error is worth knowing, and shown only with --nocapture"
)]
fn check<T: Real>(engine: &impl Engine<T>, tolerance: f64) {
    let mut worst = (0.0, String::new());
    for case in cases() {
        let (weights, batch) = (case.weights(Head::None), case.batch());
        for (proxy, key, divisor) in SCALARS {
            let found = score(engine, &weights, &batch, &proxy.parse().unwrap());
            let wanted = case.number(key) / divisor.map_or(1.0, |key| case.number(key));
            let error = (found - wanted).abs() / wanted.abs();
            assert!(error <= tolerance, "{} {proxy}: {found}, not {wanted}", case.name);
            if error > worst.0 {
                worst = (error, format!("{} {proxy}", case.name));
            }
        }
        for (proxy, key) in &COUNTS {
            let found = score(engine, &weights, &batch, &ProxyCall::new(proxy));
            assert_eq!(found.to_bits(), case.number(key).to_bits(), "{} {key}", case.name);
        }
        let norm = score(engine, &weights, &batch, &ProxyCall::new(&WEIGHT_NORM));
        assert!((norm / case.number("weight_norm") - 1.0).abs() < 1e-12, "{} weight_norm", case.name);
        let wanted = case.result("pca_components").as_array().unwrap();
        for (layer, wanted) in wanted.iter().enumerate() {
            let found = components(&case, engine, layer, 0.99);
            assert_eq!(Some(found), wanted.as_f64(), "{} layer {layer}", case.name);
        }
    }
    eprintln!("largest relative error {:.1e} ({})", worst.0, worst.1);
}

#[test]
fn fast_engine_in_double_precision() {
    check(&FastEngine::<f64>::new(), 1e-8);
}

#[test]
fn composed_engine_in_double_precision() {
    check(&ComposedEngine::<f64>::new(Device::Cpu), 1e-8);
}

#[test]
fn fast_engine_in_single_precision() {
    check(&FastEngine::<f32>::new(), 2e-3);
}

#[test]
fn composed_engine_in_single_precision() {
    check(&ComposedEngine::<f32>::new(Device::Cpu), 2e-3);
}

/// The count jumps from j to j + 1 exactly where eta passes the j-th cumulative share.
#[test]
fn leading_shares_to_1e_9() {
    let engine = FastEngine::<f64>::new();
    for case in cases() {
        let layers = case.result("pca_leading_shares").as_array().unwrap();
        for (layer, shares) in layers.iter().enumerate() {
            for (position, share) in shares.as_array().unwrap().iter().enumerate() {
                let share = share.as_f64().unwrap();
                for (eta, wanted) in [(share - 1e-9, position + 1), (share + 1e-9, position + 2)] {
                    let found = components(&case, &engine, layer, eta);
                    let place = format!("{} layer {layer}, share {position}", case.name);
                    assert_eq!(found.to_bits(), (wanted as f64).to_bits(), "{place}");
                }
            }
        }
    }
}
