//! The passes of SynFlow: no signs.
//!
//! Every parameter of encoder and head is replaced by its absolute value, for Tanaka et al. (2020) want every path to count
//! with a positive sign; for that the network would have to be linear, and layer norm, softmax and GELU stay as they
//! are. There are two passes. The proper one puts in ones where the embeddings would be, one sequence of them, and
//! back-propagates the sum of the head's logits. It has no positions, so all tokens are equal, attention is even whatever
//! the queries and keys, and these get no gradient at all. The other one is LPZero's for encoders, which has no head:
//! tokens go in, and the sum of the hidden state is back-propagated. (The embedding tables keep their signs here.)
//!
//! On decoders both passes put ones in place of the embedded tokens and add absolute positions to them, so tokens differ and
//! queries and keys have a gradient; the sum is that of the first cluster's logits. LPZero's makes the mask absolute as well:
//! a score of -10,000 becomes one of 10,000, and tokens see the future alone. (A Transformer-XL has no positions to be added, and its
//! tokens are equal.)

use proxyrank_nn::{Blind, Dropout, GradientEngine, NnError, Real, Weights};

use crate::model::{Model, Problem};

/// Absolute weights and a gradient.
pub(super) struct SynFlow<T> {
    pub(super) body: Vec<T>,
    /// With the layout of the body.
    pub(super) gradient: Vec<T>,
}

impl<T: Real> SynFlow<T> {
    /// A pass. The weights must have an encoder's discriminator head, or a decoder's whole vocabulary.
    pub(super) fn run<L: Model>(
        engine: &impl GradientEngine<T, L>,
        weights: &Weights<T, L>,
        (input, loss): Problem<'_, T, L>,
        dropout: Dropout,
    ) -> Result<Self, NnError> {
        let mut weights = weights.clone();
        L::absolute(&mut weights);
        let pass = engine.gradient(&weights, input, loss, dropout, |_| Blind)?;
        Ok(Self { body: weights.into_body(), gradient: pass.gradient.body })
    }
}
