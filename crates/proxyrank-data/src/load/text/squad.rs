//! Both versions of SQuAD: a question about a paragraph, answered by pieces of the paragraph or, in version 2, by none.

use std::path::Path;

use arrow::array::{Array, AsArray, ListArray, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};

use super::parquet::{Cells, Column, ColumnType, Rows};
use crate::load::error::LoadError;

const COLUMNS: &[Column] = &[
    ("id", ColumnType::Text),
    ("title", ColumnType::Text),
    ("context", ColumnType::Text),
    ("question", ColumnType::Text),
    ("answers", ColumnType::Answers),
];

/// Which rules a file follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SquadVersion {
    /// Every question has an answer.
    V1,
    /// A question may have no answer.
    V2,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SquadRow {
    /// The question's identifier.
    pub id: String,
    /// The article's title.
    pub title: String,
    /// The paragraph.
    pub context: String,
    /// The question.
    pub question: String,
    /// Accepted answers, by one annotator each.
    pub answers: Vec<Answer>,
}

/// A piece of the paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The words.
    pub text: String,
    /// Where they start in the paragraph, in Unicode characters (not in bytes).
    pub start_char: u32,
}

/// Opens one split of SQuAD.
pub fn squad(file: &Path, version: SquadVersion) -> Result<Rows<SquadRow>, LoadError> {
    Rows::open(file, COLUMNS, move |columns, cells| {
        let [texts @ .., answers] = columns else { return Ok(Vec::new()) };
        let answers = Answers::new(answers.as_struct(), cells)?;
        let text = |column: usize, row: usize| texts[column].as_string::<i32>().value(row).to_owned();
        (0..answers.len())
            .map(|row| {
                let answers = answers.of(row, cells)?;
                if version == SquadVersion::V1 && answers.is_empty() {
                    return Err(cells.unexpected(
                        row,
                        "answers",
                        "an answer, as SQuAD 1 has everywhere",
                        "none",
                    ));
                }
                let [id, title, context, question] = std::array::from_fn(|column| text(column, row));
                Ok(SquadRow { id, title, context, question, answers })
            })
            .collect()
    })
}

/// The two parallel lists of an answers column.
struct Answers {
    texts: ListArray,
    starts: ListArray,
}

impl Answers {
    fn new(column: &StructArray, cells: &Cells<'_>) -> Result<Self, LoadError> {
        let list = |name: &'static str, item: DataType| {
            let field = std::sync::Arc::new(arrow::datatypes::Field::new("item", item, true));
            let found = || cells.unexpected(0, "answers", format!("a list `{name}`"), "none");
            let array = column.column_by_name(name).ok_or_else(found)?;
            let list = cast(array, &DataType::List(field)).map_err(|e| {
                cells.unexpected(0, "answers", format!("a list `{name}` of the usual size"), e)
            })?;
            Ok(list.as_list::<i32>().clone())
        };
        Ok(Self { texts: list("text", DataType::Utf8)?, starts: list("answer_start", DataType::Int64)? })
    }

    fn len(&self) -> usize {
        self.texts.len()
    }

    fn of(&self, row: usize, cells: &Cells<'_>) -> Result<Vec<Answer>, LoadError> {
        let (texts, starts) = (self.texts.value(row), self.starts.value(row));
        let (texts, starts) = (texts.as_string::<i32>(), starts.as_primitive::<Int64Type>());
        if self.texts.is_null(row) || self.starts.is_null(row) || texts.len() != starts.len() {
            let found = format!("{} texts and {} starts", texts.len(), starts.len());
            return Err(cells.unexpected(row, "answers", "as many texts as starts", found));
        }
        texts
            .iter()
            .zip(starts)
            .map(|(text, start)| {
                let start_char = start.and_then(|start| u32::try_from(start).ok());
                match (text, start_char) {
                    (Some(text), Some(start_char)) => Ok(Answer { text: text.to_owned(), start_char }),
                    _ => Err(cells.unexpected(row, "answers", "a text and its start", format!("{start:?}"))),
                }
            })
            .collect()
    }
}
