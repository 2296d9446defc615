//! Decoders against finite differences, and against themselves.

use proxyrank_nn::{
    Blind, Collect, CurvatureEngine, DecoderInput, DecoderLoss, DecoderWeights, Dropout, Engine, FastEngine,
    ForwardOptions, GradientEngine, GradientVisitor, Initialiser, NnError, Real, Sight, Site, TableExtent,
    Visitor,
};
use proxyrank_space::{DecoderArch, DecoderFamily, DecoderNetwork};

use crate::common::batch;

/// Three clusters, one projection of its own, different heads and widths.
fn network(div_val: usize) -> DecoderNetwork {
    let arch = DecoderArch {
        family: DecoderFamily::Gpt2,
        n_layer: 2,
        d_model: 8,
        d_embed: Some(12),
        div_val,
        n_head: vec![2, 4],
        d_inner: vec![10, 6],
        n_token: 23,
        cutoffs: vec![9, 15],
        tie_projs: vec![false, true, true],
        tgt_len: 7,
        mem_len: 0,
    };
    arch.network().unwrap()
}

/// Weights far from where they start, so that no operation is linear.
fn strong<T: Real>(network: &DecoderNetwork) -> DecoderWeights<T> {
    let mut weights = Initialiser::<T>::new(5).decoder(network, TableExtent::Full).unwrap();
    let wobble = |values: &mut [T]| {
        for (index, value) in values.iter_mut().enumerate() {
            *value = T::of_f64(value.as_f64() * 8.0 + 0.2 * (0.37 * index as f64).sin());
        }
    };
    wobble(weights.body_mut());
    wobble(weights.embeddings_mut());
    weights
}

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

#[test]
fn every_parameter_has_the_gradient_of_finite_differences() {
    let engine = FastEngine::<f64>::new();
    for div_val in [1, 2] {
        let network = network(div_val);
        let weights = strong::<f64>(&network);
        let tokens = batch(2, 6, 23);
        let labels: Vec<u32> = tokens.ids().iter().map(|id| (id * 5 + 1) % 23).collect();
        let (input, loss) = (DecoderInput::Tokens(&tokens), DecoderLoss::NextTokens(&labels));
        let run = |weights: &DecoderWeights<f64>| {
            engine.gradient(weights, input, loss, Dropout::Seed(2), |_| Tables).unwrap()
        };
        let pass = run(&weights);
        let tables = pass.gradient.embeddings.tables.unwrap();
        for (gradient, embeddings) in [(&pass.gradient.body, false), (&tables, true)] {
            for (index, &found) in gradient.iter().enumerate().step_by(3) {
                let at = |step: f64| {
                    let mut moved = weights.clone();
                    let values = if embeddings { moved.embeddings_mut() } else { moved.body_mut() };
                    values[index] += step;
                    run(&moved).loss
                };
                let wanted = five_point(at, 1e-4);
                assert!(
                    (found - wanted).abs() < 1e-7,
                    "{div_val} {embeddings} {index}: {found}, not {wanted}"
                );
            }
        }
    }
}

#[test]
fn products_are_the_derivative_of_the_gradient() {
    let engine = FastEngine::<f64>::new();
    let network = network(2);
    let weights = strong::<f64>(&network);
    let tokens = batch(2, 6, 23);
    let labels: Vec<u32> = tokens.ids().iter().map(|id| (id * 5 + 1) % 23).collect();
    let direction: Vec<f64> = (0..weights.body().len()).map(|index| (1.3 * index as f64).sin()).collect();
    let tokens = DecoderInput::Tokens(&tokens);
    let ones = |sight| DecoderInput::Ones { batch: 1, seq_len: 5, sight };
    for (input, loss) in [
        (tokens, DecoderLoss::NextTokens(&labels)),
        (ones(Sight::Past), DecoderLoss::FirstClusterSum),
        (ones(Sight::Future), DecoderLoss::FirstClusterSum),
    ] {
        let product = engine.hessian_product(&weights, input, loss, Dropout::Off, &direction).unwrap();
        let gradient = |step: f64| {
            let mut moved = weights.clone();
            for (value, direction) in moved.body_mut().iter_mut().zip(&direction) {
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
        let slope: f64 = gradient(0.0).0.iter().zip(&direction).map(|(one, other)| one * other).sum();
        let wanted = quotient(near.1, back.1, far.1, far_back.1);
        assert!((slope - wanted).abs() < 1e-6 * (1.0 + wanted.abs()), "{input:?}: {slope}, not {wanted}");
        let scale = product.iter().map(|value| value.abs()).fold(0.0, f64::max);
        for (index, &found) in product.iter().enumerate() {
            let wanted = quotient(near.0[index], back.0[index], far.0[index], far_back.0[index]);
            assert!((found - wanted).abs() < 1e-6 * scale, "{input:?} {index}: {found}, not {wanted}");
        }
    }
}

#[test]
fn rows_of_the_batch_are_all_that_a_forward_pass_reads() {
    let engine = FastEngine::<f32>::new();
    let tokens = batch(3, 7, 23);
    for div_val in [1, 2] {
        let initialiser = Initialiser::<f32>::new(9);
        let hidden = |extent: TableExtent<'_>| {
            let weights = initialiser.decoder(&network(div_val), extent).unwrap();
            let parts = engine
                .forward(&weights, &tokens, ForwardOptions::EVAL, |_| Collect::new(Site::Hidden))
                .unwrap();
            parts.into_iter().flat_map(|part| part.values).collect::<Vec<f32>>()
        };
        assert_eq!(hidden(TableExtent::Tokens(tokens.ids())), hidden(TableExtent::Full));
    }
}

#[test]
fn what_is_not_there_is_refused() {
    let engine = FastEngine::<f32>::new();
    let (network, tokens) = (network(1), batch(1, 4, 23));
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
    let xl = DecoderNetwork { family: DecoderFamily::TransformerXl, ..network.clone() };
    assert!(matches!(initialiser.decoder(&xl, TableExtent::None), Err(NnError::DecoderFamily)));
}
