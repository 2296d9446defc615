//! The visitor of one block: every quantity that was asked for, each with the time it took.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use proxyrank_nn::{Block, Event, Real, Site, Visitor};
use proxyrank_space::Family;

use super::maxima::{OverHeads, OverTokens, Sums};
use super::measure::Quantity;
use super::moments::Moments;
use super::perturbation::HiddenRows;
use super::signs::{SignCodes, TokenAgreement};
use super::tree::{Merge, Tree};

/// A part of a reducer and the time spent in it.
#[derive(Debug, Default)]
pub(crate) struct Timed<Q> {
    pub(crate) part: Q,
    pub(crate) spent: Duration,
}

impl<Q> Timed<Q> {
    pub(crate) fn visit(&mut self, look: impl FnOnce(&mut Q)) {
        let started = Instant::now();
        look(&mut self.part);
        self.spent += started.elapsed();
    }

    fn map<R>(self, finish: impl FnOnce(Q) -> R) -> Timed<R> {
        Timed { part: finish(self.part), spent: self.spent }
    }
}

impl<Q: Merge> Merge for Timed<Q> {
    fn merge(&mut self, next: Self) {
        let started = Instant::now();
        self.part.merge(next.part);
        self.spent += next.spent + started.elapsed();
    }
}

/// The moments of some activations of every layer, shared by all blocks: h x h numbers a block would be more than the
/// block's activations.
#[derive(Debug)]
pub(crate) struct LayerMoments {
    /// Of the feed-forward chain's input, which is the operation's output.
    pub(super) ffn_inputs: Vec<Tree<Moments>>,
    /// Of the layer's output.
    pub(super) outputs: Vec<Tree<Moments>>,
    /// Of the first GELU's output.
    pub(super) gelus: Vec<Tree<Moments>>,
    /// Where token agreement is looked at: LPZero takes a decoder's linear layers where encoders have their GELUs.
    agreement: Site,
}

impl LayerMoments {
    /// Empty sums.
    pub(crate) fn new(layers: usize, family: Family) -> Self {
        let trees = || (0..layers).map(|_| Tree::new()).collect();
        let agreement = if family == Family::Encoder { Site::Gelu } else { Site::Linear };
        Self { ffn_inputs: trees(), outputs: trees(), gelus: trees(), agreement }
    }
}

/// Time spent on the moments of each kind.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct MomentTimes {
    pub(super) ffn_inputs: Duration,
    pub(super) outputs: Duration,
    pub(super) gelus: Duration,
}

impl MomentTimes {
    fn total(self) -> Duration {
        self.ffn_inputs + self.outputs + self.gelus
    }
}

/// Adds a block's moments, and the time to `spent`.
fn add_moments<T: Real>(trees: &[Tree<Moments>], event: &Event<'_, T>, spent: &mut Duration) {
    let started = Instant::now();
    trees[event.layer].add(event.block.index, Moments::of(event.values));
    *spent += started.elapsed();
}

/// Looks at one block.
#[derive(Debug)]
pub(crate) struct Reducer<'a, T> {
    needs: &'a BTreeSet<Quantity>,
    block: Block,
    moments: &'a LayerMoments,
    moment_times: MomentTimes,
    head_maxima: Timed<OverTokens>,
    softmax_maxima: Timed<OverHeads<T>>,
    token_agreement: Timed<TokenAgreement>,
    sign_codes: Timed<SignCodes>,
    hidden: Timed<HiddenRows>,
}

impl<'a, T: Real> Reducer<'a, T> {
    pub(crate) fn new(needs: &'a BTreeSet<Quantity>, moments: &'a LayerMoments, block: Block) -> Self {
        Self {
            needs,
            block,
            moments,
            moment_times: MomentTimes::default(),
            head_maxima: Timed::default(),
            softmax_maxima: Timed { part: OverHeads::default(), spent: Duration::ZERO },
            token_agreement: Timed::default(),
            sign_codes: Timed::default(),
            hidden: Timed::default(),
        }
    }

    /// Whether a quantity is asked for, and to be had from this site and block.
    fn reads(&self, quantity: Quantity, site: Site) -> bool {
        self.needs.contains(&quantity)
            && match quantity {
                Quantity::Norms => false,
                Quantity::Spectra => site == Site::FfnInput,
                Quantity::HeadMaxima => OverTokens::SITES.contains(&site),
                Quantity::SoftmaxMaxima => OverHeads::<T>::SITES.contains(&site),
                Quantity::TokenAgreement => site == self.moments.agreement && self.block.first_sequence == 0,
                Quantity::SignCodes | Quantity::SmallestCorrelations => site == Site::Gelu,
                Quantity::FeatureSpectra => matches!(site, Site::FfnInput | Site::LayerOutput),
                Quantity::Perturbation => site == Site::Hidden,
            }
    }

    /// What is left to add up over blocks.
    pub(crate) fn into_partial(self) -> Partial {
        Partial {
            moments: self.moment_times,
            head_maxima: self.head_maxima.map(OverTokens::into_sums),
            softmax_maxima: self.softmax_maxima.map(OverHeads::into_sums),
            token_agreement: self.token_agreement,
            sign_codes: self.sign_codes,
            hidden: self.hidden,
        }
    }
}

impl<T: Real> Visitor<T> for Reducer<'_, T> {
    fn wants(&self, site: Site) -> bool {
        self.needs.iter().any(|&quantity| self.reads(quantity, site))
    }

    fn visit(&mut self, event: &Event<'_, T>) {
        let features = self.reads(Quantity::FeatureSpectra, event.site);
        if event.site == Site::FfnInput && (features || self.reads(Quantity::Spectra, event.site)) {
            add_moments(&self.moments.ffn_inputs, event, &mut self.moment_times.ffn_inputs);
        }
        if event.site == Site::LayerOutput && features {
            add_moments(&self.moments.outputs, event, &mut self.moment_times.outputs);
        }
        if self.reads(Quantity::SmallestCorrelations, event.site) && event.index == 0 {
            add_moments(&self.moments.gelus, event, &mut self.moment_times.gelus);
        }
        if self.reads(Quantity::Perturbation, event.site) {
            self.hidden.visit(|rows| {
                rows.0.extend(event.values.iter_rows().flatten().map(|value| value.as_f64()));
            });
        }
        if self.reads(Quantity::HeadMaxima, event.site) {
            self.head_maxima.visit(|part| part.visit(event));
        }
        if self.reads(Quantity::SoftmaxMaxima, event.site) {
            self.softmax_maxima.visit(|part| part.visit(event));
        }
        if self.reads(Quantity::TokenAgreement, event.site) {
            self.token_agreement.visit(|part| part.visit(event));
        }
        if self.reads(Quantity::SignCodes, event.site) {
            self.sign_codes.visit(|part| part.visit(event));
        }
    }
}

/// What some consecutive blocks gave.
#[derive(Debug, Default)]
pub(crate) struct Partial {
    /// The moments themselves are in the trees.
    pub(super) moments: MomentTimes,
    pub(super) head_maxima: Timed<Sums>,
    pub(super) softmax_maxima: Timed<Sums>,
    pub(super) token_agreement: Timed<TokenAgreement>,
    pub(super) sign_codes: Timed<SignCodes>,
    pub(super) hidden: Timed<HiddenRows>,
}

impl Partial {
    /// Processor time of all reducers.
    pub(crate) fn spent(&self) -> Duration {
        self.moments.total()
            + self.hidden.spent
            + self.head_maxima.spent
            + self.softmax_maxima.spent
            + self.token_agreement.spent
            + self.sign_codes.spent
    }
}

impl Merge for Partial {
    fn merge(&mut self, next: Self) {
        self.moments.ffn_inputs += next.moments.ffn_inputs;
        self.moments.outputs += next.moments.outputs;
        self.moments.gelus += next.moments.gelus;
        self.hidden.merge(next.hidden);
        self.head_maxima.merge(next.head_maxima);
        self.softmax_maxima.merge(next.softmax_maxima);
        self.token_agreement.merge(next.token_agreement);
        self.sign_codes.merge(next.sign_codes);
    }
}
