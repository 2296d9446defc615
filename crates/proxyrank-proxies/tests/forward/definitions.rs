//! Quantities without a golden value, computed a second time as their definitions say, and facts that hold for any
//! network.

use std::collections::HashSet;

use proxyrank_nn::{
    Block, Dropout, EncoderWeights, Engine, Event, FastEngine, ForwardOptions, Head, Initialiser, Real, Site,
    TokenBatch, Visitor,
};
use proxyrank_proxies::forward::{EvaluateOptions, evaluate};
use proxyrank_proxies::{ProxyCall, REGISTRY};
use proxyrank_schema::{CostClass, Status};
use proxyrank_space::Operation;
use proxyrank_space::flexibert::{DscKernel, EncoderLayer, EncoderNetwork};

pub(crate) const EVAL: EvaluateOptions = EvaluateOptions { dropout: Dropout::Off, weights_ns: 1000 };

/// One call's score.
pub(crate) fn score<T: Real>(
    engine: &impl Engine<T>,
    weights: &EncoderWeights<T>,
    batch: &TokenBatch,
    call: &ProxyCall,
) -> f64 {
    let evaluations = evaluate(engine, weights, batch, std::slice::from_ref(call), EVAL).unwrap();
    evaluations[0].outcome.score.unwrap()
}

/// Every operation, chains of one and three hidden widths, one of them narrower than the hidden size.
pub(crate) fn network() -> EncoderNetwork {
    let operations =
        [Operation::Sdp, Operation::Wma, Operation::Dft, Operation::Dsc { kernel: DscKernel::Five }];
    let chains = [vec![32, 24, 32], vec![32, 48, 40, 24, 32]];
    let layers = operations.into_iter().enumerate().map(|(index, operation)| EncoderLayer {
        operation,
        heads: 4,
        ffn_widths: chains[index % chains.len()].clone(),
    });
    EncoderNetwork {
        vocab_size: 97,
        embedding_size: 16,
        max_positions: 64,
        token_types: 2,
        hidden_size: 32,
        layers: layers.collect(),
    }
}

/// Ids without a pattern; several blocks of the fast engine.
pub(crate) fn batch() -> TokenBatch {
    let ids = (0..60 * 32).map(|i| u32::try_from((i * i * 7 + 3 * i + 1) % 97).unwrap());
    TokenBatch::new(ids.collect(), 60, 32).unwrap()
}

fn named(name: &str) -> ProxyCall {
    name.parse().unwrap()
}

pub(crate) fn calls() -> Vec<ProxyCall> {
    let forward =
        REGISTRY.iter().filter(|proxy| matches!(proxy.class, CostClass::Forward | CostClass::Weights));
    forward.map(|proxy| ProxyCall::new(proxy)).collect()
}

/// The signs of a block's GELU outputs: one list a sequence, tokens and units of each GELU in turn.
struct Signs(Vec<Vec<bool>>);

impl Visitor<f64> for Signs {
    fn wants(&self, site: Site) -> bool {
        site == Site::Gelu
    }

    fn visit(&mut self, event: &Event<'_, f64>) {
        for (sequence, signs) in self.0.iter_mut().enumerate() {
            let rows = event.values.subrows(sequence * event.block.seq_len, event.block.seq_len);
            signs.extend(rows.iter_rows().flatten().map(|value| *value > 0.0));
        }
    }
}

#[test]
fn nwot_and_swap_are_what_their_definitions_say() {
    let engine = FastEngine::<f64>::new();
    let weights = Initialiser::new(3).encoder(&network(), Head::None).unwrap();
    let new = |block: Block| Signs(vec![Vec::new(); block.sequences]);
    let blocks = engine.forward(&weights, &batch(), ForwardOptions::EVAL, new).unwrap();
    let signs: Vec<Vec<bool>> = blocks.into_iter().flat_map(|block| block.0).collect();
    let columns: HashSet<Vec<bool>> =
        (0..signs[0].len()).map(|bit| signs.iter().map(|signs| signs[bit]).collect()).collect();
    let swap = score(&engine, &weights, &batch(), &named("swap"));
    assert_eq!(swap.to_bits(), (columns.len() as f64).to_bits());

    let agree = |a: &Vec<bool>, b: &Vec<bool>| a.iter().zip(b).filter(|(a, b)| a == b).count() as f64;
    let mut kernel: Vec<Vec<f64>> =
        signs.iter().map(|a| signs.iter().map(|b| agree(a, b)).collect()).collect();
    // Gauss's elimination, where the code under test has Cholesky's.
    let mut expected = 0.0;
    while let Some(first) = kernel.pop() {
        let (pivot, rest) = first.split_last().unwrap();
        expected += pivot.abs().ln();
        for row in &mut kernel {
            let factor = row.pop().unwrap() / pivot;
            for (entry, first) in row.iter_mut().zip(rest) {
                *entry -= factor * first;
            }
        }
    }
    let found = score(&engine, &weights, &batch(), &named("nwot"));
    assert!((found / expected - 1.0).abs() < 1e-10, "{found}, not {expected}");
}

#[test]
fn equal_sequences_have_no_nwot() {
    let engine = FastEngine::<f32>::new();
    let weights = Initialiser::new(3).encoder(&network(), Head::None).unwrap();
    let twice = TokenBatch::new([1, 2, 3, 4, 5, 6, 7, 8].repeat(2), 2, 8).unwrap();
    let evaluations = evaluate(&engine, &weights, &twice, &[named("nwot")], EVAL).unwrap();
    assert_eq!(evaluations[0].outcome.status, Status::Inf);
}

#[test]
fn sampled_zerolm_is_close_to_its_expectation() {
    let weights = Initialiser::<f32>::new(5).encoder(&network(), Head::None).unwrap();
    let engine = FastEngine::<f32>::new();
    // Squares: queries, keys, values, output (twice), the weight, the transform's input, then queries, keys, values and
    // convolved values 16 x 32, kernel logits 10 x 16, output.
    let operations = f64::from(9 * 32 + 32 + 4 * 32 + 16 + 32);
    let ffn = f64::from(2 * (2 * 32 + 48 + 48 + 40 + 32));
    for alpha in [1.0, -0.5] {
        let call = named(&format!("zerolm_sampled:alpha={alpha}"));
        let found = score(&engine, &weights, &batch(), &call);
        let expected = 0.02 * 0.02 * (ffn + alpha * operations);
        assert!((found / expected - 1.0).abs() < 0.03, "{found}, not {expected}");
    }
}

#[test]
fn together_and_alone_give_the_same_bits() {
    let engine = FastEngine::<f32>::new();
    let weights = Initialiser::new(1).encoder(&network(), Head::None).unwrap();
    let together = evaluate(&engine, &weights, &batch(), &calls(), EVAL).unwrap();
    for (call, together) in calls().iter().zip(together) {
        let alone = score(&engine, &weights, &batch(), call);
        assert_eq!(together.outcome.score.map(f64::to_bits), Some(alone.to_bits()), "{call}");
    }
}

#[test]
fn variants_are_what_their_names_say() {
    let engine = FastEngine::<f64>::new();
    let weights = Initialiser::new(1).encoder(&network(), Head::None).unwrap();
    let get = |name: &str| score(&engine, &weights, &batch(), &named(name));
    let parameters = get("num_parameters");
    let same = |found: &str, wanted: f64| assert_eq!(get(found).to_bits(), wanted.to_bits(), "{found}");
    same("w_pca", parameters * get("v_pca"));
    same("v_pca_mean", get("v_pca") / 4.0);
    same("w_pca_mean", parameters * (get("v_pca") / 4.0));
    same("v_pca.strict", get("v_pca"));
    assert!(get("v_pca:eta=0.5") < get("v_pca:eta=0.9") && get("v_pca:eta=0.9") < get("v_pca"));
}

#[test]
fn costs_add_up() {
    let engine = FastEngine::<f32>::new();
    let weights = Initialiser::new(1).encoder(&network(), Head::None).unwrap();
    let all = [calls(), vec![named("num_layers")]].concat();
    let evaluations = evaluate(&engine, &weights, &batch(), &all, EVAL).unwrap();
    for (call, evaluation) in all.iter().zip(evaluations) {
        let shared = evaluation.wall_ns - evaluation.own_ns;
        match call.proxy.class {
            CostClass::DataFree => assert_eq!(shared, 0, "{call}"),
            CostClass::Weights => assert_eq!(shared, EVAL.weights_ns, "{call}"),
            _ => assert!(shared > EVAL.weights_ns, "{call}"),
        }
    }
}

#[test]
fn a_proxy_of_decoders_is_unsupported_and_a_bad_batch_is_an_error() {
    let engine = FastEngine::<f32>::new();
    let weights = Initialiser::new(1).encoder(&network(), Head::None).unwrap();
    let evaluations = evaluate(&engine, &weights, &batch(), &[named("decoder_params")], EVAL).unwrap();
    assert_eq!(evaluations[0].outcome.status, Status::Unsupported);
    let outside = TokenBatch::new(vec![97; 4], 1, 4).unwrap();
    let error = evaluate(&engine, &weights, &outside, &[named("v_pca")], EVAL).unwrap_err().to_string();
    assert!(error.contains("token id 97"), "{error}");
}
