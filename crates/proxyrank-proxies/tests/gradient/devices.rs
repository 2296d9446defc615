//! Every proxy by the composed engine on every device at hand, against the fast engine on the processor in double precision:
//! one body for all devices, and for each kind of network.

use proxyrank_nn::{
    ComposedEngine, ComputeDevice, DecoderLayout, Dropout, EncoderWeights, FastEngine, Head, Initialiser,
    Real,
};
use proxyrank_proxies::forward::{EvaluateOptions, Evaluation};
use proxyrank_proxies::gradient::{PreparedSignal, evaluate};
use proxyrank_schema::Status;

use crate::at_hand::{DOUBLE, SINGLE, devices};
use crate::decoder_case::decoder_cases;
use crate::definitions::{EVAL, SIGNALS, batch, calls, network, signal, vocabulary, weights};
use crate::golden_decoders;

/// Sums logarithms of gradients that are zero but for rounding, those of queries and keys, so it has no value to agree on.
const NOISE: &str = "logsynflow.abs_ln";

/// Determinants of the signs of gradients: one that rounding takes across zero changes them, and single precision has some.
const SIGNS: &str = "eznas";

/// [`weights`] in another precision.
fn rounded<T: Real>() -> EncoderWeights<T> {
    let mut rounded = Initialiser::new(3).encoder(&network(), Head::Discriminator).unwrap();
    for (value, exact) in rounded.body_mut().iter_mut().zip(weights().body()) {
        *value = T::of_f64(*exact);
    }
    rounded
}

fn check<T: Real>(device: &ComputeDevice, tolerance: f64) {
    let composed = ComposedEngine::<T>::new(device.handle().clone());
    for axis in SIGNALS {
        let wanted =
            evaluate(&FastEngine::new(), &weights(), &batch(), &signal(axis), &calls(), EVAL).unwrap();
        let prepared = PreparedSignal::new(axis, &batch(), 32, &vocabulary(), 5).unwrap();
        let found = evaluate(&composed, &rounded::<T>(), &batch(), &prepared, &calls(), EVAL).unwrap();
        let place = format!("under {axis} on {} in {:?}", device.id(), T::DTYPE);
        compare(&place, found, wanted, tolerance, &[NOISE]);
    }
}

/// Compares scores by every call, in their order; gives how many there were.
fn compare(
    place: &str,
    found: Vec<Evaluation>,
    wanted: Vec<Evaluation>,
    tolerance: f64,
    but_for: &[&str],
) -> usize {
    let mut scores = 0;
    for ((call, found), wanted) in calls().iter().zip(found).zip(wanted) {
        let (found, wanted) = (found.outcome, wanted.outcome);
        assert_eq!(found.status, wanted.status, "{call} {place}: {}", found.detail);
        if call.proxy.name.starts_with("grasp") {
            assert_eq!(found.status, Status::Unsupported, "{call} {place}");
        }
        let Some((found, wanted)) = found.score.zip(wanted.score) else { continue };
        scores += 1;
        // Some are zero, such as a determinant whose matrices are singular.
        let agrees = (found - wanted).abs() <= tolerance * wanted.abs() || but_for.contains(&call.proxy.name);
        assert!(agrees, "{call} {place}: {found}, not {wanted}");
    }
    scores
}

fn check_decoders<T: Real>(device: &ComputeDevice, tolerance: f64, but_for: &[&str]) {
    let composed = ComposedEngine::<T>::new(device.handle().clone());
    for case in decoder_cases() {
        let batch = case.batch();
        for name in ["lm", "gaussian"] {
            for dropout in [Dropout::Off, Dropout::Seed(7)] {
                let options = EvaluateOptions { dropout, ..EVAL };
                let (exact, signal) = (case.weights(), golden_decoders::signal(&case, name));
                let wanted = evaluate::<f64, DecoderLayout, _>(
                    &FastEngine::new(),
                    &exact,
                    &batch,
                    &signal,
                    &calls(),
                    options,
                );
                let (rounded, signal) = (case.weights(), golden_decoders::signal(&case, name));
                let found =
                    evaluate::<T, DecoderLayout, _>(&composed, &rounded, &batch, &signal, &calls(), options);
                let place = format!("of {} under {name} on {} in {:?}", case.name, device.id(), T::DTYPE);
                let scores = compare(&place, found.unwrap(), wanted.unwrap(), tolerance, but_for);
                assert!(scores > 20, "{scores} {place}");
            }
        }
    }
}

#[test]
fn proxies_of_decoders_agree_on_every_device() {
    for device in devices("proxies_of_decoders_agree_on_every_device") {
        check_decoders::<f64>(&device, DOUBLE, &[NOISE]);
        check_decoders::<f32>(&device, SINGLE, &[NOISE, SIGNS]);
    }
}

#[test]
fn proxies_agree_on_every_device() {
    for device in devices("proxies_agree_on_every_device") {
        check::<f64>(&device, DOUBLE);
        check::<f32>(&device, SINGLE);
    }
}
