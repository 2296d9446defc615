//! The composed engine must pass a gradient to every parameter: candle's fused operations would cut it in silence.

use candle_core::{Device, Tensor};
use proxyrank_nn::{ComposedEngine, Dropout, Head, Initialiser, Training};

use crate::common::{batch, mixed_network};

/// A scalar that depends on every element of the hidden state in another way.
fn loss(hidden: &Tensor) -> Tensor {
    let count = hidden.elem_count();
    let cotangent: Vec<f64> = (0..count).map(|i| (0.7 * i as f64).sin()).collect();
    let cotangent = Tensor::from_vec(cotangent, hidden.shape(), hidden.device()).unwrap();
    (hidden * cotangent).unwrap().sum_all().unwrap()
}

#[test]
fn every_parameter_has_the_gradient_that_finite_differences_show() {
    let network = mixed_network();
    let batch = batch(2, 11, network.vocab_size);
    let engine = ComposedEngine::<f64>::new(Device::Cpu);
    let weights = Initialiser::<f64>::new(0).encoder(&network, Head::None).unwrap();
    let weights = engine.weights(&weights, Training::Trainable).unwrap();
    let run = |dropout| loss(&engine.hidden_state(&weights, &batch, dropout).unwrap());
    for dropout in [Dropout::Off, Dropout::Seed(2)] {
        let gradients = run(dropout).backward().unwrap();
        for (path, variable) in weights.variables() {
            let gradient = gradients.get(variable).unwrap_or_else(|| panic!("{path} has no gradient"));
            let start = variable.as_tensor().copy().unwrap();
            // Along the gradient itself the slope is its norm.
            let norm = gradient.sqr().unwrap().sum_all().unwrap().to_scalar::<f64>().unwrap().sqrt();
            let step = 1e-6;
            let at = |factor: f64| {
                let moved = (&start + (gradient * (factor / norm)).unwrap()).unwrap();
                variable.set(&moved).unwrap();
                run(dropout).to_scalar::<f64>().unwrap()
            };
            if norm > 1e-8 {
                let slope = (at(step) - at(-step)) / (2.0 * step);
                variable.set(&start).unwrap();
                assert!((slope - norm).abs() < 1e-4 * (1.0 + norm), "{path}: {slope} against {norm}");
            } else {
                // A key's bias moves all scores of a row alike, which a softmax does not see.
                assert!(path.ends_with("key.bias"), "{path} has a gradient of {norm}");
            }
        }
    }
}
