//! The token batch of a protocol: drawn from a seed, or read from the public text that the protocol names.

use proxyrank_data::batch::{
    BatchShape, Corpus, Distribution, SpecialTokens, SyntheticTokens, TokenSource, Vocabulary, WordPiece,
};
use proxyrank_data::corpus::{SPECIAL, Words};
use proxyrank_data::fetch::Locator;
use proxyrank_data::load::text::{GlueConfig, texts};
use proxyrank_nn::TokenBatch;
use proxyrank_proxies::gradient::Vocabulary as CorruptionVocabulary;
use proxyrank_schema::Input;

use crate::RunError;
use crate::benchmark::Tokens;
use crate::data::dataset;

/// Parts of a benchmark-sized batch; text corpora are read only as far as they are needed.
pub(crate) struct Shape {
    pub(crate) batch_size: u32,
    pub(crate) seq_len: u32,
    pub(crate) data_seed: u64,
    pub(crate) tokens: Tokens,
}

/// The first batch of an input, and what is wrong with the text it is from. Text comes in the order of its file, so a data
/// seed means something for drawn ids only.
pub(crate) fn batch(
    locator: &Locator,
    input: Input,
    shape: &Shape,
) -> Result<(TokenBatch, Vec<String>), RunError> {
    let (batch_size, seq_len) = (shape.batch_size as usize, shape.seq_len as usize);
    let mut warnings = Vec::new();
    let drawn = |distribution| SyntheticTokens::new(vocabulary(shape.tokens), distribution, shape.data_seed);
    if shape.tokens == Tokens::Words && !matches!(input, Input::Uniform | Input::Zipf) {
        return Err(RunError::Usage(format!(
            "`{input}` needs BERT's vocabulary, and these networks have that of the project's own corpus; use uniform or zipf"
        )));
    }
    let source: Box<dyn TokenSource> = match input {
        Input::Uniform => Box::new(drawn(Distribution::Uniform)),
        Input::Zipf => Box::new(drawn(Distribution::Zipf)),
        Input::OpenWebText => {
            let files = dataset(locator, "openwebtext")?;
            warnings = files.warnings();
            let documents = texts(files.first_path()?)?.read_first(batch_size)?;
            Box::new(Corpus::documents(tokenizer(locator)?, documents))
        }
        Input::WikiText2 => {
            let files = dataset(locator, "wikitext-2")?;
            warnings = files.warnings();
            let lines = texts(files.path("wikitext-2-raw-v1/train-00000-of-00001.parquet")?)?.read_all()?;
            Box::new(Corpus::wikitext(tokenizer(locator)?, lines))
        }
        Input::Mnli => {
            let files = dataset(locator, "glue")?;
            warnings = files.warnings();
            let rows = GlueConfig::Mnli.rows(files.path("mnli/train-00000-of-00001.parquet")?)?.read_all()?;
            Box::new(Corpus::wpca_mnli(tokenizer(locator)?, &rows))
        }
        Input::WikiText103 | Input::None => {
            return Err(RunError::Usage(format!(
                "`{input}` is no input for encoders; use uniform, zipf, openwebtext, wikitext-2 or mnli"
            )));
        }
    };
    let tokens = source.batch(0, BatchShape { batch_size, seq_len })?;
    Ok((TokenBatch::new(tokens.ids, batch_size, seq_len)?, warnings))
}

/// A batch of drawn ids for a decoder with so many words, and the token that follows each.
///
/// Ids of decoders are sorted by frequency and have no special ones among them, so a word's rank is its id plus one.
pub(super) fn decoder_batch(
    input: Input,
    n_token: usize,
    shape: &Shape,
) -> Result<(TokenBatch, Vec<u32>), RunError> {
    let distribution = match input {
        Input::Uniform => Distribution::Uniform,
        Input::Zipf => Distribution::Zipf,
        _ => {
            return Err(RunError::Usage(format!("`{input}` is no input for decoders; use uniform or zipf")));
        }
    };
    let vocabulary = Vocabulary::new(u32::try_from(n_token).unwrap_or(u32::MAX), &[])?;
    let (batch_size, seq_len) = (shape.batch_size as usize, shape.seq_len as usize);
    let source = SyntheticTokens::new(vocabulary, distribution, shape.data_seed);
    // One token more than is read: the last one's follower.
    let tokens = source.batch(0, BatchShape { batch_size, seq_len: seq_len + 1 })?;
    let sequences = || tokens.ids.chunks_exact(seq_len + 1);
    let ids = sequences().flat_map(|sequence| &sequence[..seq_len]).copied().collect();
    let labels = sequences().flat_map(|sequence| &sequence[1..]).copied().collect();
    Ok((TokenBatch::new(ids, batch_size, seq_len)?, labels))
}

/// What a signal must know of a vocabulary to corrupt a batch.
pub(super) fn ordinary_ids(tokens: Tokens) -> CorruptionVocabulary {
    let mask = match tokens {
        Tokens::Bert => SpecialTokens::BERT.mask,
        Tokens::Words => SPECIAL.mask,
    };
    CorruptionVocabulary::new(vocabulary(tokens).ordinary().to_vec(), mask)
}

/// The ids that may be drawn.
fn vocabulary(tokens: Tokens) -> Vocabulary {
    let words = || {
        let special = SPECIAL.named().map(|(_, id)| id);
        Vocabulary::new(u32::try_from(Words::new().size()).ok()?, &special).ok()
    };
    match tokens {
        Tokens::Bert => Vocabulary::bert(),
        // The lexicon is compiled in and has ordinary words.
        Tokens::Words => words().unwrap_or_else(Vocabulary::bert),
    }
}

pub(crate) fn tokenizer(locator: &Locator) -> Result<WordPiece, RunError> {
    Ok(WordPiece::read(dataset(locator, "bert-base-uncased")?.path("tokenizer.json")?)?)
}
