//! Hessian-vector products are the derivatives of gradients.

use proptest::prelude::*;
use proxyrank_nn::{
    Blind, CurvatureEngine, Dropout, EncoderInput, FastEngine, GradientEngine, Head, Loss, MaskedToken,
    NnError,
};
use proxyrank_space::flexibert::EncoderNetwork;

use crate::agreement::any_network;
use crate::common::{batch, moved, strong_weights, tiny_network};

fn direction(len: usize, phase: f64) -> Vec<f64> {
    (0..len).map(|index| (1.3 * index as f64 + phase).sin()).collect()
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    inner(a, a).sqrt()
}

/// The gradient against the five-point quotient of losses, the product against that of gradients, and the symmetry of
/// the Hessian.
fn check(
    network: &EncoderNetwork,
    input: EncoderInput<'_>,
    head: Head,
    loss: Loss<'_, f64>,
    dropout: Dropout,
) {
    let name = format!("{loss:?}, {dropout:?}, {:?}", network.layers);
    let weights = strong_weights::<f64>(network, head, 2);
    let engine = FastEngine::new();
    let along = direction(weights.body().len(), 0.1);
    let product = engine.hessian_product(&weights, input, loss, dropout, &along).unwrap();
    let step = 1e-5;
    let at = |steps: f64| {
        let moved = moved(&weights, &along, steps * step);
        let pass = engine.gradient(&moved, input, loss, dropout, |_| Blind).unwrap();
        (pass.loss, pass.gradient.body)
    };
    let [near, back, far, far_back] = [1.0, -1.0, 2.0, -2.0].map(at);
    let quotient = |near: f64, back: f64, far: f64, far_back: f64| {
        (8.0 * (near - back) - (far - far_back)) / (12.0 * step)
    };
    let (slope, wanted) = (inner(&at(0.0).1, &along), quotient(near.0, back.0, far.0, far_back.0));
    assert!((slope - wanted).abs() < 1e-6 * (1.0 + wanted.abs()), "{name}: {slope} {wanted}");
    let difference = |index: usize| {
        product[index] - quotient(near.1[index], back.1[index], far.1[index], far_back.1[index])
    };
    let difference: Vec<f64> = (0..product.len()).map(difference).collect();
    let error = norm(&difference) / norm(&product);
    assert!(error < 1e-6, "{name}: {error}");
    let other = direction(weights.body().len(), 2.0);
    let transposed = engine.hessian_product(&weights, input, loss, dropout, &other).unwrap();
    let (left, right) = (inner(&other, &product), inner(&along, &transposed));
    assert!((left - right).abs() < 1e-11 * norm(&other) * norm(&product), "{name}: {left} {right}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn derivatives_of_both_orders_hold_for_any_network(
        network in any_network(),
        sequences in 1..4_usize,
        seq_len in 1..20_usize,
        train in any::<bool>(),
    ) {
        let tokens = batch(sequences, seq_len, network.vocab_size);
        let labels: Vec<bool> = (0..tokens.ids().len()).map(|row| row % 3 == 1).collect();
        let dropout = if train { Dropout::Seed(3) } else { Dropout::Off };
        let (input, loss) = (EncoderInput::Tokens(&tokens), Loss::ReplacedTokens(&labels));
        check(&network, input, Head::Discriminator, loss, dropout);
    }
}

#[test]
fn products_are_the_derivative_of_the_gradient_for_every_operation() {
    let mixed = tiny_network();
    let tokens = batch(2, 7, mixed.vocab_size);
    let labels: Vec<bool> = (0..tokens.ids().len()).map(|row| row % 3 == 1).collect();
    for layer in &mixed.layers {
        let single = EncoderNetwork { layers: vec![layer.clone()], ..mixed.clone() };
        for dropout in [Dropout::Off, Dropout::Seed(8)] {
            let input = EncoderInput::Tokens(&tokens);
            check(&single, input, Head::Discriminator, Loss::ReplacedTokens(&labels), dropout);
        }
    }
}

#[test]
fn products_are_the_derivative_of_the_gradient_under_every_loss() {
    let network = EncoderNetwork { layers: tiny_network().layers.split_off(3), ..tiny_network() };
    let tokens = batch(3, 7, network.vocab_size);
    let rows = tokens.ids().len();
    let cotangent = direction(rows * network.hidden_size, 0.5);
    let labels: Vec<bool> = (0..rows).map(|row| row % 3 == 1).collect();
    let masked = [MaskedToken { row: 12, id: 4 }, MaskedToken { row: 1, id: 0 }];
    let input = EncoderInput::Tokens(&tokens);
    let losses = [
        (Head::None, Loss::HiddenSum),
        (Head::None, Loss::Cotangent(&cotangent)),
        (Head::Discriminator, Loss::LogitSum),
        (Head::Discriminator, Loss::ReplacedTokens(&labels)),
        (Head::Generator, Loss::MaskedTokens(&masked)),
    ];
    for (head, loss) in losses {
        check(&network, input, head, loss, Dropout::Off);
    }
    let ones = EncoderInput::Ones { batch: 2, seq_len: 5 };
    check(&network, ones, Head::Discriminator, Loss::LogitSum, Dropout::Off);
}

#[test]
fn a_direction_of_another_network_is_refused() {
    let network = tiny_network();
    let tokens = batch(1, 3, network.vocab_size);
    let weights = strong_weights::<f64>(&network, Head::None, 0);
    let input = EncoderInput::Tokens(&tokens);
    let run = FastEngine::new().hessian_product(&weights, input, Loss::HiddenSum, Dropout::Off, &[1.0]);
    assert!(matches!(run, Err(NnError::Length { found: 1, .. })), "{run:?}");
}
