//! Training of small super-networks.

use candle_core::{D, DType, Tensor};
use proxyrank_prune::PruneError;
use proxyrank_prune::encoder::{MaskedEncoder, Text};
use proxyrank_prune::space::{Smallest, SpaceKind};
use proxyrank_prune::supernet::{Examples, Labels, Metric, Settings, Strategy, SuperNet, evaluate};
use rand::RngExt;

use super::common::{rng, space, weights};

/// The class is that of the second token.
pub(crate) fn examples(count: usize, seed: u64) -> Examples {
    let mut rng = rng(seed);
    let (mut texts, mut labels) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let len = rng.random_range(2..9_usize);
        let mut ids: Vec<u32> = (0..len).map(|_| rng.random_range(3..40)).collect();
        ids[0] = 1;
        labels.push(ids[1] % 3);
        texts.push(Text { segments: vec![0; len], ids });
    }
    Examples::new(texts, Labels::Classes(labels)).unwrap()
}

fn settings(strategy: Strategy, kind: SpaceKind) -> Settings {
    Settings { rate: 2e-3, epochs: 2, batch: 6, ..Settings::new(space(kind), strategy, 5) }
}

fn bits(run: &SuperNet<'_>) -> Vec<u32> {
    run.weights().values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn a_run_that_was_killed_goes_on_with_the_same_bits() {
    let examples = examples(20, 0);
    let folder = tempfile::tempdir().unwrap();
    for (strategy, kind) in Strategy::ALL.into_iter().zip(SpaceKind::ALL.into_iter().cycle()) {
        let settings = settings(strategy, kind);
        let mut whole = SuperNet::new(settings.clone(), weights(1), &examples).unwrap();
        while !whole.is_done() {
            whole.step().unwrap();
        }
        assert_eq!(whole.step_number(), 8);
        let file = folder.path().join(format!("{strategy}.safetensors"));
        let mut killed = SuperNet::resume(settings.clone(), weights(1), &examples, &file).unwrap();
        for _ in 0..3 {
            killed.step().unwrap();
        }
        killed.save(&file).unwrap();
        // A step that no checkpoint saw is lost and done again.
        killed.step().unwrap();
        drop(killed);
        let mut resumed = SuperNet::resume(settings, weights(1), &examples, &file).unwrap();
        assert_eq!(resumed.step_number(), 3);
        while !resumed.is_done() {
            resumed.step().unwrap();
        }
        assert_eq!(bits(&resumed), bits(&whole), "{strategy}");
        assert_eq!(resumed.curve(), whole.curve(), "{strategy}");
    }
}

#[test]
fn bits_do_not_depend_on_threads_but_on_the_seed() {
    let examples = examples(20, 0);
    let run = |threads, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let settings = Settings { seed, ..settings(Strategy::OneShot, SpaceKind::Small) };
            let mut run = SuperNet::new(settings, weights(1), &examples).unwrap();
            for _ in 0..3 {
                run.step().unwrap();
            }
            bits(&run)
        })
    };
    let one = run(1, 0);
    assert_eq!(one, run(3, 0));
    assert_ne!(one, run(1, 1));
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let examples = examples(20, 0);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.safetensors");
    let first = settings(Strategy::Sandwich, SpaceKind::Small);
    SuperNet::new(first.clone(), weights(1), &examples).unwrap().save(&file).unwrap();
    let again = |settings, examples| SuperNet::resume(settings, weights(1), examples, &file).map(drop);
    assert!(again(first.clone(), &examples).is_ok());
    let other = Settings { temperature: 1.0, ..first.clone() };
    assert!(matches!(again(other, &examples), Err(PruneError::OtherRun(_))));
    let fewer = examples.select(&[0, 1, 2]);
    assert!(matches!(again(first.clone(), &fewer), Err(PruneError::OtherRun(_))));
    std::fs::write(&file, b"cut off").unwrap();
    assert!(again(first, &examples).is_err());
}

/// The first step's mean of gradients is a tenth of the gradient; candle adds up the same losses.
#[test]
fn a_step_of_distillation_is_the_sum_of_its_losses() {
    let examples = examples(6, 3);
    let settings = Settings {
        count: 0,
        dropout: false,
        smallest: Smallest::Space,
        ..settings(Strategy::OneShot, SpaceKind::Small)
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.safetensors");
    let mut run = SuperNet::new(settings.clone(), weights(1), &examples).unwrap();
    let loss = run.step().unwrap();
    run.save(&file).unwrap();

    let weights = weights(1);
    let encoder = MaskedEncoder::new(&weights, DType::F64).unwrap();
    let masks = |genes| settings.space.masks(&genes).unwrap();
    let pass = |genes| encoder.logits(examples.texts(), Some(&masks(genes)), None).unwrap();
    let full = pass(settings.space.full());
    let small = pass(settings.space.smallest(Smallest::Space));
    let Labels::Classes(labels) = examples.labels() else { panic!("classes") };
    let one_hot: Vec<f64> = labels
        .iter()
        .flat_map(|&label| (0..3).map(move |class| f64::from(u8::from(class == label))))
        .collect();
    let one_hot = Tensor::from_vec(one_hot, (6, 3), full.device()).unwrap();
    let logarithms = |logits: &Tensor| -> Tensor {
        let total = logits.exp().unwrap().sum_keepdim(D::Minus1).unwrap().log().unwrap();
        logits.broadcast_sub(&total).unwrap()
    };
    let entropy = |logits: &Tensor, wanted: &Tensor| -> Tensor {
        ((logarithms(logits) * wanted).unwrap().sum_all().unwrap() * (-1.0 / 6.0)).unwrap()
    };
    let warm = |logits: &Tensor| (logits * 0.1).unwrap();
    let teacher = logarithms(&warm(&full.detach())).exp().unwrap();
    let distilled = (entropy(&warm(&small), &teacher) * 100.0).unwrap();
    let sum = ((entropy(&full, &one_hot) + distilled).unwrap() + entropy(&small, &one_hot)).unwrap();
    assert!((sum.to_scalar::<f64>().unwrap() - loss).abs() < 1e-4 * loss);

    let bytes = std::fs::read(&file).unwrap();
    let written = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let view = written.tensor("first_moments").unwrap();
    let moments: Vec<f32> =
        view.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    for ((name, place, _), wanted) in weights.layout.parameters().zip(encoder.gradients(&sum).unwrap()) {
        for (found, wanted) in moments[place.range()].iter().zip(wanted) {
            let found = f64::from(*found) * 10.0;
            assert!((found - wanted).abs() < 1e-4 * (1.0 + wanted.abs()), "{name}: {found} {wanted}");
        }
    }
}

#[test]
fn training_learns_what_can_be_learnt() {
    let examples = examples(120, 1);
    let space = space(SpaceKind::Small);
    for strategy in [Strategy::Standard, Strategy::OneShot] {
        let settings = Settings { epochs: 20, ..settings(strategy, SpaceKind::Small) };
        let mut run = SuperNet::new(settings, weights(1), &examples).unwrap();
        let full = space.masks(&space.full()).unwrap();
        let error =
            |run: &SuperNet<'_>| evaluate(run.weights(), &full, &examples, Metric::Accuracy).unwrap().error;
        let before = error(&run);
        while !run.is_done() {
            run.step().unwrap();
        }
        let after = error(&run);
        assert!(before > 0.4 && after < 0.1, "{strategy}: {before} {after}");
        let (start, end) = (&run.curve()[..20], &run.curve()[run.curve().len() - 20..]);
        let fallen = start.iter().sum::<f64>() / end.iter().sum::<f64>();
        // Distillation has a floor: T² times the entropy of the teacher's answers.
        let wanted = if strategy == Strategy::Standard { 2.0 } else { 1.005 };
        assert!(fallen > wanted, "{strategy}: {fallen}");
    }
}

#[test]
fn a_loss_that_is_no_number_stops_the_run() {
    let examples = examples(20, 0);
    let mut broken = weights(1);
    let place = broken.layout.classifier.1.range();
    broken.values[place].fill(f32::INFINITY);
    let mut run = SuperNet::new(settings(Strategy::Standard, SpaceKind::Small), broken, &examples).unwrap();
    assert!(matches!(run.step(), Err(PruneError::Diverged { step: 0, .. })));
}
