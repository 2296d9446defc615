//! Derivatives by masks, and proxies, against candle's gradients of the masked network.

use candle_core::{D, DType, Tensor};
use proxyrank_prune::encoder::{MaskedEncoder, Pruned, Weights};
use proxyrank_prune::importance::Sensitivities;
use proxyrank_prune::space::{Masks, SpaceKind};
use proxyrank_prune::supernet::{Examples, Labels};
use proxyrank_prune::zero_cost::{PROXIES, Prober};

use super::common::{config, some_masks, weights};
use super::training::examples;

/// Gradients of the mean cross-entropy by every parameter: name, gradient, columns.
fn gradients(weights: &Weights, masks: &Masks, examples: &Examples) -> Vec<(String, Vec<f64>, usize)> {
    let reference = MaskedEncoder::new(weights, DType::F64).unwrap();
    let logits = reference.logits(examples.texts(), Some(masks), None).unwrap();
    let scaled = logits.broadcast_sub(&logits.max_keepdim(D::Minus1).unwrap()).unwrap();
    let total = scaled.exp().unwrap().sum_keepdim(D::Minus1).unwrap().log().unwrap();
    let logarithms = scaled.broadcast_sub(&total).unwrap();
    let Labels::Classes(classes) = examples.labels() else { panic!("classes") };
    let places = Tensor::new(classes.as_slice(), logarithms.device()).unwrap().unsqueeze(1).unwrap();
    let loss = logarithms.gather(&places, 1).unwrap().mean_all().unwrap().neg().unwrap();
    let found = reference.gradients(&loss).unwrap();
    let parameters = weights.layout.parameters();
    parameters.zip(found).map(|((name, place, _), found)| (name.to_owned(), found, place.columns)).collect()
}

/// Σ W G over some columns of a layer's matrix: the derivative by a factor of these columns.
fn by_columns(weights: &Weights, name: &str, found: &[(String, Vec<f64>, usize)], of: &[usize]) -> f64 {
    let (_, gradient, columns) = found.iter().find(|(other, _, _)| other == name).unwrap();
    let (_, place, _) = weights.layout.parameters().find(|(other, _, _)| *other == name).unwrap();
    let values = &weights.values[place.range()];
    let cells = values.iter().zip(gradient).enumerate();
    cells.filter(|(cell, _)| of.contains(&(cell % columns))).map(|(_, (w, g))| f64::from(*w) * g).sum()
}

#[test]
fn importance_and_fisher_are_those_of_each_examples_derivatives() {
    let (weights, examples) = (weights(3), examples(11, 4));
    let sensitivities = Sensitivities::of(&weights, &examples).unwrap();
    let full = Masks::full(config().shape());
    let (mut heads, mut units) = (vec![vec![Vec::new(); 4]; 3], vec![vec![Vec::new(); 20]; 3]);
    for text in 0..11 {
        let found = gradients(&weights, &full, &examples.select(&[text]));
        for layer in 0..3 {
            let name = format!("encoder.layer.{layer}.attention.output.dense.weight");
            for (head, all) in heads[layer].iter_mut().enumerate() {
                let columns: Vec<usize> = (6 * head..6 * (head + 1)).collect();
                all.push(by_columns(&weights, &name, &found, &columns));
            }
            let name = format!("encoder.layer.{layer}.output.dense.weight");
            for (unit, all) in units[layer].iter_mut().enumerate() {
                all.push(by_columns(&weights, &name, &found, &[unit]));
            }
        }
    }
    let mean = |all: &[f64], of: fn(f64) -> f64| all.iter().map(|x| of(*x)).sum::<f64>() / all.len() as f64;
    let (importance, fisher) = (sensitivities.importance(), sensitivities.fisher());
    for (wanted, (importance, fisher)) in heads
        .iter()
        .chain(&units)
        .zip(importance.heads.iter().chain(&importance.units).zip(fisher.heads.iter().chain(&fisher.units)))
    {
        let plain: Vec<f64> = wanted.iter().map(|all| mean(all, f64::abs)).collect();
        let norm = plain.iter().map(|x| x * x).sum::<f64>().sqrt();
        for (place, all) in wanted.iter().enumerate() {
            let near = |found: f64, wanted: f64, scale: f64| {
                assert!((found - wanted).abs() < 1e-4 * scale, "{found} {wanted}");
            };
            near(importance[place], plain[place] / norm, 1.0);
            near(fisher[place], mean(all, |x| x * x), norm * norm);
        }
    }
}

#[test]
fn gradient_proxies_are_sums_over_candles_gradients() {
    for (seed, kind) in (20..).zip(SpaceKind::ALL) {
        let (weights, examples) = (weights(seed), examples(6, seed));
        let mut prober = Prober::new(&weights, &examples).unwrap();
        for masks in some_masks(kind, seed) {
            let found = gradients(&weights, &masks, &examples);
            let scores = prober.score(&masks).unwrap().scores;
            let mut wanted = [0.0; 5];
            for ((name, place, _), (_, gradient, _)) in weights.layout.parameters().zip(&found) {
                if !name.starts_with("encoder.layer")
                    || !name.ends_with("weight")
                    || name.contains("LayerNorm")
                {
                    continue;
                }
                let pairs = weights.values[place.range()].iter().zip(gradient);
                let products: Vec<f64> = pairs.map(|(w, g)| f64::from(*w) * g).collect();
                let absolute: f64 = products.iter().map(|x| x.abs()).sum();
                wanted[0] += gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
                wanted[1] += absolute;
                wanted[2] += products.iter().sum::<f64>();
                if name.contains("attention.self") {
                    wanted[4] += absolute;
                } else if !name.contains("attention") {
                    wanted[3] += absolute;
                }
            }
            let names = ["grad_norm", "snip", "plain", "synaptic_saliency", "head_importance"];
            for (name, wanted_one) in names.iter().zip(wanted) {
                let score = scores[*name].unwrap();
                let distance = (score - wanted_one).abs();
                assert!(distance < 1e-4 * (1.0 + wanted[1]), "{kind} {name}: {score} {wanted_one}");
            }
        }
    }
}

#[test]
fn mask_proxies_of_the_whole_network_are_sums_of_importances() {
    let (weights, examples) = (weights(5), examples(9, 6));
    let fisher = Sensitivities::of(&weights, &examples).unwrap().fisher();
    let wanted: f64 = fisher.heads.iter().chain(&fisher.units).flatten().sum();
    let full = Masks::full(config().shape());
    let scores = Prober::new(&weights, &examples).unwrap().score(&full).unwrap().scores;
    let found = scores["mask_fisher"].unwrap();
    assert!((found - wanted).abs() < 1e-4 * wanted, "{found} {wanted}");
    let mut michel = 0.0;
    for text in 0..9 {
        let found = gradients(&weights, &full, &examples.select(&[text]));
        for (layer, head) in (0..3).flat_map(|layer| (0..4).map(move |head| (layer, head))) {
            let name = format!("encoder.layer.{layer}.attention.output.dense.weight");
            let columns: Vec<usize> = (6 * head..6 * (head + 1)).collect();
            michel += by_columns(&weights, &name, &found, &columns).abs() / 9.0;
        }
    }
    let found = scores["michel_importance"].unwrap();
    assert!((found - michel).abs() < 1e-4 * michel, "{found} {michel}");
}

#[test]
fn synflow_is_that_of_the_positive_network_without_tanh() {
    let weights = weights(7);
    let mut positive = weights.clone();
    for value in &mut positive.values {
        *value = value.abs();
    }
    let (gain, shift) = positive.layout.embedding_norm.clone();
    positive.values[gain.range()].fill(0.0);
    positive.values[shift.range()].fill(1.0);
    let examples = examples(3, 8);
    let mut prober = Prober::new(&weights, &examples).unwrap();
    for masks in some_masks(SpaceKind::Large, 9) {
        let reference = MaskedEncoder::new(&positive, DType::F64).unwrap();
        let hidden = reference.hidden(&examples.texts()[..1], Some(&masks), None).unwrap();
        let get = |name: &str| {
            let found = reference.parameters().iter().find(|(other, _)| other == name);
            found.unwrap().1.as_tensor().clone()
        };
        let linear = |x: &Tensor, name: &str| {
            let y = x.matmul(&get(&format!("{name}.weight")).t().unwrap()).unwrap();
            y.broadcast_add(&get(&format!("{name}.bias"))).unwrap()
        };
        let first = hidden.narrow(1, 0, 1).unwrap().squeeze(1).unwrap();
        let logits = linear(&linear(&first, "pooler.dense"), "classifier");
        let found = reference.gradients(&logits.sum_all().unwrap()).unwrap();
        let (mut synflow, mut logsynflow) = (0.0, 0.0);
        for ((name, place, _), gradient) in positive.layout.parameters().zip(found) {
            if name.starts_with("encoder.layer") && name.ends_with("weight") && !name.contains("LayerNorm") {
                for (w, r) in positive.values[place.range()].iter().zip(gradient) {
                    synflow += (f64::from(*w) * r).abs();
                    logsynflow += f64::from(*w) * r.abs().ln_1p();
                }
            }
        }
        let scores = prober.score(&masks).unwrap().scores;
        for (name, wanted) in [("synflow", synflow), ("logsynflow", logsynflow)] {
            let found = scores[name].unwrap();
            assert!((found - wanted).abs() < 1e-3 * (1.0 + wanted), "{name}: {found} {wanted}");
        }
    }
}

#[test]
fn every_proxy_has_a_score_and_nothing_is_left_where_all_is_cut() {
    let (weights, examples) = (weights(1), examples(5, 2));
    let mut prober = Prober::new(&weights, &examples).unwrap();
    let whole = prober.score(&Masks::full(config().shape())).unwrap();
    assert_eq!(whole.scores.len(), PROXIES.len());
    for proxy in PROXIES {
        assert!(whole.scores[proxy.name].is_some(), "{}", proxy.name);
    }
    assert!(whole.seconds.iter().all(|seconds| *seconds > 0.0), "{:?}", whole.seconds);
    let v_pca = whole.scores["v_pca"].unwrap();
    let body = whole.scores["num_parameters_body"].unwrap();
    assert!((whole.scores["w_pca"].unwrap() - v_pca * body).abs() < 1e-6 * v_pca * body);

    let none = Masks { heads: vec![vec![false; 4]; 3], units: vec![vec![false; 20]; 3] };
    let cut = prober.score(&none).unwrap().scores;
    for name in ["head_confidence", "softmax_confidence", "activation_distance", "nwot", "v_pca", "w_pca"] {
        assert_eq!(cut[name], None, "{name}");
    }
    for name in ["num_parameters_body", "num_layers", "flops", "weight_norm", "snip", "synflow", "fisher"] {
        assert_eq!(cut[name], Some(0.0), "{name}");
    }
    // The classifier still has a loss.
    let logits = Pruned::new(&weights, &none).unwrap().logits(examples.texts()).unwrap();
    let Labels::Classes(classes) = examples.labels() else { panic!("classes") };
    let losses = logits.iter().zip(classes).map(|(row, &class)| {
        let total: f64 = row.iter().map(|&x| f64::from(x).exp()).sum();
        total.ln() - f64::from(row[class as usize])
    });
    let mean = losses.sum::<f64>() / classes.len() as f64;
    assert!((cut["loss"].unwrap() + mean).abs() < 1e-5, "{:?} {mean}", cut["loss"]);
    assert!(Prober::new(&weights, &examples.select(&[])).is_err());
}
