//! Every parameter of every kind has the gradient that a difference quotient of the loss shows, embedding tables
//! included, under every loss.

use std::collections::BTreeMap;

use proxyrank_nn::{
    Arena, Blind, Dropout, EncoderInput, EncoderWeights, FastEngine, GradientEngine, GradientPass, Head,
    Loss, MaskedToken, TokenBatch,
};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use crate::common::{batch, strong_weights, tiny_network};

/// The weights with `step` times a fixed pattern added to one parameter.
fn moved(weights: &EncoderWeights<f64>, head: Head, path: &str, step: f64) -> EncoderWeights<f64> {
    let bytes: Vec<(String, Vec<usize>, Vec<u8>)> = weights
        .parameters()
        .map(|(parameter, values)| {
            let factor = if parameter.path == path { step } else { 0.0 };
            let moved = values.iter().enumerate().map(|(index, value)| value + factor * pattern(index));
            (parameter.path.clone(), parameter.shape.clone(), moved.flat_map(f64::to_le_bytes).collect())
        })
        .collect();
    let views: BTreeMap<&str, TensorView<'_>> = bytes
        .iter()
        .map(|(path, shape, bytes)| {
            (path.as_str(), TensorView::new(Dtype::F64, shape.clone(), bytes).unwrap())
        })
        .collect();
    let file = safetensors::serialize(views, None).unwrap();
    EncoderWeights::from_safetensors(&weights.layout().network, head, &file).unwrap()
}

fn pattern(index: usize) -> f64 {
    (1.7 * index as f64 + 0.3).sin()
}

/// The slope along the pattern that the gradient promises.
fn promised(
    pass: &GradientPass<f64, Blind>,
    weights: &EncoderWeights<f64>,
    tokens: Option<&TokenBatch>,
    path: &str,
) -> f64 {
    let along = |gradient: &[f64]| -> f64 {
        gradient.iter().enumerate().map(|(index, gradient)| gradient * pattern(index)).sum()
    };
    let parameter = weights.layout().parameters.iter().find(|parameter| parameter.path == path).unwrap();
    if parameter.arena == Arena::Body {
        return along(&pass.gradient.body[parameter.elements.clone()]);
    }
    let Some((embeddings, tokens)) = pass.gradient.embeddings.as_ref().zip(tokens) else {
        return 0.0;
    };
    match path.rsplit('.').nth(1).unwrap() {
        "word_embeddings" => {
            let width = parameter.shape[1];
            let mut table = vec![0.0; parameter.elements.len()];
            table[..embeddings.output_words.len()].copy_from_slice(&embeddings.output_words);
            for (id, row) in embeddings.words(tokens.ids()) {
                for (target, gradient) in table[id as usize * width..].iter_mut().zip(row) {
                    *target += gradient;
                }
            }
            along(&table)
        }
        "position_embeddings" => along(&embeddings.position()),
        "token_type_embeddings" => along(&embeddings.token_type()),
        _ if path.ends_with("weight") => along(&embeddings.gain),
        _ => along(&embeddings.shift),
    }
}

fn check(input: EncoderInput<'_>, head: Head, loss: Loss<'_, f64>, dropout: Dropout) {
    let network = tiny_network();
    let weights = strong_weights::<f64>(&network, head, 3);
    let engine = FastEngine::new();
    let run =
        |weights: &EncoderWeights<f64>| engine.gradient(weights, input, loss, dropout, |_| Blind).unwrap();
    let pass = run(&weights);
    let tokens = match input {
        EncoderInput::Tokens(tokens) => Some(tokens),
        EncoderInput::Ones { .. } => None,
    };
    let mut silent = Vec::new();
    for parameter in &weights.layout().parameters {
        let path = parameter.path.as_str();
        // The five-point quotient, whose error is of the fourth order.
        let step = 2e-5;
        let at = |steps| run(&moved(&weights, head, path, steps * step)).loss;
        let slope = (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * step);
        let promised = promised(&pass, &weights, tokens, path);
        assert!(
            (slope - promised).abs() < 2e-8 * (1.0 + slope.abs()),
            "{path} under {loss:?} and {dropout:?}: {promised}, but the quotient is {slope}"
        );
        if promised.abs() < 1e-9 {
            silent.push(path);
        }
    }
    // Ones make all tokens alike, so some parameters see nothing; else only a key's bias does, which moves all scores of a
    // row alike.
    silent.retain(|path| tokens.is_some() && !path.ends_with("key.bias"));
    assert_eq!(silent, Vec::<&str>::new(), "{loss:?}");
}

#[test]
fn every_parameter_has_its_gradient_under_every_loss() {
    let network = tiny_network();
    let tokens = batch(2, 7, network.vocab_size);
    let rows = tokens.ids().len();
    let cotangent: Vec<f64> = (0..rows * network.hidden_size).map(|i| (0.7 * i as f64).sin()).collect();
    let labels: Vec<bool> = (0..rows).map(|row| row % 3 == 1).collect();
    let masked =
        [MaskedToken { row: 12, id: 4 }, MaskedToken { row: 1, id: 0 }, MaskedToken { row: 9, id: 10 }];
    let cases = [
        (Head::None, Loss::HiddenSum),
        (Head::None, Loss::Cotangent(&cotangent)),
        (Head::Discriminator, Loss::LogitSum),
        (Head::Discriminator, Loss::ReplacedTokens(&labels)),
        (Head::Generator, Loss::MaskedTokens(&masked)),
    ];
    for (head, loss) in cases {
        check(EncoderInput::Tokens(&tokens), head, loss, Dropout::Off);
    }
    check(EncoderInput::Tokens(&tokens), Head::None, Loss::Cotangent(&cotangent), Dropout::Seed(5));
    check(EncoderInput::Ones { batch: 1, seq_len: 7 }, Head::Discriminator, Loss::LogitSum, Dropout::Off);
}
