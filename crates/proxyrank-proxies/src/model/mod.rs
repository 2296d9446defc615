//! What evaluators must know of a family of networks.
//!
//! Passes, reducers and quantities are written once, for any [`Model`]; here stands what an encoder and a decoder do not have
//! in common: which matrices there are, what goes into a pass of each kind, and what is back-propagated.

mod decoder;
mod encoder;

use proxyrank_nn::{Layout, Linear, Real, Site, TokenBatch, Weights};
use proxyrank_space::Network;

use crate::gradient::Matrix;
use crate::symbolic::Input as FormulaInput;

pub use decoder::{DecoderSignal, formula_vocabulary, vocabulary};

/// An input and the loss that is differentiated on it.
pub(crate) type Problem<'a, T, L> = (<L as Layout>::Input<'a>, <L as Layout>::Loss<'a, T>);

/// A family of networks that proxies can be evaluated on.
pub trait Model: Layout + Sized {
    /// What is back-propagated, made ready for one batch.
    type Signal<T: Real>: Sync;

    /// The network.
    fn network(&self) -> Network;

    /// Every matrix of the layers, and those in front of them, in order.
    fn matrices(&self) -> Vec<Matrix>;

    /// The first layer of a layer's feed-forward chain.
    fn first_ffn(&self, layer: usize) -> &Linear;

    /// Tokens as an input.
    fn tokens(batch: &TokenBatch) -> Self::Input<'_>;

    /// The loss that a signal stands for.
    fn loss<T: Real>(signal: &Self::Signal<T>) -> Self::Loss<'_, T>;

    /// The batch that a signal is back-propagated on, if it is another one.
    fn corrupted<T: Real>(signal: &Self::Signal<T>) -> Option<&TokenBatch>;

    /// The signal of one sequence of `batch`, as if it were a batch of one; nothing if the loss looks at none of its tokens.
    fn of_sequence<T: Real>(
        &self,
        signal: &Self::Signal<T>,
        batch: &TokenBatch,
        sequence: usize,
    ) -> Option<Self::Signal<T>>;

    /// The gradient of the position table as far as it is read, (S, features), and the number of features.
    fn positions<T: Real>(embeddings: &Self::Embeddings<T>) -> Option<(Vec<T>, usize)>;

    /// A loss of segments, where the family has one.
    fn segments<T: Real>(cotangents: &[T]) -> Option<Self::Loss<'_, T>>;

    /// The weights with every embedding that the batch reads moved, where the family has such a move.
    fn perturbed<T: Real>(weights: &Weights<T, Self>, batch: &TokenBatch) -> Option<Weights<T, Self>>;

    /// The matrices of the lists `weight` and `grad` that formulas read, in the order of their modules.
    fn listed(&self) -> Vec<Matrix>;

    /// The lists that the activations of a place belong to.
    fn inputs_at(site: Site) -> &'static [FormulaInput];

    /// Replaces the weights that a `SynFlow` pass wants to be positive by their absolute values.
    fn absolute<T: Real>(weights: &mut Weights<T, Self>);

    /// What the proper `SynFlow` pass differentiates.
    fn flow<'a, T: Real>(seq_len: usize) -> Problem<'a, T, Self>;

    /// What LPZero's differentiates.
    fn token_flow<T: Real>(batch: &TokenBatch) -> Problem<'_, T, Self>;
}

/// Absolute values, in place.
fn make_absolute<T: Real>(values: &mut [T]) {
    for value in values {
        if *value < T::ZERO {
            *value = T::ZERO - *value;
        }
    }
}
