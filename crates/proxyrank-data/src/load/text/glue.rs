//! The nine configurations of GLUE as rows of one or two sentences and a label.

use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Float64Type, Int64Type};

use super::parquet::{Cells, Column, ColumnType, Rows};
use crate::load::error::LoadError;

/// A configuration of the GLUE data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GlueConfig {
    /// Linguistic acceptability.
    Cola,
    /// Entailment of sentence pairs, three classes.
    Mnli,
    /// Paraphrases in news.
    Mrpc,
    /// Whether a sentence answers a question.
    Qnli,
    /// Duplicate questions.
    Qqp,
    /// Entailment of sentence pairs, two classes.
    Rte,
    /// Sentiment.
    Sst2,
    /// Similarity on a scale from 0 to 5.
    Stsb,
    /// Pronoun resolution as entailment.
    Wnli,
}

/// Builds the columns of a configuration.
macro_rules! columns {
    ($($text:literal),+; $label:ident) => {
        &[$(($text, ColumnType::Text),)+ ("label", ColumnType::$label), ("idx", ColumnType::Integer)]
    };
}

impl GlueConfig {
    /// Every configuration, in alphabetical order.
    pub const ALL: [Self; 9] = [
        Self::Cola,
        Self::Mnli,
        Self::Mrpc,
        Self::Qnli,
        Self::Qqp,
        Self::Rte,
        Self::Sst2,
        Self::Stsb,
        Self::Wnli,
    ];

    /// The name on the hub.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cola => "cola",
            Self::Mnli => "mnli",
            Self::Mrpc => "mrpc",
            Self::Qnli => "qnli",
            Self::Qqp => "qqp",
            Self::Rte => "rte",
            Self::Sst2 => "sst2",
            Self::Stsb => "stsb",
            Self::Wnli => "wnli",
        }
    }

    /// The number of classes; STS-B has a scale instead.
    pub const fn classes(self) -> Option<u8> {
        match self {
            Self::Mnli => Some(3),
            Self::Stsb => None,
            _ => Some(2),
        }
    }

    const fn columns(self) -> &'static [Column] {
        match self {
            Self::Cola | Self::Sst2 => columns!["sentence"; Integer],
            Self::Mnli => columns!["premise", "hypothesis"; Integer],
            Self::Qnli => columns!["question", "sentence"; Integer],
            Self::Qqp => columns!["question1", "question2"; Integer],
            Self::Mrpc | Self::Rte | Self::Wnli => columns!["sentence1", "sentence2"; Integer],
            Self::Stsb => columns!["sentence1", "sentence2"; Float],
        }
    }

    /// Opens one split of this configuration.
    pub fn rows(self, file: &Path) -> Result<Rows<GlueRow>, LoadError> {
        Rows::open(file, self.columns(), move |columns, cells| {
            let [texts @ .., labels, indices] = columns else { return Ok(Vec::new()) };
            let indices = indices.as_primitive::<Int64Type>();
            (0..indices.len())
                .map(|row| {
                    let text = |i: usize| texts.get(i).map(|t| t.as_string::<i32>().value(row).to_owned());
                    Ok(GlueRow {
                        first: text(0).unwrap_or_default(),
                        second: text(1),
                        label: self.label(labels.as_ref(), row, cells)?,
                        index: indices.value(row),
                    })
                })
                .collect()
        })
    }

    fn label(self, labels: &dyn Array, row: usize, cells: &Cells<'_>) -> Result<Label, LoadError> {
        if let Some(classes) = self.classes() {
            let label = labels.as_primitive::<Int64Type>().value(row);
            match u8::try_from(label) {
                Ok(class) if class < classes => Ok(Label::Class(class)),
                _ if label == -1 => Ok(Label::Hidden),
                _ => Err(cells.unexpected(row, "label", format!("-1 to {}", classes - 1), label)),
            }
        } else {
            let label = labels.as_primitive::<Float64Type>().value(row);
            match label {
                _ if (0.0..=5.0).contains(&label) => Ok(Label::Scale(label)),
                -1.0 => Ok(Label::Hidden),
                _ => Err(cells.unexpected(row, "label", "-1 or a number from 0 to 5", label)),
            }
        }
    }
}

/// One example.
#[derive(Debug, Clone, PartialEq)]
pub struct GlueRow {
    /// The sentence, question or premise.
    pub first: String,
    /// The second of a pair; `CoLA` and SST-2 have none.
    pub second: Option<String>,
    /// The answer.
    pub label: Label,
    /// The number of the example in its original file; MRPC's are not consecutive.
    pub index: i64,
}

/// The answer to an example.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Label {
    /// A class, counted from 0.
    Class(u8),
    /// A similarity from 0 to 5.
    Scale(f64),
    /// Withheld: most test splits have -1 in place of the answer.
    Hidden,
}
