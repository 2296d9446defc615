//! What is back-propagated, made ready for one batch.

use proxyrank_nn::{Loss, MaskedToken, NnError, Real, TokenBatch};
use proxyrank_schema::Signal;

use super::corruption::{MaskedBatch, ReplacedBatch, Vocabulary};
use crate::noise::{Purpose, normal};

/// Gaussian cotangents.
const COTANGENT: &Purpose = b"proxyrank/cotang";

/// Why a signal cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SignalError {
    /// The signal belongs to another kind of network, or is none.
    #[error("the signal `{0}` cannot be back-propagated through an encoder; take ones, gaussian, rtd or mlm")]
    Foreign(Signal),
    /// The same for decoders.
    #[error("the signal `{0}` cannot be back-propagated through a decoder; take lm, gaussian or ones")]
    ForeignToDecoders(Signal),
    /// There is no other token to replace one by.
    #[error("a vocabulary with {ordinary} ordinary ids has nothing to replace a token by")]
    Vocabulary {
        /// Ids that are not special.
        ordinary: usize,
    },
    /// The batch has no token that may be hidden or replaced.
    #[error("every token of the batch is special, so there is none to hide or replace")]
    NothingToHide,
    /// The corrupted batch is none.
    #[error(transparent)]
    Batch(#[from] NnError),
}

/// A signal with everything that it draws.
#[derive(Debug, Clone, PartialEq)]
pub enum PreparedSignal<T> {
    /// Ones on the hidden state.
    Ones,
    /// This cotangent of the hidden state, (B·S, h).
    Cotangent(Vec<T>),
    /// The discriminator's loss on a corrupted batch.
    Replaced(ReplacedBatch),
    /// The generator's loss on a corrupted batch.
    Masked(MaskedBatch),
}

/// N(0, 1).
pub(crate) fn cotangent<T: Real>(data_seed: u64, count: usize) -> Vec<T> {
    normal(COTANGENT, data_seed, count)
}

impl<T: Real> PreparedSignal<T> {
    /// Prepares a signal for a batch and a hidden size; what is random comes from the data seed.
    ///
    /// A Gaussian cotangent is N(0, 1), the same numbers in both precisions.
    pub fn new(
        signal: Signal,
        batch: &TokenBatch,
        hidden_size: usize,
        vocabulary: &Vocabulary,
        data_seed: u64,
    ) -> Result<Self, SignalError> {
        match signal {
            Signal::Ones => Ok(Self::Ones),
            Signal::Gaussian => Ok(Self::Cotangent(cotangent(data_seed, batch.ids().len() * hidden_size))),
            Signal::Rtd => Ok(Self::Replaced(ReplacedBatch::new(batch, vocabulary, data_seed)?)),
            Signal::Mlm => Ok(Self::Masked(MaskedBatch::new(batch, vocabulary, data_seed)?)),
            Signal::Lm | Signal::None => Err(SignalError::Foreign(signal)),
        }
    }

    /// The loss that it stands for.
    pub fn loss(&self) -> Loss<'_, T> {
        match self {
            Self::Ones => Loss::HiddenSum,
            Self::Cotangent(cotangent) => Loss::Cotangent(cotangent),
            Self::Replaced(corrupted) => Loss::ReplacedTokens(&corrupted.replaced),
            Self::Masked(corrupted) => Loss::MaskedTokens(&corrupted.targets),
        }
    }

    /// The signal of one sequence of `seq_len` tokens of this hidden size, as if it were a batch of one; nothing if the loss looks at none of
    /// its tokens.
    pub(crate) fn of_sequence(&self, sequence: usize, seq_len: usize, hidden_size: usize) -> Option<Self> {
        let rows = sequence * seq_len..(sequence + 1) * seq_len;
        match self {
            Self::Ones => Some(Self::Ones),
            Self::Cotangent(cotangent) => {
                Some(Self::Cotangent(cotangent[rows.start * hidden_size..rows.end * hidden_size].to_vec()))
            }
            Self::Replaced(ReplacedBatch { batch, replaced }) => Some(Self::Replaced(ReplacedBatch {
                batch: batch.sequence(sequence),
                replaced: replaced[rows].to_vec(),
            })),
            Self::Masked(MaskedBatch { batch, targets }) => {
                let own = targets.iter().filter(|token| rows.contains(&token.row));
                let own = own.map(|token| MaskedToken { row: token.row - rows.start, ..*token });
                let targets: Vec<MaskedToken> = own.collect();
                let some = !targets.is_empty();
                some.then(|| Self::Masked(MaskedBatch { batch: batch.sequence(sequence), targets }))
            }
        }
    }

    /// The corrupted batch, if it corrupts one.
    pub const fn corrupted(&self) -> Option<&TokenBatch> {
        match self {
            Self::Ones | Self::Cotangent(_) => None,
            Self::Replaced(corrupted) => Some(&corrupted.batch),
            Self::Masked(corrupted) => Some(&corrupted.batch),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> TokenBatch {
        TokenBatch::new((10..26).collect(), 2, 8).unwrap()
    }

    fn vocabulary() -> Vocabulary {
        Vocabulary::new((5..100).collect(), 4)
    }

    #[test]
    fn each_signal_has_its_loss_and_batch() {
        let prepare = |signal| PreparedSignal::<f32>::new(signal, &tokens(), 4, &vocabulary(), 1).unwrap();
        assert!(matches!(prepare(Signal::Ones).loss(), Loss::HiddenSum));
        assert!(matches!(prepare(Signal::Gaussian).loss(), Loss::Cotangent(values) if values.len() == 64));
        assert!(matches!(prepare(Signal::Rtd).loss(), Loss::ReplacedTokens(labels) if labels.len() == 16));
        assert!(matches!(prepare(Signal::Mlm).loss(), Loss::MaskedTokens(targets) if targets.len() == 2));
        assert_eq!(prepare(Signal::Gaussian).corrupted(), None);
        assert_ne!(prepare(Signal::Rtd).corrupted(), Some(&tokens()));
        for foreign in [Signal::Lm, Signal::None] {
            let error = PreparedSignal::<f32>::new(foreign, &tokens(), 4, &vocabulary(), 1).unwrap_err();
            assert!(error.to_string().contains("take ones, gaussian, rtd or mlm"));
        }
    }
}
