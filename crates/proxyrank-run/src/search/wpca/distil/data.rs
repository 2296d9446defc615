//! A GLUE task as numbers.

use std::collections::BTreeMap;

use proxyrank_data::batch::{BatchShape, Corpus, SpecialTokens, TokenSource};
use proxyrank_data::fetch::Locator;
use proxyrank_data::load::text::{GlueConfig, GlueRow, Label};
use proxyrank_nn::distil::TextBatch;

use crate::RunError;
use crate::data::dataset;
use crate::evaluate::tokenizer;

/// Number of padding, and of a word that is too rare.
const PADDING: u32 = 0;
const UNKNOWN: u32 = 1;

/// Texts with their classes.
#[derive(Debug)]
pub(super) struct Texts {
    ids: Vec<u32>,
    token_types: Vec<u32>,
    lengths: Vec<usize>,
    pub(super) labels: Vec<u32>,
    pub(super) seq_len: usize,
}

impl Texts {
    /// Some of the texts, and their classes.
    pub(super) fn batch(&self, places: &[usize]) -> (TextBatch, Vec<u32>) {
        let s = self.seq_len;
        let rows =
            |values: &[u32]| places.iter().flat_map(|&p| &values[p * s..(p + 1) * s]).copied().collect();
        let batch = TextBatch {
            ids: rows(&self.ids),
            token_types: rows(&self.token_types),
            lengths: places.iter().map(|&place| self.lengths[place]).collect(),
            seq_len: s,
        };
        (batch, places.iter().map(|&place| self.labels[place]).collect())
    }

    /// The ids of the first `count` texts.
    pub(super) fn first(&self, count: usize) -> Vec<u32> {
        self.ids[..count * self.seq_len].to_vec()
    }
}

/// A task.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) train: Texts,
    pub(super) dev: Texts,
    /// Numbers that words have: those that occur often enough in the training texts.
    pub(super) vocabulary: usize,
    pub(super) warnings: Vec<String>,
}

/// Reads a task; words that occur less than `least` times are one.
pub(super) fn task(
    locator: &Locator,
    config: GlueConfig,
    seq_len: usize,
    least: usize,
) -> Result<Task, RunError> {
    let files = dataset(locator, "glue")?;
    let rows = |split: &str| -> Result<Vec<GlueRow>, RunError> {
        let file = format!("{}/{split}-00000-of-00001.parquet", config.as_str());
        Ok(config.rows(files.path(&file)?)?.read_all()?)
    };
    let (mut train, mut dev) =
        (texts(locator, &rows("train")?, seq_len)?, texts(locator, &rows("validation")?, seq_len)?);
    let mut counts = BTreeMap::<u32, usize>::new();
    for &id in train.ids.iter().filter(|&&id| id != SpecialTokens::BERT.pad) {
        *counts.entry(id).or_default() += 1;
    }
    let kept = counts.into_iter().filter(|&(_, count)| count >= least).map(|(id, _)| id);
    let numbers: BTreeMap<u32, u32> = kept.zip(UNKNOWN + 1..).collect();
    for texts in [&mut train, &mut dev] {
        for id in &mut texts.ids {
            let padding = *id == SpecialTokens::BERT.pad;
            *id = if padding { PADDING } else { numbers.get(id).copied().unwrap_or(UNKNOWN) };
        }
    }
    Ok(Task { train, dev, vocabulary: numbers.len() + 2, warnings: files.warnings() })
}

fn texts(locator: &Locator, rows: &[GlueRow], seq_len: usize) -> Result<Texts, RunError> {
    let label = |row: &GlueRow| match row.label {
        Label::Class(class) => Some(u32::from(class)),
        Label::Scale(_) | Label::Hidden => None,
    };
    let rows: Vec<GlueRow> = rows.iter().filter(|row| label(row).is_some()).cloned().collect();
    let corpus = Corpus::glue(tokenizer(locator)?, &rows);
    let batch = corpus.batch(0, BatchShape { batch_size: rows.len(), seq_len })?;
    Ok(Texts {
        ids: batch.ids,
        token_types: batch.token_types,
        lengths: batch.lengths,
        labels: rows.iter().filter_map(label).collect(),
        seq_len,
    })
}
