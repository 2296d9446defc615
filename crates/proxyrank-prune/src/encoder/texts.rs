//! Tokenised texts.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::EncoderConfig;
use crate::PruneError;

/// A text as the tokenizer gives it, framed by its special tokens and without padding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Token ids.
    pub ids: Vec<u32>,
    /// Segments, one for each token.
    pub segments: Vec<u32>,
}

/// Some texts, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// Token ids of all texts.
    pub ids: Vec<u32>,
    /// Segments of all texts.
    pub segments: Vec<u32>,
    /// The tokens of each text, never none.
    pub tokens: Vec<Range<usize>>,
    /// Place of each text in the batch that these are a part of; dropout goes by it.
    pub places: Vec<usize>,
}

impl Texts {
    /// Puts texts, given with their places in a batch, one after the other.
    pub fn new<'a>(texts: impl IntoIterator<Item = (usize, &'a Text)>) -> Self {
        let mut all = Self { ids: Vec::new(), segments: Vec::new(), tokens: Vec::new(), places: Vec::new() };
        for (place, text) in texts {
            let start = all.ids.len();
            all.places.push(place);
            all.ids.extend_from_slice(&text.ids);
            all.segments.extend_from_slice(&text.segments);
            all.tokens.push(start..all.ids.len());
        }
        all
    }

    /// How many texts.
    pub const fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }
}

impl Text {
    /// Checks that an encoder can read it; `place` names it in the error.
    pub fn check(&self, config: &EncoderConfig, place: usize) -> Result<(), PruneError> {
        let wrong = |what: String| Err(PruneError::Text { text: place, what });
        if self.ids.is_empty() || self.ids.len() != self.segments.len() {
            return wrong(format!("{} tokens and {} segments", self.ids.len(), self.segments.len()));
        }
        if self.ids.len() > config.max_position_embeddings {
            let (found, most) = (self.ids.len(), config.max_position_embeddings);
            return wrong(format!("{found} tokens; the encoder has {most} positions"));
        }
        let beyond = |ids: &[u32], most: usize| ids.iter().copied().find(|&id| id as usize >= most);
        if let Some(id) = beyond(&self.ids, config.vocab_size) {
            return wrong(format!("token {id}; the vocabulary has {}", config.vocab_size));
        }
        if let Some(segment) = beyond(&self.segments, config.type_vocab_size) {
            return wrong(format!("segment {segment}; the encoder has {}", config.type_vocab_size));
        }
        Ok(())
    }
}
