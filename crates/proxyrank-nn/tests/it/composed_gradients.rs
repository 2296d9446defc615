//! The reference engine's gradients: against finite differences, and against identities that hold in any network.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};
use proxyrank_nn::{
    Arena, Collect, ComposedEngine, Dropout, EncoderInput, EncoderWeights, Event, GradientEngine,
    GradientEvent, GradientOf, GradientPass, GradientVisitor, Head, Initialiser, Loss, MaskedToken, NnError,
    Site, TokenBatch, Training, Visitor,
};

use crate::common::{batch, mixed_network, worst};

/// Every gradient that was shown: values and gradients, row-major, events one after the other.
#[derive(Debug, Default)]
struct Shown(BTreeMap<String, (Vec<f64>, Vec<f64>)>);

impl Visitor<f64> for Shown {
    fn wants(&self, _: Site) -> bool {
        false
    }

    fn visit(&mut self, _: &Event<'_, f64>) {}
}

impl GradientVisitor<f64> for Shown {
    fn wants_gradient(&self, _: Site) -> bool {
        true
    }

    fn wants_outputs(&self) -> bool {
        true
    }

    fn visit_gradient(&mut self, event: &GradientEvent<'_, f64>) {
        let key = match event.of {
            GradientOf::Activation { site, layer, .. } => format!("{site:?} {layer}"),
            GradientOf::Output { parameter } => format!("output {parameter}"),
        };
        assert_eq!(event.values.rows(), event.block.rows());
        let (values, gradients) = self.0.entry(key).or_default();
        event.values.iter_rows().for_each(|row| values.extend_from_slice(row));
        event.gradient.iter_rows().for_each(|row| gradients.extend_from_slice(row));
    }
}

fn weights(head: Head) -> EncoderWeights<f64> {
    let mut weights = Initialiser::new(0).encoder(&mixed_network(), head).unwrap();
    // Gains and shifts away from one and zero, larger weights: no part of the network is close to linear.
    for (index, value) in weights.body_mut().iter_mut().enumerate() {
        *value = *value * 6.0 + 0.05 * (1.3 * index as f64).sin();
    }
    weights
}

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
) -> Result<GradientPass<f64, Shown>, NnError> {
    let engine = ComposedEngine::new(Device::Cpu);
    engine.gradient(weights, input, loss, dropout, |_| Shown::default())
}

#[test]
fn every_loss_has_the_slope_that_finite_differences_show() {
    let weights = weights(Head::Discriminator);
    let (tokens, cotangent) = (tokens(), cotangent());
    let labels: Vec<bool> = (0..22).map(|row| row % 7 == 2).collect();
    let losses =
        [Loss::HiddenSum, Loss::Cotangent(&cotangent), Loss::ReplacedTokens(&labels), Loss::LogitSum];
    let inputs = [EncoderInput::Tokens(&tokens), EncoderInput::Ones { batch: 2, seq_len: 11 }];
    let direction: Vec<f64> = (0..weights.body().len()).map(|i| (1.1 * i as f64).cos()).collect();
    for input in inputs {
        for loss in losses {
            for dropout in [Dropout::Off, Dropout::Seed(3)] {
                let at = |step: f64| {
                    let mut moved = weights.clone();
                    for (value, direction) in moved.body_mut().iter_mut().zip(&direction) {
                        *value += step * direction;
                    }
                    run(&moved, input, loss, dropout).unwrap().loss
                };
                let found = run(&weights, input, loss, dropout).unwrap().gradient.body;
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
fn gradients_of_outputs_sum_to_those_of_biases() {
    let weights = weights(Head::Discriminator);
    let labels = [true, false].repeat(11);
    let tokens = tokens();
    let pass =
        run(&weights, EncoderInput::Tokens(&tokens), Loss::ReplacedTokens(&labels), Dropout::Off).unwrap();
    let layout = weights.layout();
    let mut checked = 0;
    for parameter in layout.parameters.iter().filter(|parameter| parameter.path.ends_with("bias")) {
        let weight = parameter
            .path
            .replace("bias", "weight")
            .replace("attn_layer.weight", "attn_layer.pointwise.weight");
        let Some(weight) = layout.parameters.iter().position(|other| other.path == weight) else { continue };
        let Some((_, gradients)) = pass.visitors[0].0.get(&format!("output {weight}")) else {
            assert!(parameter.path.contains("LayerNorm"), "{}", parameter.path);
            continue;
        };
        let width = parameter.elements.len();
        let mut sums = vec![0.0; width];
        for row in gradients.chunks_exact(width) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        assert!(worst(&sums, &pass.gradient.body[parameter.elements.clone()]) < 1e-14, "{}", parameter.path);
        checked += 1;
    }
    let is_weight = |path: &str| path.ends_with(".weight") && !path.contains("LayerNorm");
    let body = layout.parameters.iter().filter(|parameter| parameter.arena == Arena::Body);
    let weights = body.filter(|parameter| is_weight(&parameter.path)).count();
    // One matrix (weighted multiplicative attention's) and two depthwise convolutions have no bias.
    assert_eq!(checked, weights - 3);
}

#[test]
fn gradients_of_activations_fit_together() {
    let (weights, tokens, cotangent) = (weights(Head::None), tokens(), cotangent());
    let input = EncoderInput::Tokens(&tokens);
    let pass = run(&weights, input, Loss::Cotangent(&cotangent), Dropout::Off).unwrap();
    let shown = &pass.visitors[0].0;
    assert_eq!(shown["Hidden 5"].1, cotangent);
    let inner = |key: &str| shown[key].0.iter().zip(&shown[key].1).map(|(a, g)| a * g).sum::<f64>();
    for layer in [0, 1, 4, 5] {
        // What attends is linear in the probabilities and in the values: both have the inner product of the output
        // with its gradient.
        let (over_heads, over_values) =
            (inner(&format!("Attention {layer}")), inner(&format!("Value {layer}")));
        assert!((over_heads - over_values).abs() < 1e-12 * over_heads.abs().max(1.0), "layer {layer}");
    }
    for layer in 0..6 {
        assert_eq!(shown[&format!("FfnInput {layer}")].0.len(), 2 * 11 * 32);
        assert!(shown[&format!("Gelu {layer}")].1.iter().any(|gradient| *gradient != 0.0));
        assert!(shown[&format!("FfnPreactivation {layer}")].1.iter().any(|gradient| *gradient != 0.0));
    }
    assert!(!shown.contains_key("TransformSoftmax 2"));
}

#[test]
fn embeddings_get_what_candle_finds_for_their_tables() {
    let engine = ComposedEngine::<f64>::new(Device::Cpu);
    let (weights, tokens, cotangent) = (weights(Head::None), tokens(), cotangent());
    let input = EncoderInput::Tokens(&tokens);
    let pass = run(&weights, input, Loss::Cotangent(&cotangent), Dropout::Off).unwrap();
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
    assert_eq!(run(&weights, ones, Loss::HiddenSum, Dropout::Off).unwrap().gradient.embeddings, None);
}

#[test]
fn the_forward_pass_is_the_same_with_a_backward_pass_behind_it() {
    /// Collects one place and wants no gradient.
    struct Forward(Collect<f64>);
    impl Visitor<f64> for Forward {
        fn wants(&self, site: Site) -> bool {
            self.0.wants(site)
        }
        fn visit(&mut self, event: &Event<'_, f64>) {
            self.0.visit(event);
        }
    }
    impl GradientVisitor<f64> for Forward {
        fn wants_gradient(&self, _: Site) -> bool {
            false
        }
        fn wants_outputs(&self) -> bool {
            false
        }
        fn visit_gradient(&mut self, _: &GradientEvent<'_, f64>) {
            panic!("nobody asked");
        }
    }
    let engine = ComposedEngine::<f64>::new(Device::Cpu);
    let (weights, tokens) = (weights(Head::Discriminator), tokens());
    for site in [Site::Key, Site::Attention, Site::Gelu, Site::Hidden, Site::Logits] {
        let visitor = |_| Forward(Collect::new(site));
        let input = EncoderInput::Tokens(&tokens);
        let pass = engine.gradient(&weights, input, Loss::LogitSum, Dropout::Off, visitor).unwrap();
        let options = proxyrank_nn::ForwardOptions::EVAL;
        let wanted = crate::common::collect(&engine, &weights, &tokens, options, site);
        assert_eq!(pass.visitors[0].0.values, wanted, "{site:?}");
    }
}

#[test]
fn what_cannot_be_differentiated_is_refused_with_a_reason() {
    let (headless, tokens) = (weights(Head::None), tokens());
    let input = EncoderInput::Tokens(&tokens);
    let message = |input, loss| run(&headless, input, loss, Dropout::Off).unwrap_err().to_string();
    assert!(message(input, Loss::LogitSum).contains("draw them with `Head::Discriminator`"));
    assert!(message(input, Loss::MaskedTokens(&[MaskedToken { row: 0, id: 1 }])).contains("no head"));
    assert!(message(input, Loss::Cotangent(&[1.0])).contains("1 entries"));
    let none = EncoderInput::Ones { batch: 0, seq_len: 4 };
    assert!(message(none, Loss::HiddenSum).contains("the number of tokens"));
}
