//! What a decoder reads, and the number that is differentiated.

use proxyrank_space::decoder::DecoderFamily;

use crate::NnError;
use crate::batch::{Block, TokenBatch};
use crate::loss::check_length;
use crate::weights::{DecoderLayout, TableRows, VocabularyLayout};

/// What a token attends to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sight {
    /// All tokens of its sequence.
    All,
    /// Itself and those before it.
    Past,
    /// Those after it, all alike; the last one, which has none, to all tokens.
    ///
    /// It is what becomes of a mask that replaces scores by -10,000 if its sign is lost, as in LPZero's `SynFlow`.
    Future,
}

/// What the first layer reads.
#[derive(Debug, Clone, Copy)]
pub enum DecoderInput<'a> {
    /// Embedded tokens.
    Tokens(&'a TokenBatch),
    /// Ones in place of the embedded tokens, positions added where there is a table of them: the input of a `SynFlow` pass.
    Ones {
        /// Sequences.
        batch: usize,
        /// Tokens in each.
        seq_len: usize,
        /// What they attend to.
        sight: Sight,
    },
}

impl DecoderInput<'_> {
    /// The whole input as one block.
    pub(crate) const fn whole(self) -> Block {
        match self {
            Self::Tokens(tokens) => tokens.whole(),
            Self::Ones { batch, seq_len, .. } => {
                Block { index: 0, first_sequence: 0, sequences: batch, seq_len }
            }
        }
    }

    pub(crate) const fn sight(self) -> Sight {
        match self {
            Self::Tokens(_) => Sight::Past,
            Self::Ones { sight, .. } => sight,
        }
    }

    /// Checks that weights with this layout can read it.
    pub(crate) fn check(self, layout: &DecoderLayout) -> Result<(), NnError> {
        let (vocabulary, network) = (layout.vocabulary()?, &layout.network);
        let positions = match network.family {
            DecoderFamily::Gpt2 => network.tgt_len,
            DecoderFamily::TransformerXl => usize::MAX,
        };
        match self {
            Self::Tokens(tokens) if tokens.has_past() && network.family == DecoderFamily::Gpt2 => {
                Err(NnError::NoMemory)
            }
            Self::Tokens(tokens) => {
                tokens.check_sizes(network.vocabulary.n_token, positions)?;
                let missing = |&&id: &&u32| {
                    let place = vocabulary.find(id as usize);
                    let row = |(cluster, row): (usize, usize)| {
                        vocabulary.tables[vocabulary.clusters[cluster].table].row(row)
                    };
                    place.and_then(row).is_none()
                };
                match tokens.read_ids().iter().find(missing) {
                    Some(&id) => Err(NnError::MissingVector { id }),
                    None => Ok(()),
                }
            }
            Self::Ones { batch: 0, .. } => Err(NnError::Empty { what: "the number of sequences" }),
            Self::Ones { seq_len: 0, .. } => Err(NnError::Empty { what: "the sequence length" }),
            Self::Ones { seq_len, .. } if seq_len > positions => {
                Err(NnError::SequenceLength { seq_len, max_positions: positions })
            }
            Self::Ones { sight, .. }
                if network.family == DecoderFamily::TransformerXl && sight != Sight::Past =>
            {
                Err(NnError::Sight)
            }
            Self::Ones { .. } => Ok(()),
        }
    }
}

/// The number that is differentiated.
#[derive(Debug, Clone, Copy)]
pub enum DecoderLoss<'a, T> {
    /// Sum of the hidden state.
    HiddenSum,
    /// Inner product of the hidden state with this (B·S, `d_model`) matrix.
    Cotangent(&'a [T]),
    /// Mean over all tokens of the negative log-likelihood of the token that follows; these are the followers, (B·S).
    NextTokens(&'a [u32]),
    /// Sum over tokens of the first cluster's own logits, biases included.
    FirstClusterSum,
}

/// A [`DecoderLoss`] whose sizes are right and whose parameters are there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CheckedLoss<'a, T> {
    /// Sum of the hidden state.
    HiddenSum,
    /// Inner product of the hidden state with this matrix.
    Cotangent(&'a [T]),
    /// Mean negative log-likelihood of these tokens.
    NextTokens(&'a VocabularyLayout, &'a [u32]),
    /// Sum of the first cluster's own logits.
    FirstClusterSum(&'a VocabularyLayout),
}

impl<'a, T> CheckedLoss<'a, T> {
    /// Checks a loss of a network with `layout` on `rows` tokens.
    pub(crate) fn new(
        loss: &DecoderLoss<'a, T>,
        layout: &'a DecoderLayout,
        rows: usize,
    ) -> Result<Self, NnError> {
        let whole = || {
            let vocabulary = layout.vocabulary()?;
            let whole = vocabulary.tables.iter().all(|table| table.rows == TableRows::All);
            if whole { Ok(vocabulary) } else { Err(NnError::MissingVocabulary) }
        };
        Ok(match *loss {
            DecoderLoss::HiddenSum => Self::HiddenSum,
            DecoderLoss::Cotangent(cotangent) => {
                check_length("the cotangent", cotangent.len(), rows * layout.network.d_model)?;
                Self::Cotangent(cotangent)
            }
            DecoderLoss::NextTokens(labels) => {
                check_length("the list of labels", labels.len(), rows)?;
                let vocab_size = layout.network.vocabulary.n_token;
                match labels.iter().find(|&&id| id as usize >= vocab_size) {
                    Some(&id) => return Err(NnError::UnknownToken { id, vocab_size }),
                    None => Self::NextTokens(whole()?, labels),
                }
            }
            DecoderLoss::FirstClusterSum => Self::FirstClusterSum(whole()?),
        })
    }
}
