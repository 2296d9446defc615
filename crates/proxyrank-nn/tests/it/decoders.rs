//! Decoders against finite differences, and against themselves.

use candle_core::Device;
use proxyrank_nn::{
    Arena, Blind, Collect, ComposedEngine, CurvatureEngine, DecoderInput, DecoderLoss, DecoderWeights,
    Dropout, Engine, FastEngine, ForwardOptions, GradientEngine, GradientVisitor, Initialiser, Layout,
    NnError, Sight, Site, TableExtent, TokenBatch, Visitor,
};
use proxyrank_space::{DecoderFamily, DecoderNetwork};

use crate::common::batch;
use crate::decoder_common::{Decoders, FAMILIES, network, seen, strong, tokens};

/// Wants the gradient of the vocabulary.
struct Tables;

impl Visitor<f64> for Tables {
    fn wants(&self, _: Site) -> bool {
        false
    }

    fn visit(&mut self, _: &proxyrank_nn::Event<'_, f64>) {}
}

impl GradientVisitor<f64> for Tables {
    fn wants_tables(&self) -> bool {
        true
    }
}

fn five_point(at: impl Fn(f64) -> f64, step: f64) -> f64 {
    (8.0 * (at(step) - at(-step)) - (at(2.0 * step) - at(-2.0 * step))) / (12.0 * step)
}

/// Compares the gradient of the parameters that are picked with finite differences, every `stride`th element.
fn check_gradient(
    weights: &DecoderWeights<f64>,
    tokens: &TokenBatch,
    dropout: Dropout,
    (picked, stride): (impl Fn(&str) -> bool, usize),
) {
    let engine = FastEngine::<f64>::new();
    let labels: Vec<u32> = tokens.ids().iter().map(|id| (id * 5 + 1) % 23).collect();
    let (input, loss) = (DecoderInput::Tokens(tokens), DecoderLoss::NextTokens(&labels));
    let run =
        |weights: &DecoderWeights<f64>| engine.gradient(weights, input, loss, dropout, |_| Tables).unwrap();
    let pass = run(weights);
    let tables = pass.gradient.embeddings.tables.unwrap();
    let mut checked = 0;
    for parameter in weights.layout().parameters().iter().filter(|parameter| picked(&parameter.path)) {
        let embeddings = parameter.arena == Arena::Embeddings;
        let gradient = if embeddings { &tables } else { &pass.gradient.body };
        for index in parameter.elements.clone().step_by(stride) {
            let at = |step: f64| {
                let mut moved = weights.clone();
                let values = if embeddings { moved.embeddings_mut() } else { moved.body_mut() };
                values[index] += step;
                run(&moved).loss
            };
            let (found, wanted) = (gradient[index], five_point(at, 1e-5));
            let place = format!("{} {}", parameter.path, index - parameter.elements.start);
            assert!((found - wanted).abs() < 1e-7, "{place}: {found}, not {wanted}");
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn every_parameter_has_the_gradient_of_finite_differences() {
    for (family, div_val) in FAMILIES.into_iter().flat_map(|family| [(family, 1), (family, 2)]) {
        let weights = strong::<f64>(&network(family, div_val));
        check_gradient(&weights, &batch(2, 6, 23), Dropout::Seed(2), (|_: &str| true, 3));
    }
}

/// What layers remember of earlier segments depends on all weights but those of the last layer, and is constant on the way back.
/// So a difference quotient knows only the gradients of the last layer, which has parameters of every kind.
#[test]
fn gradients_go_through_a_memory_as_a_constant() {
    let family = DecoderFamily::TransformerXl;
    let weights = strong::<f64>(&network(family, 1));
    let last = |path: &str| path.starts_with("layers.1.") || path == "r_w_bias_1" || path == "r_r_bias_1";
    check_gradient(&weights, &tokens(family, 2), Dropout::Off, (last, 1));
    check_gradient(&weights, &tokens(family, 2), Dropout::Seed(2), (last, 7));
}

/// Compares a Hessian-vector product with the difference quotient of gradients.
fn check_product(
    weights: &DecoderWeights<f64>,
    input: DecoderInput<'_>,
    loss: DecoderLoss<'_, f64>,
    direction: &[f64],
) {
    let engine = FastEngine::<f64>::new();
    let product = engine.hessian_product(weights, input, loss, Dropout::Off, direction).unwrap();
    let gradient = |step: f64| {
        let mut moved = weights.clone();
        for (value, direction) in moved.body_mut().iter_mut().zip(direction) {
            *value += step * direction;
        }
        let pass = engine.gradient(&moved, input, loss, Dropout::Off, |_| Blind).unwrap();
        (pass.gradient.body, pass.loss)
    };
    let step = 1e-5;
    let [near, back, far, far_back] = [1.0, -1.0, 2.0, -2.0].map(|steps| gradient(steps * step));
    let quotient = |near: f64, back: f64, far: f64, far_back: f64| {
        (8.0 * (near - back) - (far - far_back)) / (12.0 * step)
    };
    let slope: f64 = gradient(0.0).0.iter().zip(direction).map(|(one, other)| one * other).sum();
    let wanted = quotient(near.1, back.1, far.1, far_back.1);
    assert!((slope - wanted).abs() < 1e-6 * (1.0 + wanted.abs()), "{input:?}: {slope}, not {wanted}");
    let scale = product.iter().map(|value| value.abs()).fold(0.0, f64::max);
    for (index, &found) in product.iter().enumerate() {
        let wanted = quotient(near.0[index], back.0[index], far.0[index], far_back.0[index]);
        assert!((found - wanted).abs() < 1e-6 * scale, "{input:?} {index}: {found}, not {wanted}");
    }
}

#[test]
fn products_are_the_derivative_of_the_gradient() {
    for family in FAMILIES {
        let weights = strong::<f64>(&network(family, 2));
        let tokens = batch(2, 6, 23);
        let labels: Vec<u32> = tokens.ids().iter().map(|id| (id * 5 + 1) % 23).collect();
        let direction: Vec<f64> = (0..weights.body().len()).map(|index| (1.3 * index as f64).sin()).collect();
        let ones = |sight| DecoderInput::Ones { batch: 1, seq_len: 5, sight };
        let followers = DecoderLoss::NextTokens(&labels);
        check_product(&weights, DecoderInput::Tokens(&tokens), followers, &direction);
        check_product(&weights, ones(Sight::Past), DecoderLoss::FirstClusterSum, &direction);
        if family == DecoderFamily::Gpt2 {
            check_product(&weights, ones(Sight::Future), DecoderLoss::FirstClusterSum, &direction);
        }
    }
}

/// Along a direction in the last layer's space, which no memory depends on.
#[test]
fn products_take_a_memory_as_a_constant() {
    let family = DecoderFamily::TransformerXl;
    let weights = strong::<f64>(&network(family, 1));
    let tokens = tokens(family, 2);
    let labels: Vec<u32> = tokens.ids().iter().map(|id| (id * 5 + 1) % 23).collect();
    let mut direction = vec![0.0; weights.body().len()];
    for parameter in weights.layout().parameters().iter().filter(|parameter| parameter.arena == Arena::Body) {
        if parameter.path.starts_with("layers.1.") || parameter.path.ends_with("_bias_1") {
            for index in parameter.elements.clone() {
                direction[index] = (1.3 * index as f64).sin();
            }
        }
    }
    check_product(&weights, DecoderInput::Tokens(&tokens), DecoderLoss::NextTokens(&labels), &direction);
}

/// Hidden states, one list a sequence.
fn hidden(engine: &impl Decoders<f64>, weights: &DecoderWeights<f64>, tokens: &TokenBatch) -> Vec<Vec<f64>> {
    let values = seen(engine, weights, tokens, ForwardOptions::EVAL, Site::Hidden);
    values.chunks_exact(values.len() / tokens.batch()).map(<[f64]>::to_vec).collect()
}

#[test]
fn a_memory_matters_as_far_back_as_it_goes_and_to_its_own_sequence() {
    reach_of_memory(&FastEngine::new());
    reach_of_memory(&ComposedEngine::new(Device::Cpu));
}

fn reach_of_memory(engine: &impl Decoders<f64>) {
    let hidden = |weights: &DecoderWeights<f64>, tokens: &TokenBatch| hidden(engine, weights, tokens);
    let family = DecoderFamily::TransformerXl;
    let weights = strong::<f64>(&network(family, 1));
    // Four tokens are remembered, of the last segment and the one before; layers below the last look further back.
    let now = batch(2, 6, 23);
    let segment = |ids: [u32; 4]| TokenBatch::new(ids.to_vec(), 2, 2).unwrap();
    let with = |old: [u32; 4], new: [u32; 4]| {
        hidden(&weights, &now.clone().after(&[segment([1, 2, 3, 4]), segment(old), segment(new)]).unwrap())
    };
    let (old, new) = ([5, 6, 7, 8], [9, 10, 11, 12]);
    let base = with(old, new);
    assert_ne!(base, hidden(&weights, &now));
    assert_eq!(base, with(old, new));
    for changed in [with([5, 6, 20, 8], new), with(old, [9, 10, 11, 20])] {
        assert_eq!(base[0], changed[0], "the first sequence has the same past");
        assert_ne!(base[1], changed[1]);
    }
    // Behind two segments of two tokens the first one is out of reach of the first layer, but not of what that made of it.
    let earlier = TokenBatch::new(vec![1, 2, 20, 4], 2, 2).unwrap();
    let past = now.clone().after(&[earlier, segment(old), segment(new)]).unwrap();
    let changed = hidden(&weights, &past);
    assert_eq!(base[0], changed[0]);
    assert_ne!(base[1], changed[1]);
    // One longer segment in between takes all of the memory, and what is in front of it is forgotten by a network of one layer.
    let mut shallow = network(family, 1);
    shallow.layers.truncate(1);
    let weights = strong::<f64>(&shallow);
    let filler = batch(2, 5, 19);
    let behind = |ids| hidden(&weights, &now.clone().after(&[segment(ids), filler.clone()]).unwrap());
    assert_eq!(behind([1, 2, 3, 4]), behind([1, 20, 3, 20]));
    // A network without memory forgets everything.
    let weights = strong::<f64>(&DecoderNetwork { mem_len: 0, ..network(family, 1) });
    assert_eq!(hidden(&weights, &now.clone().after(&[filler]).unwrap()), hidden(&weights, &now));
}

#[test]
fn the_future_is_hidden_from_every_token() {
    hidden_future(&FastEngine::new());
    hidden_future(&ComposedEngine::new(Device::Cpu));
}

fn hidden_future(engine: &impl Decoders<f64>) {
    for family in FAMILIES {
        let weights = strong::<f64>(&network(family, 2));
        let base = tokens(family, 1);
        let before = hidden(engine, &weights, &base).concat();
        for position in 0..6 {
            let mut ids = base.ids().to_vec();
            // Another token of the same cluster, so that all products have the same shapes.
            ids[position] = match ids[position] {
                id @ 0..9 => (id + 1) % 9,
                id @ 9..15 => 9 + (id - 8) % 6,
                id => 15 + (id - 14) % 8,
            };
            let changed = TokenBatch::new(ids, 1, 6).unwrap();
            let changed = match family {
                DecoderFamily::Gpt2 => changed,
                DecoderFamily::TransformerXl => changed.after(&[batch(1, 3, 19), batch(1, 2, 17)]).unwrap(),
            };
            let after = hidden(engine, &weights, &changed).concat();
            assert_eq!(before[..position * 8], after[..position * 8], "{family:?} {position}");
            assert!(before[position * 8..] != after[position * 8..], "{family:?} {position}");
        }
    }
}

#[test]
fn results_of_decoders_are_bit_equal_for_any_number_of_threads() {
    for family in FAMILIES {
        let weights = Initialiser::<f32>::new(4).decoder(&network(family, 2), TableExtent::Full).unwrap();
        // Four blocks, so that lanes run side by side.
        let tokens = tokens(family, 150);
        let labels: Vec<u32> = tokens.ids().iter().map(|id| (id * 5 + 1) % 23).collect();
        let (input, loss) = (DecoderInput::Tokens(&tokens), DecoderLoss::NextTokens(&labels));
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let (engine, dropout) = (FastEngine::new(), Dropout::Seed(9));
                let pass = engine.gradient(&weights, input, loss, dropout, |_| Blind).unwrap();
                let direction = weights.body();
                let product = engine.hessian_product(&weights, input, loss, dropout, direction).unwrap();
                let options = ForwardOptions { dropout, ..ForwardOptions::EVAL };
                let hidden =
                    engine.forward(&weights, &tokens, options, |_| Collect::new(Site::Hidden)).unwrap();
                let hidden = hidden.into_iter().flat_map(|part| part.values).collect();
                let parts = [pass.gradient.body, pass.gradient.embeddings.input, product, hidden];
                let bits = parts.map(|part| part.into_iter().map(f32::to_bits).collect::<Vec<_>>());
                (pass.loss.to_bits(), bits)
            })
        };
        let one = run(1);
        for threads in [2, 3] {
            assert!(run(threads) == one, "{family:?}, {threads} threads");
        }
    }
}

#[test]
fn rows_of_the_batch_are_all_that_a_forward_pass_reads() {
    rows_of_the_batch(&FastEngine::new());
    rows_of_the_batch(&ComposedEngine::new(Device::Cpu));
}

fn rows_of_the_batch(engine: &impl Decoders<f32>) {
    for (family, div_val) in FAMILIES.into_iter().flat_map(|family| [(family, 1), (family, 2)]) {
        let tokens = tokens(family, 3);
        let initialiser = Initialiser::<f32>::new(9);
        let hidden = |extent: TableExtent<'_>| {
            let weights = initialiser.decoder(&network(family, div_val), extent).unwrap();
            seen(engine, &weights, &tokens, ForwardOptions::EVAL, Site::Hidden)
        };
        assert_eq!(hidden(TableExtent::Tokens(tokens.read_ids())), hidden(TableExtent::Full));
    }
}

#[test]
fn what_is_not_there_is_refused() {
    missing_parts(&FastEngine::new());
    missing_parts(&ComposedEngine::new(Device::Cpu));
}

fn missing_parts(engine: &impl Decoders<f32>) {
    let (network, tokens) = (network(DecoderFamily::Gpt2, 1), batch(1, 4, 23));
    let initialiser = Initialiser::<f32>::new(0);
    let run = |extent: TableExtent<'_>, loss: DecoderLoss<'_, f32>| {
        let weights = initialiser.decoder(&network, extent).unwrap();
        engine
            .gradient(&weights, DecoderInput::Tokens(&tokens), loss, Dropout::Off, |_| Blind)
            .map(|pass| pass.loss)
    };
    let followers = DecoderLoss::NextTokens(tokens.ids());
    assert!(matches!(run(TableExtent::None, DecoderLoss::HiddenSum), Err(NnError::MissingVocabulary)));
    assert!(matches!(run(TableExtent::Tokens(tokens.ids()), followers), Err(NnError::MissingVocabulary)));
    let others = TableExtent::Tokens(&tokens.ids()[..1]);
    assert!(matches!(run(others, DecoderLoss::HiddenSum), Err(NnError::MissingVector { .. })));
    let outside = DecoderLoss::NextTokens(&[1, 2, 3, 23]);
    assert!(matches!(run(TableExtent::Full, outside), Err(NnError::UnknownToken { id: 23, .. })));
    assert!(matches!(
        initialiser.decoder(&network, TableExtent::Tokens(&[99])),
        Err(NnError::UnknownToken { .. })
    ));
}

#[test]
fn what_a_family_does_not_have_is_refused() {
    foreign_parts(&FastEngine::new());
    foreign_parts(&ComposedEngine::new(Device::Cpu));
}

fn foreign_parts(engine: &impl Decoders<f32>) {
    let [gpt2, xl] = FAMILIES.map(|family| network(family, 1));
    let initialiser = Initialiser::<f32>::new(0);
    let forward = |network: &DecoderNetwork, tokens: &TokenBatch| {
        let weights = initialiser.decoder(network, TableExtent::Full).unwrap();
        engine.forward(&weights, tokens, ForwardOptions::EVAL, |_| Blind).map(drop)
    };
    let long = batch(1, 9, 23);
    assert!(matches!(forward(&gpt2, &tokens(xl.family, 1)), Err(NnError::NoMemory)));
    assert!(matches!(forward(&gpt2, &long), Err(NnError::SequenceLength { .. })));
    assert!(forward(&xl, &long).is_ok(), "distances have no table that ends");
    let foreign = batch(1, 2, 23).after(&[TokenBatch::new(vec![99], 1, 1).unwrap()]).unwrap();
    assert!(matches!(forward(&xl, &foreign), Err(NnError::UnknownToken { id: 99, .. })));
    let odd = DecoderNetwork { d_model: 6, ..xl.clone() };
    assert!(matches!(initialiser.decoder(&odd, TableExtent::None), Err(NnError::Heads { .. })));
    let mut odd = DecoderNetwork { d_model: 7, ..xl.clone() };
    odd.layers.iter_mut().for_each(|layer| layer.n_head = 1);
    let error = initialiser.decoder(&odd, TableExtent::None);
    assert!(matches!(error, Err(NnError::OddWidth { width: 7 })));
    let weights = initialiser.decoder(&xl, TableExtent::Full).unwrap();
    let ones = DecoderInput::Ones { batch: 1, seq_len: 3, sight: Sight::Future };
    let error = engine.gradient(&weights, ones, DecoderLoss::HiddenSum, Dropout::Off, |_| Blind);
    assert!(matches!(error, Err(NnError::Sight)));
}

/// The recipe of each family, by moments of large parameters.
#[test]
fn parameters_start_as_their_family_does() {
    let mut network = network(DecoderFamily::TransformerXl, 2);
    network.d_model = 64;
    network.layers.iter_mut().for_each(|layer| layer.d_inner = 128);
    let moments = |family, path: &str| {
        let network = DecoderNetwork { family, ..network.clone() };
        let weights = Initialiser::<f64>::new(1).decoder(&network, TableExtent::Full).unwrap();
        let values = weights.parameters().find(|(parameter, _)| parameter.path == path).unwrap().1;
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        (mean, (squares / values.len() as f64).sqrt())
    };
    let (gpt2, xl) = (DecoderFamily::Gpt2, DecoderFamily::TransformerXl);
    for (family, path, mean, deviation) in [
        (xl, "layers.0.dec_attn.o_net.weight", 0.0, 0.02),
        (xl, "layers.1.dec_attn.r_net.weight", 0.0, 0.02),
        (xl, "layers.0.pos_ff.CoreNet.3.weight", 0.0, 0.02),
        (xl, "r_w_bias_0", 0.0, 0.02),
        (xl, "r_r_bias_1", 0.0, 0.02),
        (xl, "layers.0.dec_attn.layer_norm.weight", 1.0, 0.02),
        (xl, "layers.1.pos_ff.layer_norm.weight", 1.0, 0.02),
        (xl, "layers.1.pos_ff.layer_norm.bias", 0.0, 0.0),
        (xl, "layers.0.pos_ff.CoreNet.0.bias", 0.0, 0.0),
        (xl, "word_emb.emb_projs.0", 0.0, 0.01),
        (gpt2, "transformer.h.0.attn.c_proj.weight", 0.0, 0.01),
        (gpt2, "transformer.h.0.attn.c_attn.weight", 0.0, 0.02),
        (gpt2, "transformer.h.0.ln_1.weight", 1.0, 0.0),
    ] {
        let (found, spread) = moments(family, path);
        assert!((found - mean).abs() < 0.007, "{path}: mean {found}");
        assert!((spread - deviation).abs() <= 0.25 * deviation, "{path}: deviation {spread}");
    }
}
