//! A pre-trained encoder from the hub, and tasks of GLUE in its words.

use proxyrank_data::batch::{SpecialTokens, WordPiece, frame};
use proxyrank_data::fetch::Locator;
use proxyrank_data::load::text::{GlueConfig, GlueRow, Label};
use proxyrank_prune::encoder::{EncoderConfig, Text, Weights};
use proxyrank_prune::supernet::{Examples, Labels, Metric, Task};
use rayon::prelude::*;

use crate::RunError;
use crate::data::dataset;

/// The data set that holds the encoder.
pub const ENCODER: &str = "minilm-l6";

/// The official development split: of MNLI the matched one.
pub(super) fn dev_split(task: GlueConfig) -> &'static str {
    if task == GlueConfig::Mnli { "validation_matched" } else { "validation" }
}

/// A pre-trained encoder without a classifier.
#[derive(Debug)]
pub struct Encoder {
    config: EncoderConfig,
    tokenizer: WordPiece,
    /// The safetensors file.
    bytes: Vec<u8>,
}

impl Encoder {
    /// Reads configuration, tokenizer and weights, downloading what is missing.
    pub fn open(locator: &Locator) -> Result<Self, RunError> {
        let files = dataset(locator, ENCODER)?;
        let config = files.path("config.json")?;
        let text = std::fs::read_to_string(config).map_err(RunError::read(config))?;
        let weights = files.path("model.safetensors")?;
        Ok(Self {
            config: EncoderConfig::from_json(&text)?,
            tokenizer: WordPiece::read(files.path("tokenizer.json")?)?,
            bytes: std::fs::read(weights).map_err(RunError::read(weights))?,
        })
    }

    /// Sizes and constants.
    pub const fn config(&self) -> &EncoderConfig {
        &self.config
    }

    /// The pre-trained weights with a fresh classifier, drawn from a seed.
    pub fn weights(&self, outputs: usize, seed: u64) -> Result<Weights, RunError> {
        Ok(Weights::from_safetensors(self.config.clone(), &self.bytes, outputs, seed)?)
    }

    /// A task with texts of at most `seq_len` tokens, its training examples split by a seed in two parts; and what is wrong with the
    /// files. The official development split (MNLI: the matched one) is what is reported on.
    pub fn task(
        &self,
        config: GlueConfig,
        locator: &Locator,
        seq_len: usize,
        split: (u64, Option<usize>),
    ) -> Result<(Task, Vec<String>), RunError> {
        let files = dataset(locator, "glue")?;
        let name = config.as_str();
        let read = |split: &str| -> Result<Examples, RunError> {
            let file = files.path(&format!("{name}/{split}-00000-of-00001.parquet"))?;
            self.examples(config.rows(file)?.read_all()?, config.classes().is_some(), seq_len)
        };
        let metric = match config {
            GlueConfig::Mrpc | GlueConfig::Qqp => Metric::F1,
            GlueConfig::Cola => Metric::Matthews,
            GlueConfig::Stsb => Metric::Spearman,
            _ => Metric::Accuracy,
        };
        let outputs = config.classes().map_or(1, usize::from);
        let task = Task::new(name, metric, outputs, (&read("train")?, read(dev_split(config))?), split)?;
        Ok((task, files.warnings()))
    }

    fn examples(&self, rows: Vec<GlueRow>, classes: bool, seq_len: usize) -> Result<Examples, RunError> {
        let ids = |text: &str| {
            self.tokenizer.ids(text).map_err(|message| RunError::Usage(format!("`{text}`: {message}")))
        };
        let text = |row: &GlueRow| -> Result<Text, RunError> {
            let mut segments = vec![ids(&row.first)?];
            segments.extend(row.second.as_deref().map(ids).transpose()?);
            let (ids, segments) = frame(segments, seq_len, SpecialTokens::BERT)?.into_iter().unzip();
            Ok(Text { ids, segments })
        };
        let rows: Vec<GlueRow> = rows.into_iter().filter(|row| !matches!(row.label, Label::Hidden)).collect();
        let texts = rows.par_iter().map(text).collect::<Result<_, _>>()?;
        let labels = if classes {
            let class = |row: &GlueRow| match row.label {
                Label::Class(class) => u32::from(class),
                Label::Scale(_) | Label::Hidden => 0,
            };
            Labels::Classes(rows.iter().map(class).collect())
        } else {
            #[expect(clippy::cast_possible_truncation, reason = "similarities have two digits")]
            let number = |row: &GlueRow| match row.label {
                Label::Scale(scale) => scale as f32,
                Label::Class(_) | Label::Hidden => 0.0,
            };
            Labels::Numbers(rows.iter().map(number).collect())
        };
        Ok(Examples::new(texts, labels)?)
    }
}
