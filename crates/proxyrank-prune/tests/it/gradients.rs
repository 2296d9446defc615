//! The gradient on sliced weights is that of candle on masked ones.

use candle_core::{DType, Device, Tensor};
use proxyrank_prune::encoder::{Dropout, Gradient, MaskedEncoder, Pruned, Tape, Texts};
use proxyrank_prune::space::SpaceKind;

use super::common::{some_masks, texts, weights};

#[test]
fn sliced_gradients_are_masked_ones_with_dropout_and_without() {
    for (seed, kind) in (0..).zip(SpaceKind::ALL) {
        let (weights, texts) = (weights(seed), texts(5, seed));
        let reference = MaskedEncoder::new(&weights, DType::F64).unwrap();
        // Any derivatives by the logits will do.
        let derivatives: Vec<f32> = (0..15_u8).map(|i| f32::from(i * 7 % 15) * 0.1 - 0.7).collect();
        for (number, masks) in some_masks(kind, seed).iter().enumerate() {
            let dropout = (number % 2 == 1).then(|| Dropout::of(&weights.config, seed));
            let logits = reference.logits(&texts, Some(masks), dropout).unwrap();
            let by = Tensor::from_slice(&derivatives, (5, 3), &Device::Cpu).unwrap();
            let scalar = (&logits * by.to_dtype(DType::F64).unwrap()).unwrap().sum_all().unwrap();
            let wanted = reference.gradients(&scalar).unwrap();
            let network = Pruned::new(&weights, masks).unwrap();
            let batch = Texts::new(texts.iter().enumerate());
            let mut tape = Tape::default();
            let found = network.forward(&batch, dropout, Some(&mut tape));
            for (found, wanted) in found.iter().zip(logits.flatten_all().unwrap().to_vec1::<f64>().unwrap()) {
                assert!((f64::from(*found) - wanted).abs() < 1e-5, "{kind} {number}: {found} {wanted}");
            }
            let mut gradient = Gradient::new(&weights.layout);
            network.backward(&batch, dropout, &tape, &derivatives, &mut gradient);
            // A second pass adds to the first.
            network.backward(&batch, dropout, &tape, &derivatives, &mut gradient);
            let dense = gradient.dense(&weights.layout);
            for ((name, place, _), wanted) in weights.layout.parameters().zip(wanted) {
                let found = &dense[place.range()];
                for (found, wanted) in found.iter().zip(&wanted) {
                    let distance = (f64::from(*found) - 2.0 * wanted).abs();
                    assert!(
                        distance < 1e-4 * (1.0 + wanted.abs()),
                        "{kind} {number} {name}: {found} {wanted}"
                    );
                }
            }
        }
    }
}

#[test]
fn texts_in_parts_have_the_gradient_of_the_whole() {
    let (weights, texts) = (weights(9), texts(6, 9));
    let masks = some_masks(SpaceKind::Large, 9).swap_remove(0);
    let network = Pruned::new(&weights, &masks).unwrap();
    let dropout = Some(Dropout::of(&weights.config, 2));
    let gradient = |places: &[usize]| {
        let batch = Texts::new(places.iter().map(|&place| (place, &texts[place])));
        let mut tape = Tape::default();
        let logits = network.forward(&batch, dropout, Some(&mut tape));
        let mut gradient = Gradient::new(&weights.layout);
        network.backward(&batch, dropout, &tape, &logits, &mut gradient);
        gradient.dense(&weights.layout)
    };
    let whole = gradient(&[0, 1, 2, 3, 4, 5]);
    let parts = gradient(&[4, 0]).into_iter().zip(gradient(&[5, 1, 2, 3])).map(|(a, b)| a + b);
    for (whole, parts) in whole.iter().zip(parts) {
        assert!((whole - parts).abs() < 1e-4 * (1.0 + whole.abs()), "{whole} {parts}");
    }
}
