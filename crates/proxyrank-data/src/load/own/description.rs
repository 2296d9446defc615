//! `benchmark.toml`.

use std::path::Path;

use proxyrank_space::{DecoderFamily, Family};
use serde::Deserialize;

use crate::load::error::{LoadError, Place};
use crate::load::source;

/// What a benchmark of one's own consists of.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Its name in results, reports and on the command line: small letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// Its title in tables; the name where there is none.
    pub title: Option<String>,
    /// The search space that the architectures belong to.
    pub space: Space,
    /// File of the architectures, below the folder of this one.
    pub architectures: String,
    /// File of the labels.
    pub labels: String,
    /// What counts as #params for partial correlations; all parameters for encoders, those outside the embeddings for decoders
    /// where nothing is said.
    pub size_proxy: Option<SizeProxy>,
    /// Tokens in a sequence when networks run; 128 for encoders, `tgt_len` for decoders where nothing is said.
    pub seq_len: Option<u32>,
    /// The ground truths; the first is the default.
    #[serde(rename = "metric")]
    pub metrics: Vec<Metric>,
    /// What all decoders of the benchmark share; encoders have none.
    pub decoder: Option<Decoder>,
}

/// A search space that architectures can be built of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Space {
    /// Encoders of FlexiBERT.
    Flexibert,
    /// The same with every width at a quarter, on the vocabulary of the project's own corpus.
    FlexibertQuarter,
    /// GPT-2 with widths by layer.
    Gpt2,
    /// Transformer-XL with widths by layer.
    TransformerXl,
}

impl Space {
    /// The family of its networks.
    pub const fn family(self) -> Family {
        match self {
            Self::Flexibert | Self::FlexibertQuarter => Family::Encoder,
            Self::Gpt2 => Family::Gpt2,
            Self::TransformerXl => Family::TransformerXl,
        }
    }

    /// The class of its decoders; none for encoders.
    pub(super) const fn decoder(self) -> Option<DecoderFamily> {
        match self {
            Self::Flexibert | Self::FlexibertQuarter => None,
            Self::Gpt2 => Some(DecoderFamily::Gpt2),
            Self::TransformerXl => Some(DecoderFamily::TransformerXl),
        }
    }
}

/// What counts as #params.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SizeProxy {
    /// All parameters.
    NumParameters,
    /// Those outside the embeddings and the output layer.
    NumParametersBody,
}

/// One ground truth.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Its name, which is also its column in the labels.
    pub name: String,
    /// Which end is the good one.
    pub better: Better,
}

/// Which end of a metric is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Larger values are better.
    Higher,
    /// Smaller values are better.
    Lower,
}

/// What all decoders of a benchmark share: their vocabulary and their lengths.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decoder {
    /// Tokens in the vocabulary.
    pub n_token: usize,
    /// Tokens in a segment.
    pub tgt_len: usize,
    /// Positions of memory of a Transformer-XL; `tgt_len` where nothing is said.
    pub mem_len: Option<usize>,
    /// Where the clusters of an adaptive vocabulary end; one cluster where nothing is said.
    #[serde(default)]
    pub cutoffs: Vec<usize>,
    /// Divisor of the embedding size from one cluster to the next.
    pub div_val: Option<usize>,
    /// Embedding size of the first cluster; the width of the network where nothing is said.
    pub d_embed: Option<usize>,
    /// For each cluster, whether the output shares the embedding's projection.
    #[serde(default)]
    pub tie_projs: Vec<bool>,
}

impl Description {
    /// Parses the bytes of a `benchmark.toml`; `file` is named in errors only.
    pub fn parse(file: &Path, bytes: &[u8]) -> Result<Self, LoadError> {
        let text = source::text(file, bytes)?;
        let description: Self = toml::from_str(text).map_err(|error| {
            let place = error.span().map_or(Place::File, |span| position(text, span.start));
            LoadError::syntax(file, place, "TOML", error.message())
        })?;
        description.check(file)?;
        Ok(description)
    }

    /// Its title in tables.
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }

    fn check(&self, file: &Path) -> Result<(), LoadError> {
        let key = |key: &str| Place::Node(format!("key {key}"));
        if !is_name(&self.name) {
            return Err(LoadError::unexpected(file, key("name"), NAME, format!("`{}`", self.name)));
        }
        if self.metrics.is_empty() {
            return Err(LoadError::missing(file, key("metric"), "every [[metric]]"));
        }
        for (index, metric) in self.metrics.iter().enumerate() {
            let place = Place::Node(format!("metric {}", index + 1));
            if !is_name(&metric.name) || metric.name == super::records::ID {
                let found = format!("`{}`", metric.name);
                return Err(LoadError::unexpected(file, place, NAME, found));
            }
            if self.metrics[..index].iter().any(|other| other.name == metric.name) {
                return Err(LoadError::duplicate(file, place, format!("the metric `{}`", metric.name)));
            }
        }
        match (self.space.decoder(), &self.decoder) {
            (Some(_), None) => {
                Err(LoadError::missing(file, key("decoder"), "the table [decoder] with n_token and tgt_len"))
            }
            (None, Some(_)) => {
                Err(LoadError::unexpected(file, key("decoder"), "no [decoder] in an encoder space", "one"))
            }
            _ if self.seq_len == Some(0) => Err(LoadError::unexpected(file, key("seq_len"), "1 or more", 0)),
            _ => Ok(()),
        }
    }
}

const NAME: &str = "a name of small letters, digits, `-`, `_` and `.` that begins with a letter or digit";

/// Whether a text can name a folder, a file and a column alike.
fn is_name(text: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.bytes().next().is_some_and(letter)
        && text.bytes().all(|b| letter(b) || matches!(b, b'-' | b'_' | b'.'))
}

/// A byte's line and character.
fn position(text: &str, byte: usize) -> Place {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() as u64 + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) as u64 + 1;
    Place::Text { line, column }
}
