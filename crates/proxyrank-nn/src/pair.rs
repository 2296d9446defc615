//! Two texts in one sequence.

use std::ops::Range;

use crate::NnError;
use crate::batch::Block;

/// Where the two texts of a sequence stand in it, special tokens apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPair {
    /// Tokens of the first text, from 0.
    pub first: Range<u32>,
    /// Tokens of the second.
    pub second: Range<u32>,
}

impl TextPair {
    /// The texts of a sequence that begins with a special token and has a separator behind each text. Texts that are not there are empty.
    pub fn of(ids: &[u32], separator: u32) -> Self {
        let mut ends = (0..).zip(ids).filter(|(_, id)| **id == separator).map(|(place, _)| place);
        let end = ends.next().unwrap_or(1);
        Self { first: 1..end, second: end + 1..ends.next().unwrap_or(end + 1) }
    }

    /// Refuses texts that are empty or end outside of their sequence.
    pub(crate) fn check(&self, whole: Block) -> Result<(), NnError> {
        let inside = |text: &Range<u32>| !text.is_empty() && text.end as usize <= whole.seq_len;
        if inside(&self.first) && inside(&self.second) {
            Ok(())
        } else {
            Err(NnError::TextPair { pair: self.clone(), seq_len: whole.seq_len })
        }
    }

    /// Both.
    pub(crate) const fn texts(&self) -> [&Range<u32>; 2] {
        [&self.first, &self.second]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_between_special_tokens() {
        let pair = TextPair::of(&[1, 7, 8, 2, 9, 2, 0, 0], 2);
        assert_eq!(pair, TextPair { first: 1..3, second: 4..5 });
        let block = |seq_len| Block { index: 0, first_sequence: 0, sequences: 1, seq_len };
        assert!(pair.check(block(8)).is_ok() && pair.check(block(4)).is_err());
        for ids in [&[1, 7, 2, 0][..], &[1, 2, 7, 2], &[1, 7, 2, 2], &[1, 7, 8, 9]] {
            assert!(TextPair::of(ids, 2).check(block(4)).is_err(), "{ids:?}");
        }
    }
}
