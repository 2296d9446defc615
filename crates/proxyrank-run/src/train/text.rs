//! Text to learn from, as ids.

use proxyrank_data::batch::{SpecialTokens, WordPiece, pack};
use proxyrank_data::corpus::{SPECIAL, Words, first_documents};
use proxyrank_data::fetch::Locator;
use proxyrank_data::load::text::{GlueConfig, GlueRow, is_wikitext_paragraph, texts};
use proxyrank_proxies::gradient::Vocabulary;
use rayon::prelude::*;

use crate::RunError;
use crate::data::dataset;

/// Turns words into ids.
#[derive(Debug, Clone)]
pub enum Tokenizer {
    /// The words of the project's own corpus.
    Words(Words),
    /// BERT's word pieces.
    WordPiece(Box<WordPiece>),
}

impl Tokenizer {
    /// BERT's, from the data set that holds it.
    pub fn word_piece(locator: &Locator) -> Result<Self, RunError> {
        let files = dataset(locator, "bert-base-uncased")?;
        Ok(Self::WordPiece(Box::new(WordPiece::read(files.path("tokenizer.json")?)?)))
    }

    /// Ids with a meaning of their own.
    pub const fn special(&self) -> SpecialTokens {
        match self {
            Self::Words(_) => SPECIAL,
            Self::WordPiece(_) => SpecialTokens::BERT,
        }
    }

    /// Ids in all.
    pub fn size(&self) -> usize {
        match self {
            Self::Words(words) => words.size(),
            Self::WordPiece(_) => proxyrank_data::batch::Vocabulary::BERT_SIZE as usize,
        }
    }

    /// What must be known to hide tokens.
    pub fn vocabulary(&self) -> Vocabulary {
        let special = self.special().named().map(|(_, id)| id);
        let all = 0..u32::try_from(self.size()).unwrap_or(u32::MAX);
        Vocabulary::new(all.filter(|id| !special.contains(id)).collect(), self.special().mask)
    }

    /// The ids of a text, without special tokens around it.
    pub fn ids(&self, text: &str) -> Result<Vec<u32>, RunError> {
        match self {
            Self::Words(words) => Ok(words.encode(text)),
            Self::WordPiece(pieces) => {
                pieces.ids(text).map_err(|message| RunError::Usage(format!("`{text}`: {message}")))
            }
        }
    }
}

/// Sequences of one length, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequences {
    pub(super) ids: Vec<u32>,
    pub(super) length: usize,
}

impl Sequences {
    /// At least so many tokens of the project's own corpus.
    pub fn own(seed: u64, tokens: usize, length: usize) -> Self {
        let words = Words::new();
        let ids = words.pack(first_documents(seed, tokens), length).flatten().collect();
        Self { ids, length }
    }

    /// WikiText-2, a document a paragraph; also what is wrong with the file.
    pub fn wikitext(
        locator: &Locator,
        tokenizer: &Tokenizer,
        length: usize,
    ) -> Result<(Self, Vec<String>), RunError> {
        let files = dataset(locator, "wikitext-2")?;
        let lines = texts(files.path("wikitext-2-raw-v1/train-00000-of-00001.parquet")?)?.read_all()?;
        let paragraphs = lines.iter().filter(|line| is_wikitext_paragraph(line));
        let documents = paragraphs.map(|line| tokenizer.ids(line)).collect::<Result<Vec<_>, _>>()?;
        let ids = pack(documents, length, tokenizer.special()).flatten().collect();
        Ok((Self { ids, length }, files.warnings()))
    }

    /// The same, and the texts of GLUE's training splits, at most so many rows of each, without their labels.
    pub fn wikitext_and_glue(
        locator: &Locator,
        tokenizer: &Tokenizer,
        length: usize,
        rows: usize,
    ) -> Result<(Self, Vec<String>), RunError> {
        let (mut all, mut warnings) = Self::wikitext(locator, tokenizer, length)?;
        let files = dataset(locator, "glue")?;
        warnings.extend(files.warnings());
        for config in GlueConfig::ALL {
            let file = files.path(&format!("{}/train-00000-of-00001.parquet", config.as_str()))?;
            let rows: Vec<GlueRow> = config.rows(file)?.read_first(rows)?;
            let texts = rows.into_par_iter().flat_map_iter(|row| [Some(row.first), row.second]).flatten();
            let documents = texts.map(|text| tokenizer.ids(&text)).collect::<Result<Vec<_>, _>>()?;
            all.ids.extend(pack(documents, length, tokenizer.special()).flatten());
        }
        Ok((all, warnings))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.ids.len() / self.length.max(1)
    }

    /// Some of them, one after the other.
    pub(super) fn gather(&self, indices: &[usize]) -> Vec<u32> {
        let sequence = |index: &usize| &self.ids[index * self.length..(index + 1) * self.length];
        indices.iter().flat_map(sequence).copied().collect()
    }
}
