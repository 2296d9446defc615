//! A loss of segments against a plain one: with the plain loss's own gradients as cotangents, cutting changes nothing.

use candle_core::Device;
use proxyrank_nn::{
    ComposedEngine, Dropout, EncoderInput, FastEngine, GradientEngine, GradientOf, Head, Loss, Site,
};

use crate::common::{batch, mixed_network, strong_weights, worst};
use crate::record::{Record, assembled};

/// Where the segments of some layers end, in order.
fn ends(layers: usize) -> Vec<GradientOf> {
    let sites = [Site::FfnInput, Site::LayerOutput];
    let ends =
        (0..layers).flat_map(|layer| sites.map(|site| GradientOf::Activation { site, layer, index: 0 }));
    ends.collect()
}

#[test]
fn segments_fed_with_the_gradients_of_a_plain_loss_give_them_back() {
    check(&FastEngine::new());
    check(&ComposedEngine::new(Device::Cpu));
}

fn check(engine: &impl GradientEngine<f64>) {
    let network = mixed_network();
    // Several blocks of the fast engine.
    let tokens = batch(9, 60, network.vocab_size);
    let weights = strong_weights::<f64>(&network, Head::None, 2);
    let elements = tokens.ids().len() * network.hidden_size;
    let cotangent: Vec<f64> = (0..elements).map(|i| (0.7 * i as f64).sin()).collect();
    let input = EncoderInput::Tokens(&tokens);
    let ends = ends(network.layers.len());
    for dropout in [Dropout::Off, Dropout::Seed(3)] {
        let plain = engine.gradient(&weights, input, Loss::Cotangent(&cotangent), dropout, Record::new);
        let plain = plain.unwrap();
        let seen = assembled(&plain.visitors);
        let cotangents: Vec<f64> = ends.iter().flat_map(|end| seen[end][1].clone()).collect();
        let cut = engine.gradient(&weights, input, Loss::Segments(&cotangents), dropout, Record::new);
        let cut = cut.unwrap();
        assert!(worst(&cut.gradient.body, &plain.gradient.body) < 1e-11);
        let [found, wanted] = [&cut, &plain].map(|pass| &pass.gradient.embeddings.as_ref().unwrap().sum);
        assert!(worst(found, wanted) < 1e-11);
        let again = assembled(&cut.visitors);
        // Nothing follows the last segment.
        for end in &ends[..ends.len() - 1] {
            assert!(worst(&again[end][1], &seen[end][1]) < 1e-11, "{end:?}");
        }
        let values = ends.iter().flat_map(|end| seen[end][0].clone());
        let loss: f64 = values.zip(&cotangents).map(|(value, cotangent)| value * cotangent).sum();
        assert!((cut.loss - loss).abs() < 1e-9 * loss.abs().max(1.0), "{} {loss}", cut.loss);
    }
}

/// Other cotangents of later segments do not reach earlier ones.
#[test]
fn a_segment_knows_nothing_of_the_next() {
    let network = mixed_network();
    let tokens = batch(2, 9, network.vocab_size);
    let weights = strong_weights::<f64>(&network, Head::None, 2);
    let segment = tokens.ids().len() * network.hidden_size;
    let mut cotangents: Vec<f64> =
        (0..2 * network.layers.len() * segment).map(|i| (1.1 * i as f64).cos()).collect();
    let run = |cotangents: &[f64]| {
        let (input, loss) = (EncoderInput::Tokens(&tokens), Loss::Segments(cotangents));
        let pass = FastEngine::new().gradient(&weights, input, loss, Dropout::Off, Record::new).unwrap();
        (assembled(&pass.visitors), pass.gradient.body)
    };
    let (before, body) = run(&cotangents);
    cotangents[4 * segment..].fill(0.0);
    let (after, cut_body) = run(&cotangents);
    let ends = ends(network.layers.len());
    for (index, end) in ends[..ends.len() - 1].iter().enumerate() {
        // The gradient at the end of a segment comes from the next.
        let silent = after[end][1].iter().all(|&gradient| gradient == 0.0);
        assert_eq!(silent, index >= 3, "{end:?}");
        assert_eq!(before[end][1] == after[end][1], index < 3, "{end:?}");
    }
    for (parameter, elements) in weights.layout().parameters.iter().map(|p| (&p.path, p.elements.clone())) {
        let layer = parameter.strip_prefix("electra.encoder.layer.").and_then(|rest| rest.split('.').next());
        let Some(layer) = layer else { continue };
        let early = layer.parse::<usize>().unwrap() < 2;
        assert_eq!(body[elements.clone()] == cut_body[elements], early, "{parameter}");
    }
}

#[test]
fn a_list_of_another_length_is_refused() {
    let network = mixed_network();
    let tokens = batch(2, 5, network.vocab_size);
    let weights = strong_weights::<f64>(&network, Head::None, 2);
    let (input, loss) = (EncoderInput::Tokens(&tokens), Loss::Segments(&[0.0; 7]));
    let run = FastEngine::new().gradient(&weights, input, loss, Dropout::Off, Record::new);
    let message = run.map(|pass| pass.loss).unwrap_err().to_string();
    assert!(message.starts_with("the list of the segments' cotangents has 7 elements"), "{message}");
}
