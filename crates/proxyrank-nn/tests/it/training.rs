//! Training: it learns, for any number of threads it does the same, and it goes on from a snapshot as if it had never stopped.

use proxyrank_nn::train::{
    AdamW, Attention, EarlyExit, Electra, ElectraLosses, ElectraSettings, LayerRates, Positions, Reader,
    Schedule, Targets, Tuner, TunerSettings,
};
use proxyrank_nn::{EncoderWeights, Head, Initialiser, MaskedToken, NnError, TokenBatch};
use proxyrank_space::Operation;
use proxyrank_space::flexibert::{DscKernel, EncoderLayer, EncoderNetwork};

use crate::common::mixed_network;

const SEQUENCES: usize = 8;
const LENGTH: usize = 20;
const MASK: u32 = 4;

fn network() -> EncoderNetwork {
    let mut network = mixed_network();
    network.max_positions = LENGTH;
    network
}

/// The same layers at a quarter of the width.
fn generator() -> EncoderNetwork {
    let mut generator = network();
    generator.hidden_size /= 4;
    for layer in &mut generator.layers {
        layer.ffn_widths.iter_mut().for_each(|width| *width /= 4);
    }
    generator
}

/// Sequences that count up from different places: what stood at a hidden place follows from its neighbours.
fn batch(step: usize) -> (TokenBatch, TokenBatch, Vec<MaskedToken>) {
    let id =
        |sequence: usize, token: usize| u32::try_from(5 + (7 * step + 13 * sequence + token) % 80).unwrap();
    let ids: Vec<u32> = (0..SEQUENCES * LENGTH).map(|row| id(row / LENGTH, row % LENGTH)).collect();
    let targets: Vec<MaskedToken> = (0..ids.len())
        .filter(|row| (row + step) % 7 == 2)
        .map(|row| MaskedToken { row, id: ids[row] })
        .collect();
    let mut hidden = ids.clone();
    for target in &targets {
        hidden[target.row] = MASK;
    }
    let wrap = |ids| TokenBatch::new(ids, SEQUENCES, LENGTH).unwrap();
    (wrap(ids), wrap(hidden), targets)
}

fn settings(rate: f64) -> ElectraSettings {
    ElectraSettings {
        optimiser: AdamW::ELECTRA,
        schedule: Schedule { peak: rate, warmup: 10, steps: 200 },
        generator_weight: 1.0,
        discriminator_weight: 50.0,
        initial_scale: 1.0,
        positions: Positions::Drawn,
        attention: Attention::Drawn,
        init_seed: 3,
        noise: Some(9),
        exit: None,
    }
}

fn electra(rate: f64) -> Electra {
    Electra::new(&generator(), &network(), settings(rate)).unwrap()
}

/// The same with an exit after half of the layers.
fn leaving(margin: f64, from: u64) -> Electra {
    let exit = EarlyExit { layers: network().layers.len() / 2, margin, from };
    Electra::new(&generator(), &network(), ElectraSettings { exit: Some(exit), ..settings(1e-3) }).unwrap()
}

fn steps(electra: &mut Electra, count: usize) -> Vec<ElectraLosses> {
    let step = |_| {
        let number = usize::try_from(electra.steps()).unwrap();
        let (tokens, hidden, targets) = batch(number);
        electra.step(&tokens, &hidden, &targets).unwrap()
    };
    (0..count).map(step).collect()
}

/// Attention and a convolution from a start that makes small networks learn (docs/training.md).
fn learner() -> Electra {
    let layer = |operation| EncoderLayer { operation, heads: 2, ffn_widths: vec![32, 64, 32] };
    let layers = vec![layer(Operation::Sdp), layer(Operation::Dsc { kernel: DscKernel::Five })];
    let network = EncoderNetwork {
        vocab_size: 97,
        embedding_size: 32,
        max_positions: LENGTH,
        ..EncoderNetwork::new(32, layers)
    };
    let settings = ElectraSettings {
        schedule: Schedule { peak: 2e-3, warmup: 50, steps: 800 },
        discriminator_weight: 1.0,
        initial_scale: 4.0,
        positions: Positions::Sinusoids,
        attention: Attention::Mimetic,
        noise: None,
        ..settings(0.0)
    };
    Electra::new(&network, &network, settings).unwrap()
}

#[test]
fn both_networks_learn_what_neighbours_tell() {
    let losses = steps(&mut learner(), 800);
    let mean = |range: std::ops::Range<usize>, of: fn(&ElectraLosses) -> f64| {
        losses[range.clone()].iter().map(of).sum::<f64>() / range.len() as f64
    };
    // What stood at a hidden place follows from its neighbours, so a network that reads them is far below the 80 even words' 4.4 nats.
    let (before, after) = (mean(0..5, |l| l.generator), mean(700..800, |l| l.generator));
    assert!((before - 97.0_f64.ln()).abs() < 0.5 && after < 2.0, "{before} {after}");
    // A generator that is nearly always right leaves little to find.
    let (before, after) = (mean(0..5, |l| l.discriminator), mean(700..800, |l| l.discriminator));
    assert!(before > 0.5 && after < 0.35, "{before} {after}");
}

#[test]
fn a_snapshot_goes_on_bit_for_bit_and_threads_do_not_matter() {
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let whole = pool(1).install(|| steps(&mut electra(1e-3), 12));
    let first = pool(3).install(|| {
        let mut electra = electra(1e-3);
        let losses = steps(&mut electra, 5);
        (losses, electra.snapshot().to_bytes().unwrap())
    });
    let (mut losses, bytes) = first;
    let snapshot = proxyrank_nn::train::Snapshot::from_bytes(&bytes).unwrap();
    let mut again = electra(1e-3);
    again.restore(&snapshot).unwrap();
    losses.extend(pool(2).install(|| steps(&mut again, 7)));
    assert_eq!(losses, whole);
}

#[test]
fn divergence_is_an_error_and_leaves_the_weights_alone() {
    let mut electra = electra(1e30);
    let result = (0..40).try_for_each(|number| {
        let (tokens, hidden, targets) = batch(number);
        electra.step(&tokens, &hidden, &targets).map(|_| ())
    });
    let error = result.unwrap_err();
    assert!(matches!(error, NnError::Diverged { .. }), "{error}");
    assert!(error.to_string().contains("lower the learning rate"), "{error}");
}

fn trained() -> EncoderWeights<f32> {
    Initialiser::new(5).encoder(&network(), Head::Discriminator).unwrap()
}

fn tuner_settings(layers: LayerRates) -> TunerSettings {
    TunerSettings {
        optimiser: AdamW::ELECTRA,
        schedule: Schedule { peak: 3e-3, warmup: 10, steps: 200 },
        layers,
        reader: Reader::First,
        separator: 2,
        init_seed: 1,
        noise: Some(2),
    }
}

fn tuner(outputs: usize, layers: LayerRates) -> Tuner {
    let settings = tuner_settings(layers);
    Tuner::new(&network(), outputs, &trained(), settings).unwrap()
}

/// Sequences whose span is a marked word; its place, which decides class and number, is said by the first word.
fn marked(step: usize) -> (TokenBatch, Vec<usize>) {
    let place = |sequence: usize| 1 + (5 * step + 3 * sequence) % (LENGTH - 1);
    let places: Vec<usize> = (0..SEQUENCES).map(place).collect();
    let id = |row: usize| match (row % LENGTH, places[row / LENGTH]) {
        (0, place) => u32::try_from(10 + place).unwrap(),
        (token, place) if token == place => 50,
        _ => 6,
    };
    let ids = (0..SEQUENCES * LENGTH).map(id).collect();
    (TokenBatch::new(ids, SEQUENCES, LENGTH).unwrap(), places)
}

#[test]
fn classes_numbers_and_spans_are_learnt() {
    let narrow = |place: usize| u32::try_from(place).unwrap();
    let mut classes = tuner(2, LayerRates::EVEN);
    let mut numbers = tuner(1, LayerRates::EVEN);
    let mut spans = tuner(2, LayerRates::EVEN);
    let losses: Vec<[f64; 3]> = (0..150)
        .map(|step| {
            let (tokens, places) = marked(step);
            let late: Vec<u32> = places.iter().map(|place| u32::from(*place >= LENGTH / 2)).collect();
            let far: Vec<f32> = places.iter().map(|place| *place as f32 / LENGTH as f32).collect();
            let ends: Vec<[u32; 2]> = places.iter().map(|place| [narrow(*place), narrow(*place)]).collect();
            [
                classes.step(&tokens, Targets::Classes(&late)).unwrap(),
                numbers.step(&tokens, Targets::Numbers(&far)).unwrap(),
                spans.step(&tokens, Targets::Spans(&ends)).unwrap(),
            ]
        })
        .collect();
    let mean = |steps: &[[f64; 3]], head: usize| {
        steps.iter().map(|losses| losses[head]).sum::<f64>() / steps.len() as f64
    };
    for head in 0..3 {
        let (before, after) = (mean(&losses[..10], head), mean(&losses[140..], head));
        assert!(after < 0.9 * before, "head {head}: {before} {after}");
    }
}

#[test]
fn outputs_are_those_that_the_loss_is_computed_from() {
    let far: Vec<f32> = (0..SEQUENCES).map(|index| index as f32 / 4.0).collect();
    let (tokens, _) = marked(3);
    // Padding at the end of every sequence, which means leave out.
    let padded = tokens.ids().iter().enumerate().map(|(row, id)| if row % LENGTH > 15 { 0 } else { *id });
    let tokens = TokenBatch::new(padded.collect(), SEQUENCES, LENGTH).unwrap();
    let losses = [Reader::First, Reader::Mean, Reader::Both].map(|reader| {
        let settings = TunerSettings { reader, noise: None, ..tuner_settings(LayerRates::EVEN) };
        let mut tuner = Tuner::new(&network(), 1, &trained(), settings).unwrap();
        let outputs = tuner.outputs(&tokens, false).unwrap();
        let squares = outputs.iter().zip(&far).map(|(output, far)| f64::from(output - far).powi(2));
        let wanted = squares.sum::<f64>() / SEQUENCES as f64;
        let loss = tuner.step(&tokens, Targets::Numbers(&far)).unwrap();
        assert!((loss - wanted).abs() < 1e-5 * wanted, "{reader:?}: {loss} {wanted}");
        loss
    });
    assert!(losses.windows(2).all(|pair| (pair[0] - pair[1]).abs() > 1e-9), "{losses:?}");
}

/// Two texts of a sequence: the first of two kinds of words, the second of the same kind or of the other.
fn pairs_of_texts(step: usize) -> (TokenBatch, Vec<f32>) {
    let kinds: Vec<[usize; 2]> = (0..SEQUENCES).map(|s| [(step + s) % 2, (step + s / 2) % 2]).collect();
    let id = |row: usize| {
        let (token, [first, second]) = (row % LENGTH, kinds[row / LENGTH]);
        let word = |kind: usize| u32::try_from(10 + 20 * kind + (3 * token + step) % 7).unwrap();
        match token {
            0 => 1,
            5 | 12 => 2,
            1..=4 => word(first),
            6..=11 => word(second),
            _ => 0,
        }
    };
    let ids = (0..SEQUENCES * LENGTH).map(id).collect();
    let alike = kinds.iter().map(|[first, second]| f32::from(u8::from(first == second))).collect();
    (TokenBatch::new(ids, SEQUENCES, LENGTH).unwrap(), alike)
}

#[test]
fn cosines_of_two_texts_are_learnt_and_are_what_the_loss_is_computed_from() {
    let settings = TunerSettings { reader: Reader::Cosine, noise: None, ..tuner_settings(LayerRates::EVEN) };
    let mut tuner = Tuner::new(&network(), 1, &trained(), settings).unwrap();
    let (tokens, alike) = pairs_of_texts(0);
    let outputs = tuner.outputs(&tokens, false).unwrap();
    assert!(outputs.iter().all(|output| output.abs() <= 1.0 + 1e-6));
    let squares = outputs.iter().zip(&alike).map(|(output, alike)| f64::from(output - alike).powi(2));
    let wanted = squares.sum::<f64>() / SEQUENCES as f64;
    let first = tuner.step(&tokens, Targets::Numbers(&alike)).unwrap();
    assert!((first - wanted).abs() < 1e-5 * wanted, "{first} {wanted}");
    let mut last = first;
    for step in 1..100 {
        let (tokens, alike) = pairs_of_texts(step);
        last = tuner.step(&tokens, Targets::Numbers(&alike)).unwrap();
    }
    assert!(last < 0.3 * first, "{first} {last}");

    let refused = |result: Result<f64, NnError>| result.unwrap_err().to_string();
    assert!(refused(tuner.step(&tokens, Targets::Classes(&[0; SEQUENCES]))).contains("numbers, not classes"));
    let one_text = TokenBatch::new(vec![7; SEQUENCES * LENGTH], SEQUENCES, LENGTH).unwrap();
    assert!(refused(tuner.step(&one_text, Targets::Numbers(&alike))).contains("no two texts"));
}

#[test]
fn fine_tuning_starts_from_what_was_trained_and_goes_on_from_a_snapshot() {
    let labels = [0, 1, 0, 1, 1, 1, 0, 0];
    let mut one = tuner(2, LayerRates { factor: 0.8, layers: 12 });
    let first: Vec<f64> =
        (0..4).map(|step| one.step(&marked(step).0, Targets::Classes(&labels)).unwrap()).collect();
    assert!((first[0] - 2.0_f64.ln()).abs() < 0.3, "the head starts near zero: {first:?}");
    let mut other = tuner(2, LayerRates { factor: 0.8, layers: 12 });
    other.restore(&one.snapshot()).unwrap();
    let step = |tuner: &mut Tuner| tuner.step(&marked(9).0, Targets::Classes(&labels)).unwrap();
    assert_eq!(step(&mut one).to_bits(), step(&mut other).to_bits());
    // Layers far from the head hardly move.
    let snapshot = one.snapshot();
    let before = trained();
    let moved: f32 =
        snapshot.stretches["embeddings"].iter().zip(before.embeddings()).map(|(a, b)| (a - b).abs()).sum();
    let mut fresh = tuner(2, LayerRates::EVEN);
    for step in 0..4 {
        fresh.step(&marked(step).0, Targets::Classes(&labels)).unwrap();
    }
    let even: f32 = fresh.snapshot().stretches["embeddings"]
        .iter()
        .zip(before.embeddings())
        .map(|(a, b)| (a - b).abs())
        .sum();
    assert!(moved > 0.0 && moved < 0.2 * even, "{moved} {even}");
}

#[test]
fn wrong_targets_are_refused() {
    let (tokens, _) = marked(0);
    let mut two = tuner(2, LayerRates::EVEN);
    let refused = |result: Result<f64, NnError>| result.unwrap_err().to_string();
    assert!(refused(two.step(&tokens, Targets::Classes(&[0; 3]))).contains('8'));
    assert!(refused(two.step(&tokens, Targets::Classes(&[2; 8]))).contains("class 2"));
    assert!(refused(two.step(&tokens, Targets::Numbers(&[0.0; 8]))).contains("task's head"));
    assert!(refused(two.step(&tokens, Targets::Spans(&[[0, 20]; 8]))).contains("token 20"));
}

#[test]
fn an_exit_that_nobody_takes_changes_nothing_but_the_work() {
    let plain = steps(&mut electra(1e-3), 12);
    let looked = steps(&mut leaving(0.0, 0), 12);
    for (plain, looked) in plain.iter().zip(&looked) {
        assert_eq!(ElectraLosses { work: 1.0, ..*looked }, *plain);
    }
    // The first step knows no loss to compare with, so it looks at nobody.
    let sequences = SEQUENCES as f64;
    let look = 0.5 * (sequences - 1.0) / sequences / 3.0;
    assert!((looked[0].work - 1.0).abs() < 1e-12 && (looked[1].work - 1.0 - look).abs() < 1e-12);
}

#[test]
fn an_exit_that_everybody_takes_leaves_later_layers_to_the_witness() {
    let mut electra = leaving(1e9, 4);
    let losses = steps(&mut electra, 40);
    let share = (SEQUENCES as f64 - 1.0) / SEQUENCES as f64;
    let work = 1.0 / SEQUENCES as f64 + 0.5 * share * (1.0 + 1.0 / 3.0);
    for losses in &losses {
        let wanted = if losses.step < 4 { 1.5 } else { work };
        assert!((losses.work - wanted).abs() < 1e-12, "step {}: {}", losses.step, losses.work);
    }
    let before = leaving(1e9, 4);
    let moved = |path: &str| {
        let values = |electra: &Electra| {
            let weights = electra.discriminator();
            weights.parameters().find(|(parameter, _)| parameter.path.ends_with(path)).unwrap().1.to_vec()
        };
        values(&before).iter().zip(values(&electra)).any(|(before, after)| (before - after).abs() > 1e-4)
    };
    let last = network().layers.len() - 1;
    assert!(moved("layer.0.output.dense.weight"));
    assert!(moved(&format!("layer.{last}.output.dense.weight")));
    assert!(moved("discriminator_predictions.dense.weight"));
}

#[test]
fn early_exit_goes_on_bit_for_bit() {
    let mut whole = leaving(1.0, 5);
    let wanted = steps(&mut whole, 20);
    let mut first = leaving(1.0, 5);
    steps(&mut first, 11);
    let mut second = leaving(1.0, 5);
    second.restore(&first.snapshot()).unwrap();
    assert_eq!(steps(&mut second, 9), wanted[11..]);
    assert!(wanted.iter().any(|losses| losses.work < 1.0), "somebody left: {wanted:?}");
}

#[test]
fn an_exit_outside_the_network_is_refused() {
    for layers in [0, network().layers.len()] {
        let exit = Some(EarlyExit { layers, margin: 1.0, from: 0 });
        let error = Electra::new(&generator(), &network(), ElectraSettings { exit, ..settings(1e-3) });
        assert!(error.unwrap_err().to_string().contains("exit after"));
    }
}

#[test]
fn a_discriminator_trains_without_a_generator() {
    let mut electra = electra(1e-3);
    let generator = electra.snapshot().stretches["generator"].clone();
    let (tokens, hidden, _) = batch(0);
    let losses: Vec<ElectraLosses> = (0..60).map(|_| electra.detect(&tokens, &hidden).unwrap()).collect();
    assert!(losses.iter().all(|losses| losses.generator == 0.0 && losses.replaced > 0.1));
    // A replaced token is always the same one here, which a table of words can tell.
    assert!(losses[59].discriminator < 0.5 * losses[0].discriminator, "{losses:?}");
    assert_eq!(electra.snapshot().stretches["generator"], generator);
}
