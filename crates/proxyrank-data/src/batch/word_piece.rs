//! The `bert-base-uncased` tokenizer.

use std::fmt::Display;
use std::path::Path;

use tokenizers::{ModelWrapper, Tokenizer};

use super::{SpecialTokens, Vocabulary};
use crate::load::{LoadError, Place, source};

/// A WordPiece tokenizer with the vocabulary and the special ids of `bert-base-uncased`.
#[derive(Debug, Clone)]
pub struct WordPiece {
    tokenizer: Tokenizer,
}

impl WordPiece {
    /// Reads `tokenizer.json`.
    pub fn read(file: &Path) -> Result<Self, LoadError> {
        Self::parse(file, &source::read(file)?)
    }

    /// Parses the bytes of `tokenizer.json`; `file` is named in errors only.
    ///
    /// A tokenizer of another model would give ids that mean something else or lie outside the embedding table, so
    /// the kind of model, the size of the vocabulary and the special ids are all checked.
    pub fn parse(file: &Path, bytes: &[u8]) -> Result<Self, LoadError> {
        let mut tokenizer = LoadError::guard(file, "tokenizer JSON", || {
            Tokenizer::from_bytes(bytes).map_err(|error| error.to_string())
        })?;
        let unexpected = |node: &str, expected: &str, found: &dyn Display| {
            LoadError::unexpected(file, Place::Node(node.to_owned()), expected, found)
        };
        if !matches!(tokenizer.get_model(), ModelWrapper::WordPiece(_)) {
            return Err(unexpected("model", "a WordPiece model", &"another kind"));
        }
        let size = tokenizer.get_vocab_size(true);
        if size != Vocabulary::BERT_SIZE as usize {
            let expected = format!("{} tokens, those of bert-base-uncased", Vocabulary::BERT_SIZE);
            return Err(unexpected("model.vocab", &expected, &size));
        }
        for (token, id) in SpecialTokens::BERT.named() {
            if tokenizer.token_to_id(token) != Some(id) {
                let found =
                    tokenizer.token_to_id(token).map_or_else(|| "none".to_owned(), |id| id.to_string());
                return Err(unexpected(token, &format!("id {id}"), &found));
            }
        }
        // Cutting and padding are done here, where a pair's two halves can be treated alike for every length.
        tokenizer.with_padding(None);
        if tokenizer.with_truncation(None).is_err() {
            return Err(unexpected("truncation", "null", &"a setting that cannot be removed"));
        }
        Ok(Self { tokenizer })
    }

    /// The ids of a text with the characters that each stands for, without any special token around it.
    pub fn pieces(&self, text: &str) -> Result<Vec<(u32, std::ops::Range<usize>)>, String> {
        let encoding = self.tokenizer.encode_char_offsets(text, false).map_err(|error| error.to_string())?;
        let offsets = encoding.get_offsets().iter().map(|&(start, end)| start..end);
        Ok(encoding.get_ids().iter().copied().zip(offsets).collect())
    }

    /// The ids of a text without any special token around it.
    pub fn ids(&self, text: &str) -> Result<Vec<u32>, String> {
        self.tokenizer
            .encode_fast(text, false)
            .map(|encoding| encoding.get_ids().to_vec())
            .map_err(|error| error.to_string())
    }
}
