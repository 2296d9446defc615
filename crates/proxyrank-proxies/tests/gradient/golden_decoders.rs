//! Every quantity of the golden decoders that a proxy reads, in both precisions.

use proxyrank_nn::{DecoderLayout, FastEngine, Real};
use proxyrank_proxies::ProxyCall;
use proxyrank_proxies::gradient::evaluate_twice;
use proxyrank_proxies::model::DecoderSignal;

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

fn signal<T: Real>(case: &DecoderCase, name: &str) -> DecoderSignal<T> {
    match name {
        "lm" => DecoderSignal::NextTokens(case.labels()),
        _ => DecoderSignal::Cotangent(case.cotangent()),
    }
}

fn check<T: Real>(tolerances: &Tolerances) {
    let engine = FastEngine::<T>::new();
    let calls: Vec<ProxyCall> = SCALARS.iter().map(|(proxy, _)| proxy.parse().unwrap()).collect();
    for case in decoder_cases() {
        let (weights, batch) = (case.weights::<T>(), case.batch());
        for name in ["lm", "gaussian"] {
            let signal = signal(&case, name);
            let found =
                evaluate_twice::<T, DecoderLayout, _>(&engine, &weights, &batch, &signal, &calls, EVAL)
                    .unwrap();
            for ((proxy, key), evaluation) in SCALARS.into_iter().zip(found) {
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

#[test]
fn double_precision() {
    check::<f64>(&Tolerances { scalars: 1e-9, grasp: 1e-9, nuclear: 1e-9 });
}

#[test]
fn single_precision() {
    check::<f32>(&Tolerances { scalars: 1e-4, grasp: 1e-3, nuclear: 1e-4 });
}

/// A proxy of weights builds no vocabulary, one of activations the rows of its tokens, and both score what they do on whole
/// weights.
#[test]
fn a_part_of_the_vocabulary_is_enough() {
    use proxyrank_nn::{Arena, Initialiser, Layout, TableExtent};
    use proxyrank_proxies::model::vocabulary;
    let case = decoder_cases().into_iter().next().unwrap();
    let (network, batch) = (case.network(), case.batch());
    let initialiser = Initialiser::<f32>::new(3);
    let engine = FastEngine::new();
    let gaussian = signal::<f32>(&case, "gaussian");
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
        (&["synflow", "logsynflow.lpzero"], false),
    ] {
        let calls: Vec<ProxyCall> = names.iter().map(|name| name.parse().unwrap()).collect();
        let extent = vocabulary(&calls, &gaussian, &batch);
        assert_eq!(extent != TableExtent::Full, smaller, "{names:?}");
        let (scores, elements) = score(extent, &calls);
        assert_eq!(elements < whole, smaller, "{names:?}");
        assert_eq!(scores, score(TableExtent::Full, &calls).0, "{names:?}");
    }
    let lm = DecoderSignal::<f32>::NextTokens(case.labels());
    let calls = |name: &str| [name.parse::<ProxyCall>().unwrap()];
    assert_eq!(vocabulary(&calls("snip"), &lm, &batch), TableExtent::Full);
    assert_eq!(vocabulary(&calls("head_confidence"), &lm, &batch), TableExtent::Tokens(batch.ids()));
    assert_eq!(vocabulary(&calls("weight_norm"), &lm, &batch), TableExtent::None);
    assert_eq!(vocabulary(&calls("num_layers"), &lm, &batch), TableExtent::None);
}
