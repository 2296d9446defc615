//! What single precision is good for, and what it is not.

use proxyrank_nn::{
    Blind, Dropout, EncoderInput, EncoderWeights, FastEngine, GradientEngine, Head, Initialiser, Loss, Real,
    TokenBatch,
};
use proxyrank_space::Operation;
use proxyrank_space::flexibert::{DscKernel, EncoderLayer, EncoderNetwork};

use crate::common::{batch, mixed_network, strong_weights, worst};

/// Sum of the Frobenius norms of the layers' matrices.
fn matrix_norms<T: Real>(weights: &EncoderWeights<T>, gradient: &[T]) -> f64 {
    let matrices = weights.layout().parameters.iter().filter(|parameter| {
        parameter.path.starts_with("electra.encoder") && parameter.shape.len() == 2 && parameter.shape[1] > 1
    });
    let norm = |elements: std::ops::Range<usize>| {
        gradient[elements].iter().map(|value| value.as_f64().powi(2)).sum::<f64>().sqrt()
    };
    matrices.map(|parameter| norm(parameter.elements.clone())).sum()
}

fn real_size_network() -> EncoderNetwork {
    let operations = [Operation::Sdp, Operation::Dsc { kernel: DscKernel::Five }];
    let layer = |operation| EncoderLayer { operation, heads: 4, ffn_widths: vec![128, 512, 512, 128] };
    EncoderNetwork {
        vocab_size: 997,
        embedding_size: 128,
        max_positions: 128,
        token_types: 2,
        hidden_size: 128,
        layers: operations.map(layer).into(),
    }
}

fn norms_at_initialisation<T: Real>(tokens: &TokenBatch, loss: Loss<'_, T>) -> f64 {
    let weights = Initialiser::<T>::new(0).encoder(&real_size_network(), Head::None).unwrap();
    let input = EncoderInput::Tokens(tokens);
    let pass = FastEngine::new().gradient(&weights, input, loss, Dropout::Off, |_| Blind).unwrap();
    matrix_norms(&weights, &pass.gradient.body)
}

/// A norm with gain 1 and shift 0 has rows that sum to zero whatever comes in, so the sum of the hidden state is constant,
/// and what arrives below the last norm are rounding errors.
#[test]
fn ones_are_rounding_noise_at_initialisation_and_a_cotangent_is_not() {
    let network = real_size_network();
    let tokens = batch(4, 64, network.vocab_size);
    let single = norms_at_initialisation::<f32>(&tokens, Loss::HiddenSum);
    let double = norms_at_initialisation::<f64>(&tokens, Loss::HiddenSum);
    assert!(single > 1e6 * double && double > 0.0, "{single} {double}");
    let count = u16::try_from(tokens.ids().len() * network.hidden_size).unwrap();
    let cotangent: Vec<f32> = (0..count).map(|index| (0.7 * f32::from(index)).sin()).collect();
    let wide: Vec<f64> = cotangent.iter().map(|value| f64::from(*value)).collect();
    let single = norms_at_initialisation(&tokens, Loss::Cotangent(&cotangent));
    let double = norms_at_initialisation(&tokens, Loss::Cotangent(&wide));
    assert!((single - double).abs() < 1e-3 * double, "{single} {double}");
}

#[test]
fn both_precisions_agree_on_every_operation() {
    let network = mixed_network();
    let tokens = batch(20, 33, network.vocab_size);
    let labels: Vec<bool> = (0..tokens.ids().len()).map(|row| row % 5 == 2).collect();
    let single = strong_weights::<f32>(&network, Head::Discriminator, 1);
    let double = strong_weights::<f64>(&network, Head::Discriminator, 1);
    let input = EncoderInput::Tokens(&tokens);
    for dropout in [Dropout::Off, Dropout::Seed(3)] {
        let loss = Loss::ReplacedTokens(&labels);
        let found = FastEngine::new().gradient(&single, input, loss, dropout, |_| Blind).unwrap();
        let loss = Loss::ReplacedTokens(&labels);
        let wanted = FastEngine::new().gradient(&double, input, loss, dropout, |_| Blind).unwrap();
        assert!((found.loss - wanted.loss).abs() < 1e-4 * wanted.loss, "{} {}", found.loss, wanted.loss);
        let scale = wanted.gradient.body.iter().map(|value| value.abs()).fold(0.0, f64::max);
        let scaled = |value: f64| value / scale;
        let found: Vec<f64> = found.gradient.body.iter().map(|value| scaled(f64::from(*value))).collect();
        let wanted: Vec<f64> = wanted.gradient.body.iter().map(|value| scaled(*value)).collect();
        let error = worst(&found, &wanted);
        assert!(error < 1e-3, "{dropout:?}: {error}");
    }
}
