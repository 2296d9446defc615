//! The fast engine against the composed one on decoders of both families: every place a visitor can look, on the way forward and
//! back, and the gradient of every parameter, under every loss.

use candle_core::Device;
use proptest::prelude::*;
use proxyrank_nn::{
    ComposedEngine, DecoderInput, DecoderLoss, Dropout, FastEngine, GradientPass, Real, Sight, TokenBatch,
    VocabularyGradient,
};
use proxyrank_space::{DecoderArch, DecoderFamily, DecoderNetwork};

use crate::common::batch;
use crate::decoder_common::{Decoders, FAMILIES, network, strong, tokens};
use crate::gradient_agreement::{difference, errors_shown, largest};
use crate::record::Record;

/// Losses whose lists follow from the sizes of the input.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DecoderKind {
    HiddenSum,
    Cotangent,
    NextTokens,
    FirstClusterSum,
}

pub(crate) const DECODER_KINDS: [DecoderKind; 4] =
    [DecoderKind::HiddenSum, DecoderKind::Cotangent, DecoderKind::NextTokens, DecoderKind::FirstClusterSum];

type Passed<T> = GradientPass<T, Record<T>, VocabularyGradient<T>>;

/// A request in any precision.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DecoderRequest<'a> {
    pub(crate) network: &'a DecoderNetwork,
    pub(crate) input: DecoderInput<'a>,
    pub(crate) kind: DecoderKind,
    pub(crate) dropout: Dropout,
}

impl DecoderRequest<'_> {
    pub(crate) fn run<T: Real>(&self, engine: &impl Decoders<T>) -> Passed<T> {
        let rows = match self.input {
            DecoderInput::Tokens(tokens) => tokens.ids().len(),
            DecoderInput::Ones { batch, seq_len, .. } => batch * seq_len,
        };
        let d = self.network.d_model;
        let cotangent: Vec<T> = (0..rows * d).map(|i| T::of_f64((0.7 * i as f64).sin())).collect();
        let words = self.network.vocabulary.n_token;
        let labels: Vec<u32> =
            (0..rows).map(|row| u32::try_from((row * row * 5 + 3 * row + 1) % words).unwrap()).collect();
        let loss = match self.kind {
            DecoderKind::HiddenSum => DecoderLoss::HiddenSum,
            DecoderKind::Cotangent => DecoderLoss::Cotangent(&cotangent),
            DecoderKind::NextTokens => DecoderLoss::NextTokens(&labels),
            DecoderKind::FirstClusterSum => DecoderLoss::FirstClusterSum,
        };
        engine.gradient(&strong(self.network), self.input, loss, self.dropout, Record::new).unwrap()
    }

    fn within(&self, tolerance: f64, errors: &[(&str, f64)]) {
        for (what, error) in errors {
            assert!(*error < tolerance, "{what}: {error:.1e} in {self:?}");
        }
    }

    /// Both engines in double precision, on an input of one block.
    fn check(&self) {
        self.check_backward(&self.check_forward());
    }

    /// On the way forward alone; both passes, the fast engine's first.
    fn check_forward(&self) -> [Passed<f64>; 2] {
        let wanted = self.run(&ComposedEngine::<f64>::new(Device::Cpu));
        let found = self.run(&FastEngine::<f64>::new());
        self.within(1e-9, &[("values on the way forward", forward_error(&found, &wanted))]);
        [found, wanted]
    }

    fn check_backward(&self, [found, wanted]: &[Passed<f64>; 2]) {
        self.within(1e-9, &gradient_errors(found, wanted));
        self.within(1e-9, &errors_shown(&found.visitors, &wanted.visitors));
    }
}

/// Largest differences between the gradients of two passes, by what differs.
pub(crate) fn gradient_errors<A: Real, B: Real>(
    found: &Passed<A>,
    wanted: &Passed<B>,
) -> [(&'static str, f64); 4] {
    let (ours, theirs) = (&found.gradient.embeddings, &wanted.gradient.embeddings);
    assert_eq!((ours.seq_len, ours.width), (theirs.seq_len, theirs.width));
    let (tables, wanted_tables) = (ours.tables.as_ref().unwrap(), theirs.tables.as_ref().unwrap());
    [
        ("loss", difference(&[found.loss], &[wanted.loss], 1.0)),
        ("body", difference(&found.gradient.body, &wanted.gradient.body, 0.0)),
        ("input", difference(&ours.input, &theirs.input, 0.0)),
        ("tables", difference(tables, wanted_tables, 0.0)),
    ]
}

/// The largest difference between what the visitors of one block each were shown on the way forward, as [`errors_shown`] compares
/// it.
pub(crate) fn forward_error<A: Real, B: Real>(found: &Passed<A>, wanted: &Passed<B>) -> f64 {
    let ([ours], [theirs]) = (&found.visitors[..], &wanted.visitors[..]) else { panic!("one block each") };
    assert_eq!(ours.forward.len(), theirs.forward.len());
    let floor = 1e-3 * theirs.forward.values().map(|values| largest(values)).fold(0.0, f64::max);
    theirs.forward.iter().fold(0.0, |worst, (place, wanted)| {
        let found = ours.forward.get(place).unwrap_or_else(|| panic!("{place:?} is not shown"));
        worst.max(difference(found, wanted, floor))
    })
}

#[test]
fn decoders_agree_under_every_loss() {
    for (family, div_val) in FAMILIES.into_iter().flat_map(|family| [(family, 1), (family, 2)]) {
        let network = network(family, div_val);
        let (plain, past) = (batch(3, 6, 23), tokens(family, 3));
        let ones = |sight| DecoderInput::Ones { batch: 2, seq_len: 5, sight };
        let mut inputs = vec![DecoderInput::Tokens(&plain), DecoderInput::Tokens(&past), ones(Sight::Past)];
        if family == DecoderFamily::Gpt2 {
            inputs.extend([ones(Sight::Future), ones(Sight::All)]);
        }
        for input in inputs {
            for kind in DECODER_KINDS {
                for dropout in [Dropout::Off, Dropout::Seed(6)] {
                    DecoderRequest { network: &network, input, kind, dropout }.check();
                }
            }
        }
    }
}

/// Blocks add their parts up to the gradient of the batch.
#[test]
fn decoders_agree_over_several_blocks() {
    for family in FAMILIES {
        let network = network(family, 2);
        let tokens = tokens(family, 60);
        assert_eq!(tokens.blocks(network.d_model).len(), 2);
        for kind in DECODER_KINDS {
            let input = DecoderInput::Tokens(&tokens);
            let request = DecoderRequest { network: &network, input, kind, dropout: Dropout::Seed(4) };
            let wanted = request.run(&ComposedEngine::<f64>::new(Device::Cpu));
            let found = request.run(&FastEngine::<f64>::new());
            request.within(1e-9, &gradient_errors(&found, &wanted));
        }
    }
}

prop_compose! {
    fn any_decoder()(half in 2..9_usize)(
        family in prop::sample::select(FAMILIES.to_vec()),
        layers in prop::collection::vec((divisor(2 * half), 1..20_usize), 1..4),
        d_model in Just(2 * half),
        d_embed in prop::option::of(4..13_usize),
        div_val in 1..3_usize,
        n_token in 2..30_usize,
        first in 1..15_usize,
        second in 1..15_usize,
        tie_projs in prop::collection::vec(any::<bool>(), 3),
        mem_len in 0..6_usize,
    ) -> DecoderNetwork {
        let (n_head, d_inner): (Vec<usize>, Vec<usize>) = layers.into_iter().unzip();
        let (n_layer, cutoffs) = (n_head.len(), vec![first, first + second]);
        let arch = DecoderArch {
            family, n_layer, d_model, d_embed, div_val, n_head, d_inner, n_token, cutoffs, tie_projs, tgt_len: 7, mem_len,
        };
        arch.network().unwrap()
    }
}

fn divisor(of: usize) -> impl Strategy<Value = usize> {
    prop::sample::select((1..=of).filter(|divisor| of.is_multiple_of(*divisor)).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decoders_agree_for_any_network(
        network in any_decoder(),
        sequences in 1..5_usize,
        seq_len in 1..8_usize,
        segments in prop::collection::vec(1..5_usize, 0..4),
        kind in prop::sample::select(DECODER_KINDS.to_vec()),
        train in any::<bool>(),
    ) {
        let words = network.vocabulary.n_token;
        let segments: Vec<TokenBatch> = match network.family {
            DecoderFamily::Gpt2 => Vec::new(),
            DecoderFamily::TransformerXl => {
                segments.into_iter().map(|seq_len| batch(sequences, seq_len, words)).collect()
            }
        };
        let tokens = batch(sequences, seq_len, words).after(&segments).unwrap();
        let dropout = if train { Dropout::Seed(3) } else { Dropout::Off };
        let request = DecoderRequest { network: &network, input: DecoderInput::Tokens(&tokens), kind, dropout };
        let passes = request.check_forward();
        // A network that is sure of every label has gradients of 1 minus almost 1, in which rounding is large.
        if !matches!(kind, DecoderKind::NextTokens) || passes[1].loss >= 1e-5 {
            request.check_backward(&passes);
        }
    }
}
