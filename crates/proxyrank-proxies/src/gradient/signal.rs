//! What is back-propagated, made ready for one batch.

use proxyrank_nn::{Loss, NnError, Real, TokenBatch};
use proxyrank_schema::Signal;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::corruption::{MaskedBatch, ReplacedBatch, Vocabulary};

/// Starts the key of Gaussian cotangents.
const COTANGENT_PREFIX: &[u8; 16] = b"proxyrank/cotang";

/// Why a signal cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SignalError {
    /// The signal belongs to another kind of network, or is none.
    #[error("the signal `{0}` cannot be back-propagated through an encoder; take ones, gaussian, rtd or mlm")]
    Foreign(Signal),
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

impl<T: Real> PreparedSignal<T> {
    /// Prepares a signal for a batch and a hidden size; what is random comes from the data seed.
    ///
    /// A Gaussian cotangent is N(0, 1), drawn in f64 and rounded to f32, so that it is the same number in both precisions;
    /// its elements 2i and 2i + 1 are made of words 2i and 2i + 1 of a ChaCha8 stream by the Box-Muller transform.
    pub fn new(
        signal: Signal,
        batch: &TokenBatch,
        hidden_size: usize,
        vocabulary: &Vocabulary,
        data_seed: u64,
    ) -> Result<Self, SignalError> {
        match signal {
            Signal::Ones => Ok(Self::Ones),
            Signal::Gaussian => Ok(Self::Cotangent(normal(batch.ids().len() * hidden_size, data_seed))),
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

    /// The corrupted batch, if it corrupts one.
    pub const fn corrupted(&self) -> Option<&TokenBatch> {
        match self {
            Self::Ones | Self::Cotangent(_) => None,
            Self::Replaced(corrupted) => Some(&corrupted.batch),
            Self::Masked(corrupted) => Some(&corrupted.batch),
        }
    }
}

/// A generator for one purpose and seed.
pub(super) fn generator(prefix: &[u8; 16], seed: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..16].copy_from_slice(prefix);
    key[16..24].copy_from_slice(&seed.to_le_bytes());
    ChaCha8Rng::from_seed(key)
}

#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is meant")]
fn normal<T: Real>(count: usize, seed: u64) -> Vec<T> {
    let mut generator = generator(COTANGENT_PREFIX, seed);
    let mut unit = || {
        const SPACING: f64 = 1.0 / (1_u64 << 53) as f64;
        (generator.next_u64() >> 11) as f64 * SPACING
    };
    let mut values = Vec::with_capacity(count + 1);
    while values.len() < count {
        // One minus a number in [0, 1) has a logarithm.
        let radius = (-2.0 * (1.0 - unit()).ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * unit()).sin_cos();
        values.extend([radius * cosine, radius * sine].map(|value| T::of_f32(value as f32)));
    }
    values.truncate(count);
    values
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
    fn a_cotangent_is_normal_and_the_same_in_both_precisions() {
        let values: Vec<f64> = normal(100_001, 7);
        let moment = |power| values.iter().map(|x: &f64| x.powi(power)).sum::<f64>() / values.len() as f64;
        for (power, wanted, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0_f64)] {
            let tolerance = 6.0 * (variance / values.len() as f64).sqrt();
            assert!((moment(power) - wanted).abs() < tolerance, "moment {power}: {}", moment(power));
        }
        let single: Vec<f32> = normal(64, 7);
        assert!(
            single
                .iter()
                .zip(&values)
                .all(|(&single, &double)| f64::from(single).to_bits() == double.to_bits())
        );
        assert_ne!(normal::<f32>(64, 8), single);
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
