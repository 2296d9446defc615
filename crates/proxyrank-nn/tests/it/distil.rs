//! Networks that are trained: the same as those that are scored, with a gradient for every parameter.

use candle_core::{DType, Tensor};
use proxyrank_nn::distil::{
    Activations, Adam, Classifier, Projections, TextBatch, cross_entropy, distillation, rate,
};
use proxyrank_nn::{Blind, Depth, FastEngine, Initialiser, TokenBatch};
use proxyrank_space::wpca::{WpcaArch, WpcaShape};

const SHAPE: WpcaShape = WpcaShape {
    vocab_size: 31,
    max_positions: 8,
    token_types: 2,
    embedding: 4,
    hidden: 12,
    inner: 4,
    heads: 2,
    step: 3,
    classes: 2,
};

fn arch(text: &str) -> WpcaArch {
    text.parse().unwrap()
}

/// Three texts of 6, 4 and 2 tokens.
fn texts() -> TextBatch {
    let ids = (0..18_u32).map(|i| (i * i * 5 + 2 * i + 1) % 31).collect();
    let token_types = (0..18).map(|i| u32::from(i % 6 > 2)).collect();
    TextBatch { ids, token_types, lengths: vec![6, 4, 2], seq_len: 6 }
}

fn numbers(x: &Tensor) -> Vec<f64> {
    x.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// Sets every parameter far from where it starts.
fn strengthen(parameters: &[(String, candle_core::Var)]) {
    for (index, (_, var)) in parameters.iter().enumerate() {
        let values = numbers(var);
        let moved =
            values.iter().enumerate().map(|(i, v)| 6.0 * v + 0.3 * ((i + 7 * index) as f64 * 0.7).sin());
        let tensor = Tensor::from_vec(moved.collect::<Vec<f64>>(), var.shape(), var.device()).unwrap();
        var.set(&tensor).unwrap();
    }
}

#[test]
fn a_trained_network_is_the_one_that_is_scored() {
    let arch = arch("[2,8,11]");
    let ids = texts().ids;
    let whole = TextBatch { token_types: vec![0; 18], lengths: vec![6; 3], ..texts() };
    let activations = Classifier::new::<f64>(&SHAPE, &arch, 2, 3).unwrap().forward(&whole).unwrap();
    let (initialiser, engine) = (Initialiser::<f64>::new(3), FastEngine::<f64>::new());
    let tokens = TokenBatch::new(ids, 3, 6).unwrap();
    let mut x = engine.wpca_embed(&initialiser.wpca_embedding(&SHAPE).unwrap(), &tokens).unwrap();
    for (layer, &block) in arch.blocks().iter().enumerate() {
        let weights = initialiser.wpca_block(&SHAPE, layer, block).unwrap();
        x = engine.wpca_block(&weights, &x, Depth::Full, |_| Blind).unwrap().0.unwrap();
        let found = numbers(&activations.hidden[layer]);
        for (found, wanted) in found.iter().zip(x.rows().flatten()) {
            assert!((found - wanted).abs() < 1e-12, "layer {layer}");
        }
    }
}

#[test]
fn padding_changes_no_text() {
    let network = Classifier::new::<f64>(&SHAPE, &arch("[0,6]"), 3, 1).unwrap();
    strengthen(network.parameters());
    let all = numbers(&network.forward(&texts()).unwrap().logits);
    let short = TextBatch {
        ids: texts().ids[6..10].to_vec(),
        token_types: texts().token_types[6..10].to_vec(),
        lengths: vec![4],
        seq_len: 4,
    };
    // The word behind the last one reaches it through the embedding, so it must be the same: nothing.
    let mut padded = texts();
    padded.ids[10] = 0;
    let padding = network.parameters().iter().find(|(path, _)| path.contains("word_embeddings")).unwrap();
    let mut values = numbers(&padding.1);
    values[..SHAPE.embedding].fill(0.0);
    padding.1.set(&Tensor::from_vec(values, padding.1.shape(), padding.1.device()).unwrap()).unwrap();
    let padded = numbers(&network.forward(&padded).unwrap().logits);
    let alone = numbers(&network.forward(&short).unwrap().logits);
    for (found, wanted) in padded[3..6].iter().zip(&alone) {
        assert!((found - wanted).abs() < 1e-10, "{padded:?} {alone:?}");
    }
    assert_eq!(all.len(), 9);
}

/// The distillation loss of a student, and its parameters with those of its projections.
fn loss(student: &Classifier, projections: &Projections, teacher: &Activations) -> Tensor {
    let own = student.forward(&texts()).unwrap();
    distillation(student, projections, &own, teacher).unwrap()
}

#[test]
fn every_parameter_has_the_gradient_of_finite_differences() {
    let wide = WpcaShape { hidden: 16, ..SHAPE };
    let teacher = Classifier::new::<f64>(&wide, &arch("[5,5,5,5]"), 2, 9).unwrap();
    strengthen(teacher.parameters());
    let teacher = teacher.forward(&texts()).unwrap();
    let student = Classifier::new::<f64>(&SHAPE, &arch("[1,9]"), 2, 1).unwrap();
    let projections = Projections::new::<f64>(&SHAPE, 16, 1).unwrap();
    strengthen(student.parameters());
    strengthen(projections.parameters());
    let gradients = loss(&student, &projections, &teacher).backward().unwrap();
    for (path, var) in student.parameters().iter().chain(projections.parameters()) {
        let gradient = numbers(gradients.get(var).unwrap_or_else(|| panic!("{path} has no gradient")));
        let values = numbers(var);
        for index in (0..values.len()).step_by(1 + values.len() / 3) {
            let at = |step: f64| {
                let mut moved = values.clone();
                moved[index] += step;
                var.set(&Tensor::from_vec(moved, var.shape(), var.device()).unwrap()).unwrap();
                numbers(&loss(&student, &projections, &teacher))[0]
            };
            let wanted = (at(1e-5) - at(-1e-5)) / 2e-5;
            at(0.0);
            let error = (gradient[index] - wanted).abs();
            assert!(error < 1e-5 * (1.0 + wanted.abs()), "{path} {index}: {} {wanted}", gradient[index]);
        }
    }
    // Three layers are no half of four.
    let three = Classifier::new::<f64>(&SHAPE, &arch("[1,9,2]"), 2, 1).unwrap();
    let own = three.forward(&texts()).unwrap();
    assert!(distillation(&three, &projections, &own, &teacher).is_err());
}

#[test]
fn training_learns_its_texts() {
    let network = Classifier::new::<f32>(&SHAPE, &arch("[1,7]"), 2, 0).unwrap();
    let mut adam = Adam::new(network.parameters());
    let labels = [0, 1, 1];
    let value = || {
        let loss = cross_entropy(&network.forward(&texts()).unwrap().logits, &labels).unwrap();
        (numbers(&loss)[0], loss)
    };
    let before = value().0;
    assert!((before - 2.0_f64.ln()).abs() < 0.05, "{before}");
    for step in 0..60 {
        adam.step(&value().1.backward().unwrap(), rate(0.02, step, 60)).unwrap();
    }
    assert!(value().0 < 0.5 * before, "{}", value().0);
}

#[test]
fn the_rate_rises_and_falls() {
    let rates: Vec<f64> = (0..100).map(|step| rate(1.0, step, 100)).collect();
    assert!((rates[0] - 0.1).abs() < 1e-12 && (rates[9] - 1.0).abs() < 1e-12);
    assert!(rates[9..].windows(2).all(|pair| pair[1] <= pair[0]) && rates[99] < 0.02);
}
