//! Golden cases of an independent implementation: what comes out of a forward pass.

use candle_core::Device;
use proxyrank_nn::{ComposedEngine, Engine, FastEngine, ForwardOptions, Head, Real, Site};

use crate::case::{Case, cases};
use crate::common::collect;

/// Hidden states within `absolute + relative·|wanted|`, logits likewise, parameters exactly.
fn check<T: Real>(case: &Case, engine: &impl Engine<T>, absolute: f64, relative: f64) {
    let weights = case.weights::<T>(Head::Discriminator);
    let parameters = case.result("num_parameters").as_u64();
    assert_eq!(Some(weights.layout().num_parameters()), parameters, "{}", case.name);
    for (site, key) in [(Site::Hidden, "last_hidden_state"), (Site::Logits, "logits")] {
        let found = collect(engine, &weights, &case.batch(), ForwardOptions::EVAL, site);
        let wanted = case.numbers("rtd", key);
        assert_eq!(found.len(), wanted.len(), "{} {key}", case.name);
        for (index, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
            let difference = (found.as_f64() - wanted).abs();
            let allowed = absolute + relative * wanted.abs();
            assert!(difference <= allowed, "{} {key}[{index}]: {difference} over {allowed}", case.name);
        }
    }
}

#[test]
fn double_precision_matches_to_1e_9() {
    for case in cases() {
        check(&case, &FastEngine::<f64>::new(), 1e-9, 0.0);
        check(&case, &ComposedEngine::<f64>::new(Device::Cpu), 1e-9, 0.0);
    }
}

#[test]
fn single_precision_matches_to_2e_3() {
    for case in cases() {
        // Elements near zero are rounding errors of elements of order one.
        check(&case, &FastEngine::<f32>::new(), 2e-5, 2e-3);
        check(&case, &ComposedEngine::<f32>::new(Device::Cpu), 2e-5, 2e-3);
    }
}
