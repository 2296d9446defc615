//! What the signal `ones` is at initialisation: rounding noise.

use candle_core::Device;
use proxyrank_nn::{ComposedEngine, EncoderWeights, Head, Initialiser, Real};
use proxyrank_proxies::ProxyCall;
use proxyrank_proxies::gradient::{PreparedSignal, evaluate};
use proxyrank_schema::Signal;

use crate::definitions::{EVAL, batch, network, vocabulary};

const NAMES: [&str; 7] = [
    "synaptic_diversity",
    "synaptic_saliency",
    "head_importance:hi_min=16",
    "grad_norm",
    "snip",
    "fisher",
    "dss",
];

fn scores<T: Real>(axis: Signal) -> Vec<f64> {
    let weights: EncoderWeights<T> = Initialiser::new(0).encoder(&network(), Head::Discriminator).unwrap();
    let engine = ComposedEngine::<T>::new(Device::Cpu);
    let signal = PreparedSignal::new(axis, &batch(), 32, &vocabulary(), 0).unwrap();
    let calls: Vec<ProxyCall> = NAMES.iter().map(|name| name.parse().unwrap()).collect();
    let found = evaluate(&engine, &weights, &batch(), &signal, &calls, EVAL).unwrap();
    found.into_iter().map(|found| found.outcome.score.unwrap()).collect()
}

#[test]
fn ones_differ_by_orders_of_magnitude_between_precisions_and_other_signals_do_not() {
    for axis in [Signal::Ones, Signal::Gaussian, Signal::Rtd] {
        let pairs = scores::<f32>(axis).into_iter().zip(scores::<f64>(axis));
        for (name, (single, double)) in NAMES.into_iter().zip(pairs) {
            if axis == Signal::Ones {
                assert!(single > 1e6 * double, "{name} under {axis}: {single} and {double}");
            } else {
                assert!((single / double - 1.0).abs() < 1e-3, "{name} under {axis}: {single} and {double}");
            }
        }
    }
}
