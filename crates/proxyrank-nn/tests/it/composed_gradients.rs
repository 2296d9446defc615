//! The reference engine's gradients: against finite differences, and against identities that hold in any network.

use candle_core::{Device, Tensor};
use proxyrank_nn::{
    ComposedEngine, Dropout, EncoderInput, EncoderWeights, GradientEngine, GradientOf, GradientPass, Head,
    Loss, MaskedToken, Site, TokenBatch, Training,
};

use crate::common::{batch, mixed_network, moved, strong_weights, worst};
use crate::record::{Record, assembled};

fn tokens() -> TokenBatch {
    batch(2, 11, mixed_network().vocab_size)
}

fn cotangent() -> Vec<f64> {
    (0..2 * 11 * 32).map(|i| (0.7 * f64::from(i)).sin()).collect()
}

fn run(
    weights: &EncoderWeights<f64>,
    input: EncoderInput<'_>,
    loss: Loss<'_, f64>,
    dropout: Dropout,
) -> GradientPass<f64, Record<f64>> {
    let engine = ComposedEngine::new(Device::Cpu);
    engine.gradient(weights, input, loss, dropout, Record::new).unwrap()
}

#[test]
fn every_loss_has_the_slope_that_finite_differences_show() {
    let (tokens, cotangent) = (tokens(), cotangent());
    let labels: Vec<bool> = (0..22).map(|row| row % 7 == 2).collect();
    let masked = [(20, 4), (3, 90), (3, 0)].map(|(row, id)| MaskedToken { row, id });
    let losses = [
        (Head::None, Loss::HiddenSum),
        (Head::None, Loss::Cotangent(&cotangent)),
        (Head::Discriminator, Loss::ReplacedTokens(&labels)),
        (Head::Discriminator, Loss::LogitSum),
        (Head::Generator, Loss::MaskedTokens(&masked)),
    ];
    let inputs = [EncoderInput::Tokens(&tokens), EncoderInput::Ones { batch: 2, seq_len: 11 }];
    for input in inputs {
        for (head, loss) in losses {
            let weights = strong_weights::<f64>(&mixed_network(), head, 0);
            let direction: Vec<f64> = (0..weights.body().len()).map(|i| (1.1 * i as f64).cos()).collect();
            for dropout in [Dropout::Off, Dropout::Seed(3)] {
                let at = |step| run(&moved(&weights, &direction, step), input, loss, dropout).loss;
                let found = run(&weights, input, loss, dropout).gradient.body;
                let slope: f64 = found.iter().zip(&direction).map(|(g, d)| g * d).sum();
                let wanted = (at(1e-6) - at(-1e-6)) / 2e-6;
                let scale = found.iter().map(|g| g * g).sum::<f64>().sqrt();
                assert!(
                    (slope - wanted).abs() < 1e-6 * scale,
                    "{loss:?}, {dropout:?}: {slope}, not {wanted}, norm {scale}"
                );
            }
        }
    }
}

#[test]
fn gradients_of_activations_fit_together() {
    let (tokens, cotangent) = (tokens(), cotangent());
    let weights = strong_weights(&mixed_network(), Head::None, 0);
    let pass = run(&weights, EncoderInput::Tokens(&tokens), Loss::Cotangent(&cotangent), Dropout::Off);
    let shown = assembled(&pass.visitors);
    assert_eq!(shown[&GradientOf::Activation { site: Site::Hidden, layer: 5, index: 0 }][1], cotangent);
    // What attends is linear in the probabilities and in the values: both have the inner product of the output with
    // its gradient.
    for layer in [0, 1, 4, 5] {
        let inner = |at: Site| -> f64 {
            let here = shown.iter().filter(|(of, _)| {
                matches!(**of, GradientOf::Activation { site, layer: other, .. } if (site, other) == (at, layer))
            });
            here.flat_map(|(_, [values, gradient])| values.iter().zip(gradient)).map(|(a, g)| a * g).sum()
        };
        let (over_heads, over_values) = (inner(Site::Attention), inner(Site::Value));
        assert!(over_values != 0.0);
        assert!((over_heads - over_values).abs() < 1e-11 * over_heads.abs().max(1.0), "layer {layer}");
    }
}

#[test]
fn embeddings_get_what_candle_finds_for_their_tables() {
    let engine = ComposedEngine::<f64>::new(Device::Cpu);
    let (tokens, cotangent) = (tokens(), cotangent());
    let weights = strong_weights(&mixed_network(), Head::None, 0);
    let input = EncoderInput::Tokens(&tokens);
    let pass = run(&weights, input, Loss::Cotangent(&cotangent), Dropout::Off);
    let found = pass.gradient.embeddings.unwrap();

    let composed = engine.weights(&weights, Training::Trainable).unwrap();
    let hidden = engine.hidden_state(&composed, &tokens, Dropout::Off).unwrap();
    let cotangent = Tensor::from_vec(cotangent, hidden.shape(), &Device::Cpu).unwrap();
    let gradients = (hidden * cotangent).unwrap().sum_all().unwrap().backward().unwrap();
    let table = |name: &str| {
        let variable = &composed.variables()[&format!("electra.embeddings.{name}.weight")];
        gradients.get(variable).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap()
    };
    let positions = table("position_embeddings");
    assert!(worst(&found.position(), &positions[..11 * 16]) < 1e-14);
    assert!(worst(&found.token_type(), &table("token_type_embeddings")[..16]) < 1e-14);
    assert!(worst(&found.gain, &table("LayerNorm")) < 1e-14);
    let words = table("word_embeddings");
    let by_id = found.words(tokens.ids());
    for (id, row) in words.chunks_exact(16).enumerate() {
        match by_id.get(&u32::try_from(id).unwrap()) {
            Some(found) => assert!(worst(found, row) < 1e-14, "word {id}"),
            None => assert!(row.iter().all(|value| *value == 0.0), "word {id}"),
        }
    }
    let ones = EncoderInput::Ones { batch: 1, seq_len: 3 };
    assert_eq!(run(&weights, ones, Loss::HiddenSum, Dropout::Off).gradient.embeddings, None);
}
