//! What visitors of a backward pass see, and what is refused, with both engines.

use std::collections::HashSet;

use candle_core::Device;
use proxyrank_nn::{
    Blind, Collect, ComposedEngine, Dropout, EncoderInput, EncoderWeights, Engine, FastEngine,
    ForwardOptions, GradientEngine, GradientOf, Head, Loss, MaskedToken, NnError, Parameter, Real, Site,
};

use crate::common::{batch, collect, mixed_network, strong_weights, tiny_network, worst};
use crate::record::{Record, assembled};

const fn composed<T: Real>() -> ComposedEngine<T> {
    ComposedEngine::new(Device::Cpu)
}

fn labels(rows: usize) -> Vec<bool> {
    (0..rows).map(|row| row % 5 == 2).collect()
}

#[test]
fn every_activation_comes_back_with_its_value_and_outputs_add_up_to_biases() {
    returning(&FastEngine::new());
    returning(&composed());
}

fn returning(engine: &impl GradientEngine<f64>) {
    let network = mixed_network();
    let tokens = batch(3, 9, network.vocab_size);
    let weights = strong_weights::<f64>(&network, Head::Discriminator, 1);
    let labels = labels(tokens.ids().len());
    let (input, loss) = (EncoderInput::Tokens(&tokens), Loss::ReplacedTokens(&labels));
    for dropout in [Dropout::Off, Dropout::Seed(4)] {
        let pass = engine.gradient(&weights, input, loss, dropout, Record::new).unwrap();
        let blind = engine.gradient(&weights, input, loss, dropout, |_| Blind).unwrap();
        assert_eq!(pass.loss.to_bits(), blind.loss.to_bits());
        assert!(worst(&pass.gradient.body, &blind.gradient.body) < 1e-14);
        let [seen] = &pass.visitors[..] else { panic!("one block") };
        let activations =
            seen.backward.iter().filter(|((of, _), _)| matches!(of, GradientOf::Activation { .. }));
        let keys: HashSet<_> = activations.clone().map(|(key, _)| key).collect();
        assert_eq!(keys, seen.forward.keys().collect());
        for (key, [values, gradient]) in activations {
            assert_eq!(&seen.forward[key], values, "{key:?}");
            assert!(gradient.iter().any(|gradient| *gradient != 0.0), "{key:?}");
        }
        let parameters = &weights.layout().parameters;
        for (index, parameter) in parameters.iter().enumerate() {
            let Some(prefix) = parameter.path.strip_suffix(".weight") else { continue };
            let Some([_, gradient]) = seen.backward.get(&(GradientOf::Output { parameter: index }, 0)) else {
                assert!(parameter.shape.len() == 1 || !prefix.contains("dense"), "{prefix} is not shown");
                continue;
            };
            let bias = format!("{}.bias", prefix.strip_suffix(".pointwise").unwrap_or(prefix));
            if let Some(bias) = parameters.iter().find(|parameter| parameter.path == bias) {
                let width = parameter.shape[0];
                let sum = |column: usize| gradient.iter().skip(column).step_by(width).sum::<f64>();
                let sums: Vec<f64> = (0..width).map(sum).collect();
                let error = worst(&sums, &pass.gradient.body[bias.elements.clone()]);
                assert!(error < 1e-13, "{prefix}: {error}");
            }
        }
    }
}

/// An activation's gradient is the sum over what it feeds; at the places where one linear layer's output is shown under
/// two names, both are equal.
#[test]
fn an_output_and_its_activation_have_the_same_gradient() {
    two_names(&FastEngine::new());
    two_names(&composed());
}

fn two_names(engine: &impl GradientEngine<f64>) {
    let network = mixed_network();
    let tokens = batch(2, 9, network.vocab_size);
    let weights = strong_weights::<f64>(&network, Head::Discriminator, 1);
    let labels = labels(tokens.ids().len());
    let (input, loss) = (EncoderInput::Tokens(&tokens), Loss::ReplacedTokens(&labels));
    let pass = engine.gradient(&weights, input, loss, Dropout::Off, Record::new).unwrap();
    let seen = &pass.visitors[0].backward;
    let names = [
        (Site::Query, "query.weight"),
        (Site::Key, "key.weight"),
        (Site::Value, "value.weight"),
        (Site::Weight, "operation.weight.weight"),
        (Site::TransformInput, "operation.input.weight"),
        (Site::FfnPreactivation, "dense_in.weight"),
    ];
    for (parameter, Parameter { path, .. }) in weights.layout().parameters.iter().enumerate() {
        let Some((site, _)) = names.iter().find(|(_, name)| path.ends_with(name)) else { continue };
        let layer = path.split('.').nth(3).unwrap().parse().unwrap();
        let activation = GradientOf::Activation { site: *site, layer, index: 0 };
        assert_eq!(seen[&(GradientOf::Output { parameter }, 0)], seen[&(activation, 0)], "{path}");
    }
}

/// The generator's head sees masked tokens alone; its outputs are not shown, though there are as many of them as tokens.
#[test]
fn outputs_of_the_generator_are_not_shown() {
    no_generator(&FastEngine::new());
    no_generator(&composed());
}

fn no_generator(engine: &impl GradientEngine<f64>) {
    let network = tiny_network();
    let tokens = batch(2, 5, network.vocab_size);
    let weights = strong_weights::<f64>(&network, Head::Generator, 1);
    let masked: Vec<MaskedToken> = (0..10).rev().map(|row| MaskedToken { row, id: 3 }).collect();
    let (input, loss) = (EncoderInput::Tokens(&tokens), Loss::MaskedTokens(&masked));
    let pass = engine.gradient(&weights, input, loss, Dropout::Off, Record::new).unwrap();
    let seen = assembled(&pass.visitors);
    assert!(!seen.is_empty());
    for of in seen.keys() {
        if let GradientOf::Output { parameter } = of {
            assert!(!weights.layout().parameters[*parameter].in_head, "{parameter}");
        }
    }
}

#[test]
fn the_way_forward_is_that_of_a_plain_pass() {
    way_forward::<f32>(&FastEngine::new());
    way_forward::<f64>(&composed());
}

fn way_forward<T: Real>(engine: &(impl Engine<T> + GradientEngine<T>)) {
    let network = mixed_network();
    let tokens = batch(20, 33, network.vocab_size);
    let weights = strong_weights::<T>(&network, Head::Discriminator, 1);
    for site in [Site::Attention, Site::Gelu, Site::FfnPreactivation, Site::Logits, Site::TransformSoftmax] {
        let plain = collect(engine, &weights, &tokens, ForwardOptions::EVAL, site);
        let (input, loss) = (EncoderInput::Tokens(&tokens), Loss::LogitSum);
        let pass = engine.gradient(&weights, input, loss, Dropout::Off, |_| Collect::new(site)).unwrap();
        let recorded: Vec<T> = pass.visitors.into_iter().flat_map(|visitor| visitor.values).collect();
        assert_eq!(recorded, plain, "{site:?}");
    }
}

#[test]
fn bad_requests_are_refused() {
    refusals(&FastEngine::new());
    refusals(&composed());
}

fn refusals(engine: &impl GradientEngine<f64>) {
    let network = tiny_network();
    let tokens = batch(2, 5, network.vocab_size);
    let refused = |head, input, loss: Loss<'_, f64>| -> NnError {
        let weights: EncoderWeights<f64> = strong_weights(&network, head, 0);
        let run = engine.gradient(&weights, input, loss, Dropout::Off, |_| Blind);
        run.map(|pass| pass.loss).unwrap_err()
    };
    let message = |head, loss| refused(head, EncoderInput::Tokens(&tokens), loss).to_string();
    assert_eq!(
        message(Head::None, Loss::LogitSum),
        "the loss needs the discriminator head; build the weights with Head::Discriminator"
    );
    assert_eq!(
        message(Head::Discriminator, Loss::MaskedTokens(&[MaskedToken { row: 0, id: 1 }])),
        "the loss needs the generator head; build the weights with Head::Generator"
    );
    assert_eq!(
        message(Head::Discriminator, Loss::ReplacedTokens(&[true; 9])),
        "the list of labels has 9 elements, but the network and the input want 10"
    );
    assert_eq!(
        message(Head::None, Loss::Cotangent(&[0.0; 81])),
        "the cotangent has 81 elements, but the network and the input want 80"
    );
    assert_eq!(
        message(Head::Generator, Loss::MaskedTokens(&[MaskedToken { row: 10, id: 1 }])),
        "masked token 1 at row 10 is outside the 10 rows or the vocabulary of 11"
    );
    assert_eq!(
        message(Head::Generator, Loss::MaskedTokens(&[])),
        "there are no masked tokens; their mean loss needs at least one"
    );
    let nothing = EncoderInput::Ones { batch: 0, seq_len: 3 };
    assert!(matches!(refused(Head::None, nothing, Loss::HiddenSum), NnError::Empty { .. }));
}
