//! What visitors of a backward pass see, and what is refused.

use std::collections::BTreeMap;

use proxyrank_nn::{
    Block, Dropout, EncoderInput, EncoderWeights, Event, FastEngine, ForwardOptions, GradientEngine,
    GradientEvent, GradientOf, GradientVisitor, Head, Loss, MaskedToken, NnError, Site, View, Visitor,
};

use crate::common::{Blind, batch, collect, mixed_network, strong_weights, tiny_network, worst};

/// Sites with a gradient of their own.
const SITES: [Site; 11] = [
    Site::Query,
    Site::Key,
    Site::Value,
    Site::Weight,
    Site::TransformInput,
    Site::Attention,
    Site::FfnInput,
    Site::FfnPreactivation,
    Site::Gelu,
    Site::Hidden,
    Site::Logits,
];

/// Copies all that it can see.
struct Everything {
    forward: BTreeMap<(usize, usize, usize, usize), Vec<f64>>,
    /// Values and gradients of activations, by (site, layer, index, sequence).
    activations: BTreeMap<(usize, usize, usize, usize), [Vec<f64>; 2]>,
    /// Values and gradients of outputs, by parameter.
    outputs: BTreeMap<usize, [Vec<f64>; 2]>,
}

impl Everything {
    fn new(_: Block) -> Self {
        Self { forward: BTreeMap::new(), activations: BTreeMap::new(), outputs: BTreeMap::new() }
    }
}

fn number(site: Site) -> usize {
    SITES.iter().position(|other| *other == site).unwrap()
}

fn copied(view: View<'_, f64>) -> Vec<f64> {
    view.iter_rows().flatten().copied().collect()
}

impl Visitor<f64> for Everything {
    fn wants(&self, site: Site) -> bool {
        SITES.contains(&site)
    }

    fn visit(&mut self, event: &Event<'_, f64>) {
        let key = (number(event.site), event.layer, event.index, event.block.first_sequence);
        assert!(self.forward.insert(key, copied(event.values)).is_none(), "{key:?} twice");
    }
}

impl GradientVisitor<f64> for Everything {
    fn wants_gradient(&self, _: Site) -> bool {
        true
    }

    fn wants_outputs(&self) -> bool {
        true
    }

    fn visit_gradient(&mut self, event: &GradientEvent<'_, f64>) {
        let pair = [copied(event.values), copied(event.gradient)];
        match event.of {
            GradientOf::Activation { site, layer, index } => {
                let key = (number(site), layer, index, event.block.first_sequence);
                assert!(self.activations.insert(key, pair).is_none(), "{key:?} twice");
            }
            GradientOf::Output { parameter } => {
                assert!(self.outputs.insert(parameter, pair).is_none(), "{parameter} twice");
            }
        }
    }
}

fn labels(rows: usize) -> Vec<bool> {
    (0..rows).map(|row| row % 5 == 2).collect()
}

#[test]
fn every_activation_comes_back_with_its_value_and_outputs_add_up_to_biases() {
    let network = mixed_network();
    let tokens = batch(3, 9, network.vocab_size);
    let weights = strong_weights::<f64>(&network, Head::Discriminator, 1);
    let labels = labels(tokens.ids().len());
    let (input, loss) = (EncoderInput::Tokens(&tokens), Loss::ReplacedTokens(&labels));
    let engine = FastEngine::new();
    for dropout in [Dropout::Off, Dropout::Seed(4)] {
        let pass = engine.gradient(&weights, input, loss, dropout, Everything::new).unwrap();
        let blind = engine.gradient(&weights, input, loss, dropout, Blind::new).unwrap();
        assert_eq!(pass.loss.to_bits(), blind.loss.to_bits());
        assert!(worst(&pass.gradient.body, &blind.gradient.body) < 1e-14);
        let [seen] = <[Everything; 1]>::try_from(pass.visitors).unwrap_or_else(|_| panic!("one block"));
        assert_eq!(seen.forward.keys().collect::<Vec<_>>(), seen.activations.keys().collect::<Vec<_>>());
        for (key, [values, gradient]) in &seen.activations {
            assert_eq!(&seen.forward[key], values, "{key:?}");
            assert_eq!(values.len(), gradient.len(), "{key:?}");
            assert!(gradient.iter().any(|gradient| *gradient != 0.0), "{key:?}");
        }
        let layout = weights.layout();
        for (index, parameter) in layout.parameters.iter().enumerate() {
            let Some(prefix) = parameter.path.strip_suffix(".weight") else {
                continue;
            };
            let Some([values, gradient]) = seen.outputs.get(&index) else {
                assert!(parameter.shape.len() == 1 || !prefix.contains("dense"), "{prefix} is not shown");
                continue;
            };
            assert_eq!(values.len(), gradient.len());
            let bias = format!("{}.bias", prefix.strip_suffix(".pointwise").unwrap_or(prefix));
            if let Some(bias) = layout.parameters.iter().find(|parameter| parameter.path == bias) {
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
    let network = mixed_network();
    let tokens = batch(2, 9, network.vocab_size);
    let weights = strong_weights::<f64>(&network, Head::Discriminator, 1);
    let labels = labels(tokens.ids().len());
    let loss = Loss::ReplacedTokens(&labels);
    let input = EncoderInput::Tokens(&tokens);
    let engine = FastEngine::new();
    let pass = engine.gradient(&weights, input, loss, Dropout::Off, Everything::new).unwrap();
    let seen = &pass.visitors[0];
    let names = [
        (Site::Query, "query.weight"),
        (Site::Key, "key.weight"),
        (Site::Value, "value.weight"),
        (Site::Weight, "operation.weight.weight"),
        (Site::TransformInput, "operation.input.weight"),
        (Site::FfnPreactivation, "dense_in.weight"),
    ];
    for (index, parameter) in weights.layout().parameters.iter().enumerate() {
        let Some((site, _)) = names.iter().find(|(_, name)| parameter.path.ends_with(name)) else {
            continue;
        };
        let layer = parameter.path.split('.').nth(3).unwrap().parse().unwrap();
        assert_eq!(
            seen.outputs[&index],
            seen.activations[&(number(*site), layer, 0, 0)],
            "{}",
            parameter.path
        );
    }
}

#[test]
fn the_way_forward_is_that_of_a_plain_pass() {
    let network = mixed_network();
    let tokens = batch(20, 33, network.vocab_size);
    let weights = strong_weights::<f32>(&network, Head::Discriminator, 1);
    let engine = FastEngine::new();
    for site in [Site::Attention, Site::Gelu, Site::FfnPreactivation, Site::Hidden, Site::TransformSoftmax] {
        let plain = collect(&engine, &weights, &tokens, ForwardOptions::EVAL, site);
        let input = EncoderInput::Tokens(&tokens);
        let forward = |_| Forward(proxyrank_nn::Collect::new(site));
        let pass = engine.gradient(&weights, input, Loss::HiddenSum, Dropout::Off, forward).unwrap();
        let recorded: Vec<f32> = pass.visitors.into_iter().flat_map(|visitor| visitor.0.values).collect();
        assert_eq!(recorded, plain, "{site:?}");
    }
}

/// Looks at one place on the way forward.
struct Forward(proxyrank_nn::Collect<f32>);

impl Visitor<f32> for Forward {
    fn wants(&self, site: Site) -> bool {
        self.0.wants(site)
    }

    fn visit(&mut self, event: &Event<'_, f32>) {
        self.0.visit(event);
    }
}

impl GradientVisitor<f32> for Forward {
    fn wants_gradient(&self, _: Site) -> bool {
        false
    }

    fn wants_outputs(&self) -> bool {
        false
    }

    fn visit_gradient(&mut self, _: &GradientEvent<'_, f32>) {}
}

#[test]
fn bad_requests_are_refused() {
    let network = tiny_network();
    let tokens = batch(2, 5, network.vocab_size);
    let refused = |head, input, loss: Loss<'_, f64>| -> NnError {
        let weights: EncoderWeights<f64> = strong_weights(&network, head, 0);
        let run = FastEngine::new().gradient(&weights, input, loss, Dropout::Off, Blind::new);
        run.map(|pass| pass.loss).unwrap_err()
    };
    let input = EncoderInput::Tokens(&tokens);
    let message = |head, loss| refused(head, input, loss).to_string();
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
