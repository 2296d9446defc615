//! Tasks to fine-tune on: probe tasks of the project's own corpus, and GLUE.

use proxyrank_data::batch::frame;
use proxyrank_data::corpus::measure::Measure;
use proxyrank_data::corpus::tasks as probe;
use proxyrank_data::fetch::Locator;
use proxyrank_data::load::text::{GlueConfig, GlueRow, Label};
use rayon::prelude::*;

use super::spans::SpanTask;
use super::text::Tokenizer;
use crate::RunError;
use crate::data::dataset;

/// A task with its examples.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its name.
    pub name: &'static str,
    /// What is measured; the first one is the task's score.
    pub measures: &'static [Measure],
    /// Outputs of the head.
    pub outputs: usize,
    /// The id that ends each text of a sequence.
    pub separator: u32,
    /// To learn from.
    pub train: Examples,
    /// To measure on.
    pub dev: Examples,
}

/// Any kind of task.
#[derive(Debug, Clone)]
pub enum Assignment {
    /// A class or a number for each sequence.
    Sequences(Task),
    /// A piece of a paragraph for each question.
    Spans(SpanTask),
}

impl Assignment {
    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sequences(task) => task.name,
            Self::Spans(task) => task.name,
        }
    }

    /// Examples to learn from (windows, where there are questions), those to measure on, and how many of the former are cut.
    pub fn counts(&self) -> [usize; 3] {
        match self {
            Self::Sequences(task) => [task.train.count(), task.dev.count(), task.train.cut],
            Self::Spans(task) => {
                let (windows, questions) = task.counts();
                [windows, questions, 0]
            }
        }
    }
}

/// Encoded examples of one length.
#[derive(Debug, Clone, PartialEq)]
pub struct Examples {
    /// One sequence after the other, padded.
    pub ids: Vec<u32>,
    /// Tokens in a sequence.
    pub seq_len: usize,
    /// What is right.
    pub labels: Labels,
    /// Sequences that were cut.
    pub cut: usize,
}

/// What is right about each example.
#[derive(Debug, Clone, PartialEq)]
pub enum Labels {
    /// Classes, from 0.
    Classes(Vec<u32>),
    /// Numbers, scaled to about one.
    Numbers(Vec<f32>),
}

/// Similarities go up to this; networks learn them divided by it.
const SCALE: f32 = 5.0;

/// One text or two, and what is right.
type Plain = (String, Option<String>, f32);

impl Examples {
    fn encode(
        tokenizer: &Tokenizer,
        rows: &[Plain],
        classes: bool,
        seq_len: usize,
    ) -> Result<Self, RunError> {
        let special = tokenizer.special();
        let encoded: Vec<(Vec<u32>, bool)> = rows
            .par_iter()
            .map(|(first, second, _)| {
                let mut segments = vec![tokenizer.ids(first)?];
                segments.extend(second.as_ref().map(|second| tokenizer.ids(second)).transpose()?);
                let whole = segments.iter().map(Vec::len).sum::<usize>() + segments.len() + 1;
                let mut ids: Vec<u32> =
                    frame(segments, seq_len, special)?.into_iter().map(|(id, _)| id).collect();
                ids.resize(seq_len, special.pad);
                Ok((ids, whole > seq_len))
            })
            .collect::<Result<_, RunError>>()?;
        let cut = encoded.iter().filter(|(_, cut)| *cut).count();
        let labels = rows.iter().map(|(_, _, label)| *label);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "classes are small whole numbers"
        )]
        let labels = if classes {
            Labels::Classes(labels.map(|label| label as u32).collect())
        } else {
            Labels::Numbers(labels.map(|label| label / SCALE).collect())
        };
        Ok(Self { ids: encoded.into_iter().flat_map(|(ids, _)| ids).collect(), seq_len, labels, cut })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.ids.len() / self.seq_len.max(1)
    }
}

/// Examples to take of a probe task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ProbeSize {
    /// Seed of the examples.
    pub seed: u64,
    /// To learn from.
    pub train: usize,
    /// To measure on.
    pub dev: usize,
    /// Tokens in a sequence.
    pub seq_len: usize,
}

/// A probe task of the project's own corpus, on its words.
pub fn probe(task: probe::Task, tokenizer: &Tokenizer, size: ProbeSize) -> Result<Task, RunError> {
    let examples = |split, count: usize| {
        let rows: Vec<Plain> = (0..count as u64)
            .into_par_iter()
            .map(|number| {
                let example = task.example(split, size.seed, number);
                let label = match example.label {
                    probe::Label::Class(class) => f32::from(class),
                    probe::Label::Score(score) => score,
                };
                (example.first.join(" "), example.second.map(|words| words.join(" ")), label)
            })
            .collect();
        Examples::encode(tokenizer, &rows, task.classes().is_some(), size.seq_len)
    };
    Ok(Task {
        name: task.name(),
        measures: match task {
            probe::Task::Acceptability => &[Measure::Matthews, Measure::Accuracy],
            probe::Task::Sentiment | probe::Task::Entailment => &[Measure::Accuracy],
            probe::Task::Paraphrase => &[Measure::Accuracy, Measure::F1],
            probe::Task::Similarity => &[Measure::Pearson, Measure::Spearman],
        },
        outputs: task.classes().map_or(1, usize::from),
        separator: tokenizer.special().separate,
        train: examples(probe::Split::Train, size.train)?,
        dev: examples(probe::Split::Dev, size.dev)?,
    })
}

/// A task of GLUE, the whole development split (MNLI: the matched one), and what is wrong with the files.
///
/// As FlexiBERT's labels were made, the training splits of MRPC and STS-B stand there twice, the second time with the
/// sentences exchanged.
pub fn glue(
    config: GlueConfig,
    tokenizer: &Tokenizer,
    locator: &Locator,
    (most, seq_len): (Option<usize>, usize),
) -> Result<(Task, Vec<String>), RunError> {
    let files = dataset(locator, "glue")?;
    let name = config.as_str();
    let dev = if config == GlueConfig::Mnli { "validation_matched" } else { "validation" };
    let read = |split: &str| -> Result<Vec<Plain>, RunError> {
        let file = files.path(&format!("{name}/{split}-00000-of-00001.parquet"))?;
        Ok(config.rows(file)?.read_all()?.into_iter().filter_map(plain).collect())
    };
    let mut train = read("train")?;
    train.truncate(most.unwrap_or(usize::MAX));
    if matches!(config, GlueConfig::Mrpc | GlueConfig::Stsb) {
        let exchange = |(first, second, label): &Plain| {
            second.clone().map(|second| (second, Some(first.clone()), *label))
        };
        let exchanged: Vec<Plain> = train.iter().filter_map(exchange).collect();
        train.extend(exchanged);
    }
    let classes = config.classes().is_some();
    let task = Task {
        name,
        measures: match config {
            GlueConfig::Cola => &[Measure::Matthews, Measure::Accuracy],
            GlueConfig::Mrpc | GlueConfig::Qqp => &[Measure::Accuracy, Measure::F1],
            GlueConfig::Stsb => &[Measure::Pearson, Measure::Spearman],
            _ => &[Measure::Accuracy],
        },
        outputs: config.classes().map_or(1, usize::from),
        separator: tokenizer.special().separate,
        train: Examples::encode(tokenizer, &train, classes, seq_len)?,
        dev: Examples::encode(tokenizer, &read(dev)?, classes, seq_len)?,
    };
    Ok((task, files.warnings()))
}

fn plain(row: GlueRow) -> Option<Plain> {
    #[expect(clippy::cast_possible_truncation, reason = "similarities have two digits")]
    let label = match row.label {
        Label::Class(class) => f32::from(class),
        Label::Scale(scale) => scale as f32,
        Label::Hidden => return None,
    };
    Some((row.first, row.second, label))
}
