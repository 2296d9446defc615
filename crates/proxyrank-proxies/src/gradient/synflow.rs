//! The passes of SynFlow: no signs.
//!
//! Every parameter of encoder and head is replaced by its absolute value, for Tanaka et al. (2020) want every path to count
//! with a positive sign; for that the network would have to be linear, and layer norm, softmax and GELU stay as they
//! are. There are two passes. The proper one puts in ones where the embeddings would be, one sequence of them, and
//! back-propagates the sum of the head's logits. It has no positions, so all tokens are equal, attention is even whatever
//! the queries and keys, and these get no gradient at all. The other one is LPZero's for encoders, which has no head:
//! tokens go in, and the sum of the hidden state is back-propagated. (The embedding tables keep their signs here.)

use proxyrank_nn::{
    Blind, Dropout, EncoderInput, EncoderWeights, GradientEngine, Loss, NnError, Real, TokenBatch,
};

/// Absolute weights and a gradient.
pub(super) struct SynFlow<T> {
    pub(super) weights: EncoderWeights<T>,
    /// With the layout of the weights' body.
    pub(super) gradient: Vec<T>,
}

impl<T: Real> SynFlow<T> {
    /// The proper pass at a sequence length. The weights must have a discriminator's head.
    pub(super) fn run(
        engine: &impl GradientEngine<T>,
        weights: &EncoderWeights<T>,
        seq_len: usize,
    ) -> Result<Self, NnError> {
        let input = EncoderInput::Ones { batch: 1, seq_len };
        Self::of(engine, weights, (input, Loss::LogitSum, Dropout::Off))
    }

    /// LPZero's pass over a batch.
    pub(super) fn lpzero(
        engine: &impl GradientEngine<T>,
        weights: &EncoderWeights<T>,
        batch: &TokenBatch,
        dropout: Dropout,
    ) -> Result<Self, NnError> {
        Self::of(engine, weights, (EncoderInput::Tokens(batch), Loss::HiddenSum, dropout))
    }

    fn of(
        engine: &impl GradientEngine<T>,
        weights: &EncoderWeights<T>,
        (input, loss, dropout): (EncoderInput<'_>, Loss<'_, T>, Dropout),
    ) -> Result<Self, NnError> {
        let mut weights = weights.clone();
        for value in weights.body_mut() {
            if *value < T::ZERO {
                *value = T::ZERO - *value;
            }
        }
        let pass = engine.gradient(&weights, input, loss, dropout, |_| Blind)?;
        Ok(Self { weights, gradient: pass.gradient.body })
    }
}
