//! Every proxy by the composed engine on every device at hand, against the fast engine on the processor in double precision:
//! one body for all devices.

use proxyrank_nn::{ComposedEngine, ComputeDevice, EncoderWeights, FastEngine, Head, Initialiser, Real};
use proxyrank_proxies::gradient::{PreparedSignal, evaluate};
use proxyrank_schema::Status;

use crate::at_hand::{DOUBLE, SINGLE, devices};
use crate::definitions::{EVAL, SIGNALS, batch, calls, network, signal, vocabulary, weights};

/// Sums logarithms of gradients that are zero but for rounding, those of queries and keys, so it has no value to agree on.
const NOISE: &str = "logsynflow.abs_ln";

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
        for ((call, found), wanted) in calls().iter().zip(found).zip(wanted) {
            let (found, wanted) = (found.outcome, wanted.outcome);
            let place = format!("{call} under {axis} on {} in {:?}", device.id(), T::DTYPE);
            assert_eq!(found.status, wanted.status, "{place}: {}", found.detail);
            if call.proxy.name.starts_with("grasp") {
                assert_eq!(found.status, Status::Unsupported, "{place}");
                continue;
            }
            let (found, wanted) = (found.score.unwrap(), wanted.score.unwrap());
            let error = (found - wanted).abs() / wanted.abs();
            let agrees = error < tolerance || call.proxy.name == NOISE;
            assert!(agrees, "{place}: {found}, not {wanted}: {error:.1e}");
        }
    }
}

#[test]
fn proxies_agree_on_every_device() {
    for device in devices("proxies_agree_on_every_device") {
        check::<f64>(&device, DOUBLE);
        check::<f32>(&device, SINGLE);
    }
}
