//! Batches of real text.

use super::{BatchError, BatchShape, SpecialTokens, TokenBatch, TokenSource, WordPiece};
use crate::load::text::{GlueRow, is_wikitext_paragraph};

/// One text or two that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Text {
    Single(String),
    Pair(String, String),
}

/// Texts in a fixed order with their tokenizer. Batch *i* of size *b* holds texts *ib* to *(i + 1)b - 1*.
///
/// A text becomes `[CLS] text [SEP]`, a pair `[CLS] first [SEP] second [SEP]`; what is too long is cut, what is too
/// short is padded.
#[derive(Debug, Clone)]
pub struct Corpus {
    tokenizer: WordPiece,
    texts: Vec<Text>,
}

impl Corpus {
    /// Documents as they are, such as the first ones of OpenWebText.
    pub fn documents(tokenizer: WordPiece, documents: Vec<String>) -> Self {
        Self { tokenizer, texts: documents.into_iter().map(Text::Single).collect() }
    }

    /// The paragraphs of WikiText, without blank lines and headings.
    pub fn wikitext(tokenizer: WordPiece, lines: Vec<String>) -> Self {
        let paragraphs = lines.into_iter().filter(|line| is_wikitext_paragraph(line));
        Self { tokenizer, texts: paragraphs.map(Text::Single).collect() }
    }

    /// The sentence pairs on which W-PCA scores its candidates: the last tenth of MNLI's training split, in file
    /// order. Of a truncated file it is another tenth, and scores differ.
    pub fn wpca_mnli(tokenizer: WordPiece, train: &[GlueRow]) -> Self {
        let first = train.len() - train.len().div_ceil(10);
        let pairs = train[first..]
            .iter()
            .map(|row| Text::Pair(row.first.clone(), row.second.clone().unwrap_or_default()));
        Self { tokenizer, texts: pairs.collect() }
    }

    /// The sentences or pairs of a GLUE task, in file order.
    pub fn glue(tokenizer: WordPiece, rows: &[GlueRow]) -> Self {
        let text = |row: &GlueRow| match &row.second {
            None => Text::Single(row.first.clone()),
            Some(second) => Text::Pair(row.first.clone(), second.clone()),
        };
        Self { tokenizer, texts: rows.iter().map(text).collect() }
    }

    /// The number of texts.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

impl TokenSource for Corpus {
    fn batch(&self, index: u64, shape: BatchShape) -> Result<TokenBatch, BatchError> {
        let tokens = shape.tokens()?;
        let start = index.saturating_mul(shape.batch_size as u64);
        let needed = start.saturating_add(shape.batch_size as u64);
        let range = usize::try_from(start).ok().zip(usize::try_from(needed).ok());
        let texts = range
            .and_then(|(start, end)| self.texts.get(start..end))
            .ok_or(BatchError::TooFewTexts { index, needed, available: self.texts.len() })?;

        let mut batch = TokenBatch {
            shape,
            ids: vec![SpecialTokens::BERT.pad; tokens],
            token_types: vec![0; tokens],
            lengths: Vec::with_capacity(shape.batch_size),
        };
        let rows = batch.ids.chunks_mut(shape.seq_len).zip(batch.token_types.chunks_mut(shape.seq_len));
        for ((text, number), (ids, types)) in texts.iter().zip(start..).zip(rows) {
            let ids_of = |text: &str| {
                self.tokenizer.ids(text).map_err(|message| BatchError::Tokenizer { text: number, message })
            };
            let segments = match text {
                Text::Single(text) => vec![ids_of(text)?],
                Text::Pair(first, second) => vec![ids_of(first)?, ids_of(second)?],
            };
            let sequence = frame(segments, shape.seq_len, SpecialTokens::BERT)?;
            for ((id, segment), (id_slot, type_slot)) in sequence.iter().zip(ids.iter_mut().zip(types)) {
                (*id_slot, *type_slot) = (*id, *segment);
            }
            batch.lengths.push(sequence.len());
        }
        Ok(batch)
    }
}

/// Puts special tokens around segments and cuts them to `seq_len`: ids with their segment numbers.
///
/// The longer segment loses its last token until all fit, the second one where both are equally long, which is what
/// BERT's own preparation of pairs does.
pub fn frame(
    mut segments: Vec<Vec<u32>>,
    seq_len: usize,
    special: SpecialTokens,
) -> Result<Vec<(u32, u32)>, BatchError> {
    let around = 1 + segments.len();
    let least = around + segments.len();
    let room = seq_len.checked_sub(around).filter(|_| seq_len >= least);
    let room = room.ok_or(BatchError::NoRoom { seq_len, least })?;
    let mut excess = segments.iter().map(Vec::len).sum::<usize>().saturating_sub(room);
    while excess > 0 {
        // Of several maxima `max_by_key` gives the last.
        let Some(longest) = segments.iter_mut().max_by_key(|segment| segment.len()) else { break };
        longest.pop();
        excess -= 1;
    }
    let mut sequence = vec![(special.classify, 0)];
    for (segment, number) in segments.into_iter().zip(0..) {
        sequence.extend(segment.into_iter().map(|id| (id, number)));
        sequence.push((special.separate, number));
    }
    Ok(sequence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(segments: &[&[u32]], seq_len: usize) -> Vec<u32> {
        let segments = segments.iter().map(|segment| segment.to_vec()).collect();
        frame(segments, seq_len, SpecialTokens::BERT).unwrap().into_iter().map(|(id, _)| id).collect()
    }

    #[test]
    fn one_text_is_cut_at_its_end() {
        assert_eq!(ids(&[&[7, 8, 9]], 5), [101, 7, 8, 9, 102]);
        assert_eq!(ids(&[&[7, 8, 9]], 4), [101, 7, 8, 102]);
        assert_eq!(ids(&[&[]], 4), [101, 102]);
    }

    #[test]
    fn of_a_pair_the_longer_half_is_cut_first() {
        assert_eq!(ids(&[&[1, 2, 3, 4], &[5, 6]], 8), [101, 1, 2, 3, 102, 5, 6, 102]);
        assert_eq!(ids(&[&[1, 2, 3, 4], &[5, 6]], 6), [101, 1, 2, 102, 5, 102]);
        assert_eq!(ids(&[&[1], &[5, 6, 7]], 6), [101, 1, 102, 5, 6, 102]);
    }

    #[test]
    fn segments_are_numbered() {
        let types: Vec<u32> = frame(vec![vec![1, 2], vec![3]], 128, SpecialTokens::BERT)
            .unwrap()
            .into_iter()
            .map(|(_, segment)| segment)
            .collect();
        assert_eq!(types, [0, 0, 0, 0, 1, 1]);
    }

    #[test]
    fn a_sequence_without_room_is_refused() {
        assert_eq!(
            frame(vec![vec![1]], 2, SpecialTokens::BERT),
            Err(BatchError::NoRoom { seq_len: 2, least: 3 })
        );
        assert_eq!(
            frame(vec![vec![1], vec![2]], 4, SpecialTokens::BERT),
            Err(BatchError::NoRoom { seq_len: 4, least: 5 })
        );
    }
}
