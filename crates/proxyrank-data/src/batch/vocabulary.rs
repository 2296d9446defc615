//! Which ids a synthetic batch may draw.

use super::BatchError;

/// Ids with a meaning of their own in an encoder's vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecialTokens {
    /// `[PAD]`, fills a sequence up.
    pub pad: u32,
    /// `[UNK]`, stands for what the vocabulary cannot spell.
    pub unknown: u32,
    /// `[CLS]`, starts a sequence.
    pub classify: u32,
    /// `[SEP]`, ends a text.
    pub separate: u32,
    /// `[MASK]`, hides a token.
    pub mask: u32,
}

impl SpecialTokens {
    /// Those of `bert-base-uncased`.
    pub const BERT: Self = Self { pad: 0, unknown: 100, classify: 101, separate: 102, mask: 103 };

    /// Each with its text.
    pub const fn named(self) -> [(&'static str, u32); 5] {
        [
            ("[PAD]", self.pad),
            ("[UNK]", self.unknown),
            ("[CLS]", self.classify),
            ("[SEP]", self.separate),
            ("[MASK]", self.mask),
        ]
    }
}

/// A vocabulary by its size and its special ids.
///
/// The ids that BERT's vocabulary calls `[unused0]` to `[unused993]` are not special here and are drawn like any
/// other. At initialisation one id differs from another by its random embedding only, so leaving them out would change
/// nothing, and would make "the non-special vocabulary" harder to state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    size: u32,
    ordinary: Vec<u32>,
}

impl Vocabulary {
    /// Tokens of `bert-base-uncased`.
    pub const BERT_SIZE: u32 = 30_522;

    /// A vocabulary of ids `0..size`, of which some are special.
    pub fn new(size: u32, special: &[u32]) -> Result<Self, BatchError> {
        let ordinary: Vec<u32> = (0..size).filter(|id| !special.contains(id)).collect();
        if ordinary.is_empty() {
            return Err(BatchError::EmptyVocabulary { size, special: special.len() });
        }
        Ok(Self { size, ordinary })
    }

    /// The vocabulary of `bert-base-uncased`: 30,517 ordinary ids.
    pub fn bert() -> Self {
        let special = SpecialTokens::BERT.named().map(|(_, id)| id);
        Self {
            size: Self::BERT_SIZE,
            ordinary: (0..Self::BERT_SIZE).filter(|id| !special.contains(id)).collect(),
        }
    }

    /// The number of ids, special ones included.
    pub const fn size(&self) -> u32 {
        self.size
    }

    /// The ids that are not special, in rising order; rank *r* of a Zipf distribution is entry *r - 1*.
    pub fn ordinary(&self) -> &[u32] {
        &self.ordinary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn berts_ordinary_ids_skip_the_special_ones() {
        let bert = Vocabulary::bert();
        assert_eq!(bert.ordinary().len(), 30_517);
        assert_eq!((bert.ordinary()[0], bert.ordinary()[98], bert.ordinary()[99]), (1, 99, 104));
        assert_eq!(Vocabulary::new(30_522, &[0, 100, 101, 102, 103]).as_ref(), Ok(&bert));
    }

    #[test]
    fn a_vocabulary_of_special_ids_only_is_refused() {
        assert!(Vocabulary::new(0, &[]).is_err());
        assert!(Vocabulary::new(2, &[0, 1]).is_err());
    }
}
