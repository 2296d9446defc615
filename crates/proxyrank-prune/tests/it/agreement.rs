//! Masked and sliced forward passes agree.

use candle_core::DType;
use proptest::prelude::*;
use proxyrank_prune::encoder::{MaskedEncoder, Pruned, Text, Texts, Weights};
use proxyrank_prune::space::{Masks, SpaceKind};

use super::common::{some_masks, texts, weights};

fn masked(weights: &Weights, dtype: DType, texts: &[Text], masks: Option<&Masks>) -> Vec<f64> {
    let encoder = MaskedEncoder::new(weights, dtype).unwrap();
    let logits = encoder.logits(texts, masks, None).unwrap().to_dtype(DType::F64).unwrap();
    logits.flatten_all().unwrap().to_vec1().unwrap()
}

fn sliced(weights: &Weights, texts: &[Text], masks: &Masks) -> Vec<f32> {
    Pruned::new(weights, masks).unwrap().logits(texts).unwrap().concat()
}

fn furthest(a: &[f32], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn masked_equals_sliced_in_every_space(seed in 0_u64..1000) {
        let (weights, texts) = (weights(seed), texts(5, seed));
        for kind in SpaceKind::ALL {
            for masks in some_masks(kind, seed) {
                let found = sliced(&weights, &texts, &masks);
                for dtype in [DType::F32, DType::F64] {
                    let distance = furthest(&found, &masked(&weights, dtype, &texts, Some(&masks)));
                    prop_assert!(distance < 1e-5, "{kind} {dtype:?}: {distance}");
                }
            }
        }
    }
}

#[test]
fn no_layer_at_all_is_the_embedding() {
    let (weights, texts) = (weights(3), texts(4, 3));
    let shape = weights.config.shape();
    let none = Masks { heads: vec![vec![false; shape.heads]; 3], units: vec![vec![false; shape.units]; 3] };
    assert!(
        furthest(&sliced(&weights, &texts, &none), &masked(&weights, DType::F64, &texts, Some(&none))) < 1e-5
    );
}

#[test]
fn the_whole_network_is_the_same_with_masks_and_without() {
    let (weights, texts) = (weights(1), texts(6, 1));
    let full = Masks::full(weights.config.shape());
    let plain = masked(&weights, DType::F32, &texts, None);
    assert_eq!(masked(&weights, DType::F32, &texts, Some(&full)), plain);
    assert!(furthest(&sliced(&weights, &texts, &full), &plain) < 1e-5);
}

#[test]
fn every_head_and_every_unit_matters() {
    let (weights, texts) = (weights(2), texts(3, 2));
    let full = Masks::full(weights.config.shape());
    let plain = masked(&weights, DType::F64, &texts, None);
    for layer in 0..3 {
        for head in 0..4 {
            let mut masks = full.clone();
            masks.heads[layer][head] = false;
            assert!(
                furthest(&sliced(&weights, &texts, &masks), &plain) > 1e-3,
                "head {head} of layer {layer}"
            );
            let reference = masked(&weights, DType::F64, &texts, Some(&masks));
            let change = reference.iter().zip(&plain).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(change > 1e-3, "head {head} of layer {layer}");
        }
        for unit in 0..20 {
            let mut masks = full.clone();
            masks.units[layer][unit] = false;
            assert!(
                furthest(&sliced(&weights, &texts, &masks), &plain) > 1e-5,
                "unit {unit} of layer {layer}"
            );
        }
    }
}

#[test]
fn texts_do_not_see_each_other_and_keep_their_order() {
    let (weights, texts) = (weights(4), texts(200, 4));
    let masks = some_masks(SpaceKind::Large, 4).swap_remove(0);
    let network = Pruned::new(&weights, &masks).unwrap();
    let together = network.logits(&texts).unwrap();
    for (text, logits) in texts.iter().zip(&together) {
        let alone = network.logits(std::slice::from_ref(text)).unwrap().concat();
        let logits: Vec<f64> = logits.iter().map(|&logit| f64::from(logit)).collect();
        assert!(furthest(&alone, &logits) < 1e-5);
    }
    let threads = |count| rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
    assert_eq!(threads(1).install(|| network.logits(&texts).unwrap()), together);
    assert_eq!(threads(3).install(|| network.logits(&texts).unwrap()), together);
}

#[test]
fn hidden_states_of_all_tokens_agree() {
    let (weights, texts) = (weights(5), texts(4, 5));
    let masks = some_masks(SpaceKind::Medium, 5).swap_remove(0);
    let encoder = MaskedEncoder::new(&weights, DType::F64).unwrap();
    let reference = encoder.hidden(&texts, Some(&masks), None).unwrap().to_vec3::<f64>().unwrap();
    let batch = Texts::new(texts.iter().enumerate());
    let found = Pruned::new(&weights, &masks).unwrap().hidden(&batch);
    for (tokens, rows) in batch.tokens.iter().zip(reference) {
        for (token, row) in tokens.clone().zip(rows) {
            assert!(furthest(&found[token * 24..][..24], &row) < 1e-5);
        }
    }
}

#[test]
fn what_an_encoder_cannot_read_is_refused() {
    let weights = weights(6);
    let full = Masks::full(weights.config.shape());
    let network = Pruned::new(&weights, &full).unwrap();
    let message = |ids: Vec<u32>, segments: Vec<u32>| {
        network.logits(&[Text { ids, segments }]).unwrap_err().to_string()
    };
    assert_eq!(message(vec![40], vec![0]), "text 0: token 40; the vocabulary has 40");
    assert_eq!(message(vec![1], vec![2]), "text 0: segment 2; the encoder has 2");
    assert_eq!(message(vec![1; 17], vec![0; 17]), "text 0: 17 tokens; the encoder has 16 positions");
    assert_eq!(message(vec![], vec![]), "text 0: 0 tokens and 0 segments");
    let mut other = full;
    other.heads.pop();
    assert!(Pruned::new(&weights, &other).is_err());
}
