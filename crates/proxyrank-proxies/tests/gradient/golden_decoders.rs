//! Every quantity of the golden decoders that a proxy reads, on both engines and in both precisions.

use candle_core::Device;
use proxyrank_nn::{
    Arena, ComposedEngine, DecoderLayout, DecoderWeights, FastEngine, Initialiser, Layout, NnError, Real,
    TableExtent, TokenBatch,
};
use proxyrank_proxies::ProxyCall;
use proxyrank_proxies::forward::Evaluation;
use proxyrank_proxies::gradient::{evaluate, evaluate_twice};
use proxyrank_proxies::model::{DecoderSignal, vocabulary};
use proxyrank_schema::Status;
use proxyrank_space::{DecoderFamily, Family, Network};

use crate::decoder_case::{DecoderCase, decoder_cases};
use crate::definitions::EVAL;

/// A proxy, and the golden result that it must equal.
const SCALARS: [(&str, &str); 12] = [
    ("grad_norm", "grad_norm"),
    ("weight_norm", "weight_norm"),
    ("snip", "snip"),
    ("synaptic_saliency", "synaptic_saliency"),
    ("head_importance:hi_min=0", "snip"),
    ("plain", "plain"),
    ("fisher", "fisher"),
    ("synaptic_diversity", "synaptic_diversity"),
    ("head_confidence", "head_confidence"),
    ("attention_confidence", "head_confidence"),
    ("activation_distance", "activation_distance"),
    ("grasp", "grasp"),
];

/// Largest relative errors: of scalars, of second derivatives, of nuclear norms.
struct Tolerances {
    scalars: f64,
    grasp: f64,
    nuclear: f64,
}

pub(crate) fn signal<T: Real>(case: &DecoderCase, name: &str) -> DecoderSignal<T> {
    match name {
        "lm" => DecoderSignal::NextTokens(case.labels()),
        _ => DecoderSignal::Cotangent(case.cotangent()),
    }
}

/// What an engine makes of a case.
type Evaluator<'a, T> = &'a dyn Fn(
    &DecoderWeights<T>,
    &TokenBatch,
    &DecoderSignal<T>,
    &[ProxyCall],
) -> Result<Vec<Evaluation>, NnError>;

fn check<T: Real>(evaluator: Evaluator<'_, T>, scalars: &[(&str, &str)], tolerances: &Tolerances) {
    let calls: Vec<ProxyCall> = scalars.iter().map(|(proxy, _)| proxy.parse().unwrap()).collect();
    for case in decoder_cases() {
        let (weights, batch) = (case.weights::<T>(), case.batch());
        for name in ["lm", "gaussian"] {
            let signal = signal(&case, name);
            let found = evaluator(&weights, &batch, &signal, &calls).unwrap();
            for (&(proxy, key), evaluation) in scalars.iter().zip(found) {
                let place = format!("{} {name} {proxy}", case.name);
                let found = evaluation.outcome.score.unwrap_or_else(|| panic!("{place}"));
                let wanted = case.number(name, key);
                let scale = if key == "plain" { case.number(name, "snip") } else { wanted };
                let tolerance = match key {
                    "activation_distance" => 0.0,
                    "grasp" => tolerances.grasp,
                    "synaptic_diversity" => tolerances.nuclear,
                    _ => tolerances.scalars,
                };
                let error = (found - wanted).abs() / scale.abs();
                assert!(error <= tolerance, "{place}: {found}, not {wanted}: {error:.1e}");
            }
        }
    }
}

const DOUBLE: Tolerances = Tolerances { scalars: 1e-9, grasp: 1e-9, nuclear: 1e-9 };
const SINGLE: Tolerances = Tolerances { scalars: 1e-4, grasp: 1e-3, nuclear: 1e-4 };

fn check_fast<T: Real>(tolerances: &Tolerances) {
    let engine = FastEngine::new();
    let evaluator =
        |weights: &DecoderWeights<T>, batch: &TokenBatch, signal: &DecoderSignal<T>, calls: &[ProxyCall]| {
            evaluate_twice::<T, DecoderLayout, _>(&engine, weights, batch, signal, calls, EVAL)
        };
    check(&evaluator, &SCALARS, tolerances);
}

/// But for second derivatives.
fn check_composed<T: Real>(tolerances: &Tolerances) {
    let engine = ComposedEngine::new(Device::Cpu);
    let evaluator =
        |weights: &DecoderWeights<T>, batch: &TokenBatch, signal: &DecoderSignal<T>, calls: &[ProxyCall]| {
            evaluate::<T, DecoderLayout, _>(&engine, weights, batch, signal, calls, EVAL)
        };
    let scalars: Vec<(&str, &str)> = SCALARS.into_iter().filter(|(_, key)| *key != "grasp").collect();
    check(&evaluator, &scalars, tolerances);
}

#[test]
fn double_precision() {
    check_fast::<f64>(&DOUBLE);
}

#[test]
fn single_precision() {
    check_fast::<f32>(&SINGLE);
}

#[test]
fn composed_engine_in_double_precision() {
    check_composed::<f64>(&DOUBLE);
}

#[test]
fn composed_engine_in_single_precision() {
    check_composed::<f32>(&SINGLE);
}

/// A proxy of weights builds no vocabulary, one of activations the rows of its tokens, and both score what they do on whole
/// weights.
#[test]
fn a_part_of_the_vocabulary_is_enough() {
    for family in [DecoderFamily::Gpt2, DecoderFamily::TransformerXl] {
        part_of_the_vocabulary(&case_of(family));
    }
}

fn case_of(family: DecoderFamily) -> DecoderCase {
    decoder_cases().into_iter().find(|case| case.family() == family).unwrap()
}

fn part_of_the_vocabulary(case: &DecoderCase) {
    let (network, batch) = (case.network(), case.batch());
    let family = Network::Decoder(network.clone()).family();
    let initialiser = Initialiser::<f32>::new(3);
    let engine = FastEngine::new();
    let gaussian = signal::<f32>(case, "gaussian");
    let score = |extent: TableExtent<'_>, calls: &[ProxyCall]| {
        let weights = initialiser.decoder(&network, extent).unwrap();
        let found =
            evaluate_twice::<f32, DecoderLayout, _>(&engine, &weights, &batch, &gaussian, calls, EVAL)
                .unwrap();
        let scores = found.into_iter().map(|evaluation| evaluation.outcome.score.unwrap().to_bits());
        (scores.collect::<Vec<_>>(), weights.layout().len(Arena::Embeddings))
    };
    let whole = score(TableExtent::Full, &["weight_norm".parse().unwrap()]).1;
    for (names, smaller) in [
        (&["weight_norm"][..], true),
        (&["head_confidence", "nwot", "w_pca"], true),
        (&["snip", "grasp", "weight_norm"], true),
        (&["synflow", "logsynflow"], false),
    ] {
        let calls: Vec<ProxyCall> = names.iter().map(|name| name.parse().unwrap()).collect();
        let extent = vocabulary(family, &calls, &gaussian, &batch);
        assert_eq!(extent != TableExtent::Full, smaller, "{names:?}");
        let (scores, elements) = score(extent, &calls);
        assert_eq!(elements < whole, smaller, "{names:?}");
        assert_eq!(scores, score(TableExtent::Full, &calls).0, "{names:?}");
    }
    let lm = DecoderSignal::<f32>::NextTokens(case.labels());
    let extent = |name: &str| {
        let calls = [name.parse::<ProxyCall>().unwrap()];
        vocabulary(family, &calls, &lm, &batch)
    };
    assert_eq!(extent("snip"), TableExtent::Full);
    assert_eq!(extent("head_confidence"), TableExtent::Tokens(batch.read_ids()));
    assert_eq!(extent("weight_norm"), TableExtent::None);
    assert_eq!(extent("num_layers"), TableExtent::None);
}

/// What is not defined for a family is refused with a reason, and makes nothing be built.
#[test]
fn what_transformer_xl_does_not_have_is_unsupported() {
    let case = case_of(DecoderFamily::TransformerXl);
    let (batch, gaussian) = (case.batch(), signal::<f64>(&case, "gaussian"));
    let calls = ["jacobian_cosine", "jacobian_covariance", "synflow.lpzero", "fisher.lpzero"]
        .map(|name| name.parse::<ProxyCall>().unwrap());
    assert_eq!(vocabulary(Family::TransformerXl, &calls, &gaussian, &batch), TableExtent::None);
    let weights = case.weights::<f64>();
    let engine = FastEngine::new();
    let found =
        evaluate_twice::<f64, DecoderLayout, _>(&engine, &weights, &batch, &gaussian, &calls, EVAL).unwrap();
    for evaluation in found {
        assert_eq!(evaluation.outcome.status, Status::Unsupported);
        assert!(evaluation.outcome.detail.ends_with("not for transformer_xl"), "{:?}", evaluation.outcome);
    }
}

/// The keys of distances are one output for all sequences, so the gradient that Fisher squares there is a sum over the batch: with
/// every sequence n times, under a loss that is a sum, their part is n² times as large and all others are what they were.
#[test]
fn fisher_of_a_shared_output_adds_blocks_up_before_it_squares() {
    let case = case_of(DecoderFamily::TransformerXl);
    let (weights, first) = (case.weights::<f64>(), case.first_batch());
    let fisher = |times: usize| {
        let batch =
            TokenBatch::new(first.ids().repeat(times), times * first.batch(), first.seq_len()).unwrap();
        let signal = DecoderSignal::Cotangent(case.cotangent::<f64>().repeat(times));
        let calls = ["fisher", "head_confidence"].map(|name| name.parse::<ProxyCall>().unwrap());
        let engine = FastEngine::new();
        let found = evaluate_twice::<f64, DecoderLayout, _>(&engine, &weights, &batch, &signal, &calls, EVAL)
            .unwrap();
        let blocks = batch.blocks(case.network().d_model).len();
        (blocks, [0, 1].map(|index| found[index].outcome.score.unwrap()))
    };
    let [(1, [once, confidence]), (1, [twice, _]), (blocks, [often, same])] = [1, 2, 30].map(fisher) else {
        panic!("one block each, and several");
    };
    assert!(blocks > 2);
    let shared = (twice - once) / 3.0;
    assert!(shared > 0.001 * once, "{shared} of {once}");
    let wanted = once + shared * (30.0 * 30.0 - 1.0);
    assert!((often - wanted).abs() < 1e-9 * wanted, "{often}, not {wanted}");
    assert!((confidence - same).abs() < 1e-12 * confidence);
}
