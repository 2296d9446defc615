//! The visitor of one block: every quantity that was asked for, each with the time it took.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use proxyrank_nn::{Block, Event, Real, Site, Visitor};

use super::maxima::{OverHeads, OverTokens, Sums};
use super::measure::Quantity;
use super::moments::Moments;
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

/// The moments of every layer's feed-forward input, shared by all blocks: h x h numbers a block would be more than
/// the block's activations.
pub(crate) type LayerMoments = Vec<Tree<Moments>>;

/// Looks at one block.
#[derive(Debug)]
pub(crate) struct Reducer<'a, T> {
    needs: &'a BTreeSet<Quantity>,
    block: Block,
    moments: Timed<&'a LayerMoments>,
    head_maxima: Timed<OverTokens>,
    softmax_maxima: Timed<OverHeads<T>>,
    token_agreement: Timed<TokenAgreement>,
    sign_codes: Timed<SignCodes>,
}

impl<'a, T: Real> Reducer<'a, T> {
    pub(crate) fn new(needs: &'a BTreeSet<Quantity>, moments: &'a LayerMoments, block: Block) -> Self {
        Self {
            needs,
            block,
            moments: Timed { part: moments, spent: Duration::ZERO },
            head_maxima: Timed::default(),
            softmax_maxima: Timed { part: OverHeads::default(), spent: Duration::ZERO },
            token_agreement: Timed::default(),
            sign_codes: Timed::default(),
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
                Quantity::TokenAgreement => site == Site::Gelu && self.block.first_sequence == 0,
                Quantity::SignCodes => site == Site::Gelu,
            }
    }

    /// What is left to add up over blocks.
    pub(crate) fn into_partial(self) -> Partial {
        Partial {
            moments: self.moments.spent,
            head_maxima: self.head_maxima.map(OverTokens::into_sums),
            softmax_maxima: self.softmax_maxima.map(OverHeads::into_sums),
            token_agreement: self.token_agreement,
            sign_codes: self.sign_codes,
        }
    }
}

impl<T: Real> Visitor<T> for Reducer<'_, T> {
    fn wants(&self, site: Site) -> bool {
        self.needs.iter().any(|&quantity| self.reads(quantity, site))
    }

    fn visit(&mut self, event: &Event<'_, T>) {
        if self.reads(Quantity::Spectra, event.site) {
            let index = self.block.index;
            self.moments.visit(|layers| layers[event.layer].add(index, Moments::of(event.values)));
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
    /// Time only: the moments themselves are in the trees.
    pub(super) moments: Duration,
    pub(super) head_maxima: Timed<Sums>,
    pub(super) softmax_maxima: Timed<Sums>,
    pub(super) token_agreement: Timed<TokenAgreement>,
    pub(super) sign_codes: Timed<SignCodes>,
}

impl Partial {
    /// Processor time of all reducers.
    pub(crate) fn spent(&self) -> Duration {
        self.moments
            + self.head_maxima.spent
            + self.softmax_maxima.spent
            + self.token_agreement.spent
            + self.sign_codes.spent
    }
}

impl Merge for Partial {
    fn merge(&mut self, next: Self) {
        self.moments += next.moments;
        self.head_maxima.merge(next.head_maxima);
        self.softmax_maxima.merge(next.softmax_maxima);
        self.token_agreement.merge(next.token_agreement);
        self.sign_codes.merge(next.sign_codes);
    }
}
