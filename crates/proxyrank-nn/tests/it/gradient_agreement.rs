//! The fast engine's gradients against the composed one's, and its single precision against its double precision: of
//! every parameter, of the embeddings, and at every place a visitor can look, under every loss.

use candle_core::Device;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use proxyrank_nn::{
    ComposedEngine, Dropout, EncoderInput, FastEngine, GradientEngine, GradientPass, Head, Loss, MaskedToken,
    Readout, Real, TextPair,
};
use proxyrank_space::flexibert::EncoderNetwork;

use crate::agreement::any_network;
use crate::common::{batch, mixed_network, strong_weights};
use crate::record::{Record, assembled};

/// Losses whose lists follow from the sizes of the input.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    HiddenSum,
    Cotangent,
    LogitSum,
    ReplacedTokens,
    MaskedTokens,
    Classes,
    ClassesOfBoth,
    Numbers,
    Similarities,
    Spans,
}

pub(crate) const KINDS: [Kind; 10] = [
    Kind::HiddenSum,
    Kind::Cotangent,
    Kind::LogitSum,
    Kind::ReplacedTokens,
    Kind::MaskedTokens,
    Kind::Classes,
    Kind::ClassesOfBoth,
    Kind::Numbers,
    Kind::Similarities,
    Kind::Spans,
];

/// A request in any precision.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) network: &'a EncoderNetwork,
    pub(crate) input: EncoderInput<'a>,
    pub(crate) kind: Kind,
    pub(crate) dropout: Dropout,
}

impl Request<'_> {
    pub(crate) fn run<T: Real>(&self, engine: &impl GradientEngine<T>) -> GradientPass<T, Record<T>> {
        let (sequences, seq_len) = match self.input {
            EncoderInput::Tokens(tokens) => (tokens.batch(), tokens.seq_len()),
            EncoderInput::Ones { batch, seq_len } => (batch, seq_len),
        };
        let rows = sequences * seq_len;
        let elements = rows * self.network.hidden_size;
        let cotangent: Vec<T> = (0..elements).map(|i| T::of_f64((0.7 * i as f64).sin())).collect();
        let labels: Vec<bool> = (0..rows).map(|row| row % 7 == 2).collect();
        // Not in order, some rows twice, and none in the second half of the batch.
        let masked = (0..rows.div_ceil(3)).map(|index| MaskedToken {
            row: index * 5 % rows.div_ceil(2),
            id: u32::try_from(index * 11 % self.network.vocab_size).unwrap(),
        });
        let masked: Vec<MaskedToken> = masked.collect();
        let classes: Vec<u32> = (0..sequences).map(|i| [2, 0, 1, 1][i % 4]).collect();
        let numbers: Vec<T> = (0..sequences).map(|i| T::of_f64((1.3 * i as f64).cos())).collect();
        let counts: Vec<u32> = (0..sequences).map(|i| 1 + u32::try_from(3 * i % seq_len).unwrap()).collect();
        let place = |i: usize| u32::try_from(i % seq_len).unwrap();
        let spans: Vec<[u32; 2]> = (0..sequences).map(|i| [place(3 * i), place(5 * i + 1)]).collect();
        // Texts of one token and of several, which may overlap and leave others out.
        let pair = |i: usize| TextPair {
            first: place(i)..place(i) + 1,
            second: place(2 * i).min(1)..u32::try_from(seq_len).unwrap(),
        };
        let pairs: Vec<TextPair> = (0..sequences).map(pair).collect();
        let task = |outputs| Head::Task { outputs };
        let (head, loss) = match self.kind {
            Kind::HiddenSum => (Head::None, Loss::HiddenSum),
            Kind::Cotangent => (Head::Discriminator, Loss::Cotangent(&cotangent)),
            Kind::LogitSum => (Head::Discriminator, Loss::LogitSum),
            Kind::ReplacedTokens => (Head::Discriminator, Loss::ReplacedTokens(&labels)),
            Kind::MaskedTokens => (Head::Generator, Loss::MaskedTokens(&masked)),
            Kind::Classes => (task(3), Loss::Classes(&classes, Readout::First)),
            Kind::ClassesOfBoth => (task(3), Loss::Classes(&classes, Readout::Both(&counts))),
            Kind::Numbers => (task(1), Loss::Numbers(&numbers, Readout::Mean(&counts))),
            Kind::Similarities => (task(1), Loss::Similarities(&numbers, &pairs)),
            Kind::Spans => (task(2), Loss::Spans(&spans)),
        };
        let weights = strong_weights(self.network, head, 1);
        engine.gradient(&weights, self.input, loss, self.dropout, Record::new).unwrap()
    }

    /// The engines in double precision to 1e-9, and the fast one in both precisions to 1e-3.
    fn check(&self) {
        let wanted = self.run(&ComposedEngine::<f64>::new(Device::Cpu));
        let double = self.run(&FastEngine::<f64>::new());
        self.within(1e-9, &errors(&double, &wanted));
        // Ones are alike in all tokens, so a transform leaves rounding errors of all but the first, which norms enlarge:
        // single precision has no more than two or three digits there.
        if matches!(self.input, EncoderInput::Tokens(_)) {
            let single = self.run(&FastEngine::<f32>::new());
            self.within(1e-3, &errors(&single, &double));
        }
    }

    fn within(&self, tolerance: f64, errors: &[(&str, f64)]) {
        for (what, error) in errors {
            assert!(*error < tolerance, "{what}: {error:.1e} in {self:?}");
        }
    }
}

pub(crate) fn largest<T: Real>(values: &[T]) -> f64 {
    values.iter().map(|value| value.as_f64().abs()).fold(0.0, f64::max)
}

/// The largest difference over the largest number that is wanted, if that exceeds `floor`, else over the floor.
pub(crate) fn difference<A: Real, B: Real>(found: &[A], wanted: &[B], floor: f64) -> f64 {
    assert_eq!(found.len(), wanted.len());
    let scale = largest(wanted).max(floor).max(f64::MIN_POSITIVE);
    let differences = found.iter().zip(wanted).map(|(a, b)| (a.as_f64() - b.as_f64()).abs() / scale);
    differences.fold(0.0, |worst, next| if next.is_nan() { f64::INFINITY } else { worst.max(next) })
}

/// Largest differences between two passes, by what differs.
pub(crate) fn errors<A: Real, B: Real>(
    found: &GradientPass<A, Record<A>>,
    wanted: &GradientPass<B, Record<B>>,
) -> Vec<(&'static str, f64)> {
    let mut errors = vec![
        ("loss", difference(&[found.loss], &[wanted.loss], 1.0)),
        ("body", difference(&found.gradient.body, &wanted.gradient.body, 0.0)),
    ];
    let (ours, theirs) = (&found.gradient.embeddings, &wanted.gradient.embeddings);
    assert_eq!(ours.is_some(), theirs.is_some());
    if let Some((ours, theirs)) = ours.as_ref().zip(theirs.as_ref()) {
        assert_eq!(ours.seq_len, theirs.seq_len);
        errors.push(("sum of embeddings", difference(&ours.sum, &theirs.sum, 0.0)));
        errors.push(("gain of embeddings", difference(&ours.gain, &theirs.gain, 0.0)));
        errors.push(("shift of embeddings", difference(&ours.shift, &theirs.shift, 0.0)));
        errors.push(("output words", difference(&ours.output_words, &theirs.output_words, 0.0)));
    }
    errors.extend(errors_shown(&found.visitors, &wanted.visitors));
    errors
}

/// The same between what visitors were shown on the way back.
pub(crate) fn errors_shown<A: Real, B: Real>(
    found: &[Record<A>],
    wanted: &[Record<B>],
) -> [(&'static str, f64); 2] {
    let (ours, theirs) = (assembled(found), assembled(wanted));
    assert_eq!(ours.len(), theirs.len());
    // Some places have no gradient but for rounding, such as queries under ones, or no values, such as the GELU of numbers far
    // below zero; a thousandth of the largest one of all places is what theirs is compared with.
    let floor = |which: usize| 1e-3 * theirs.values().map(|pair| largest(&pair[which])).fold(0.0, f64::max);
    let [floor_of_values, floor] = [0, 1].map(floor);
    let (mut values, mut gradients) = (0.0_f64, 0.0_f64);
    for (of, [wanted_values, wanted]) in &theirs {
        let [found_values, found] = ours.get(of).unwrap_or_else(|| panic!("{of:?} is not shown"));
        values = values.max(difference(found_values, wanted_values, floor_of_values));
        gradients = gradients.max(difference(found, wanted, floor));
    }
    [("values shown", values), ("gradients shown", gradients)]
}

#[test]
fn gradients_agree_under_every_loss_over_blocks_of_unequal_size() {
    let network = mixed_network();
    let tokens = batch(10, 33, network.vocab_size);
    let blocks = tokens.blocks(network.hidden_size);
    assert_eq!(blocks.iter().map(|block| block.sequences).collect::<Vec<_>>(), [7, 3]);
    for input in [EncoderInput::Tokens(&tokens), EncoderInput::Ones { batch: 10, seq_len: 33 }] {
        for kind in KINDS {
            for dropout in [Dropout::Off, Dropout::Seed(6)] {
                Request { network: &network, input, kind, dropout }.check();
            }
        }
    }
}

proptest! {
    // A fixed seed: how far single precision strays has no sharp bound.
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn gradients_agree_for_any_network(
        network in any_network(),
        sequences in 1..16_usize,
        seq_len in 1..60_usize,
        kind in prop::sample::select(KINDS.to_vec()),
        ones in any::<bool>(),
        train in any::<bool>(),
    ) {
        let tokens = batch(sequences, seq_len, network.vocab_size);
        let input = if ones { EncoderInput::Ones { batch: sequences, seq_len } } else { EncoderInput::Tokens(&tokens) };
        let dropout = if train { Dropout::Seed(3) } else { Dropout::Off };
        Request { network: &network, input, kind, dropout }.check();
    }
}
