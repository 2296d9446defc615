//! Tables of released scores, one row an architecture or one row a repetition.
//!
//! The released files share a shape (an identifier and named columns of numbers) but not a rule about identifiers:
//! in a benchmark's table each stands once and in order, in an ablation each stands in a block of repetitions. The
//! rule is part of the format, so that a glued, repeated or lost row is noticed and not averaged away.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use super::error::{LoadError, Place};
use super::source;

/// What a table must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableFormat {
    /// Header of the first column, which holds the identifiers.
    pub id: &'static str,
    /// Headers of the columns after it, in order.
    pub columns: &'static [&'static str],
    /// Which identifiers follow one another.
    pub ids: IdPolicy,
}

/// How identifiers may repeat from row to row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdPolicy {
    /// `0, 1, 2, ...`: row *i* belongs to architecture *i*.
    Sequence,
    /// Blocks of this many rows with one identifier, every identifier in one block only.
    Blocks(usize),
}

/// Columns of the FlexiBERT metric table after the identifier; LPZero added the last.
const METRICS_AND_LPZERO: &[&str] = &[
    "GLUE Score",
    "Synaptic Diversity",
    "Synaptic Diversity Normalized",
    "Synaptic Saliency",
    "Synaptic Saliency Normalized",
    "Activation Distance",
    "Activation Distance Normalized",
    "Jacobian Score",
    "Jacobian Score Normalized",
    "Number of Parameters",
    "Head Importance",
    "Head Importance Normalized",
    "Head Confidence",
    "Head Confidence Normalized",
    "Head Softmax Confidence",
    "Head Softmax Confidence Normalized",
    "lpzero",
];

/// The columns that Serianni and Kalita released.
const METRICS: &[&str] = METRICS_AND_LPZERO.split_at(METRICS_AND_LPZERO.len() - 1).0;

/// `BERT_results_activation.csv` of Serianni and Kalita: the metrics of the 500 FlexiBERT architectures.
pub const FLEXIBERT_METRICS: TableFormat =
    TableFormat { id: "ID", columns: METRICS, ids: IdPolicy::Sequence };

/// `BERT_results_activation_lpzero.csv` and `BERT_results_activation_2.csv` of LPZero: the same with one column more.
pub const LPZERO_METRICS: TableFormat =
    TableFormat { id: "ID", columns: METRICS_AND_LPZERO, ids: IdPolicy::Sequence };

/// `BERT_batch_ablation.csv` and `BERT_initialization_ablation.csv`: ten architectures, ten repetitions of each.
pub const FLEXIBERT_ABLATION: TableFormat =
    TableFormat { id: "ID", columns: METRICS, ids: IdPolicy::Blocks(10) };

/// `BERT_train_ablation.csv`: ten architectures at 21 numbers of training steps.
pub const FLEXIBERT_TRAIN_ABLATION: TableFormat = TableFormat {
    id: "id",
    columns: &["steps", "cola", "mnli", "mrpc", "qnli", "qqp", "rte", "sst", "sts", "glue"],
    ids: IdPolicy::Blocks(21),
};

/// A table of released scores: `ids[i]` names the architecture whose numbers stand at index `i` of every column.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreTable {
    /// The architecture of each row.
    pub ids: Vec<usize>,
    /// The finite numbers of each column, by header.
    pub columns: BTreeMap<&'static str, Vec<f64>>,
}

impl ScoreTable {
    /// Reads a file of the given format.
    pub fn read(file: &Path, format: &TableFormat) -> Result<Self, LoadError> {
        Self::parse(file, &source::read(file)?, format)
    }

    /// Parses the bytes of a file; `file` is named in errors only.
    pub fn parse(file: &Path, bytes: &[u8], format: &TableFormat) -> Result<Self, LoadError> {
        // No released file quotes a cell; with quoting on, one stray quotation mark would swallow the rows after it.
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .quoting(false)
            .flexible(true)
            .from_reader(source::text(file, bytes)?.as_bytes());
        let mut records = reader
            .records()
            .map(|record| record.map_err(|error| LoadError::syntax(file, Place::File, "CSV", error)));
        let header = records.next().transpose()?.ok_or_else(|| {
            LoadError::missing(file, Place::File, format!("the header `{},...`", format.id))
        })?;
        check_header(file, &header, format)?;

        let mut ids = Vec::new();
        let mut columns = vec![Vec::new(); format.columns.len()];
        for record in records {
            let record = record?;
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() != 1 + format.columns.len() {
                let expected = format!("{} cells", 1 + format.columns.len());
                return Err(LoadError::unexpected(
                    file,
                    Place::Text { line, column: 1 },
                    expected,
                    record.len(),
                ));
            }
            let cell = |name: &str| Place::Cell { line, column: name.to_owned() };
            ids.push(record[0].parse::<usize>().map_err(|_| {
                LoadError::unexpected(file, cell(format.id), "an architecture's number", quote(&record[0]))
            })?);
            for ((name, text), column) in format.columns.iter().zip(record.iter().skip(1)).zip(&mut columns) {
                column.push(finite(text).ok_or_else(|| {
                    LoadError::unexpected(file, cell(name), "a finite number", quote(text))
                })?);
            }
        }
        check_ids(file, &ids, format)?;
        Ok(Self { ids, columns: format.columns.iter().copied().zip(columns).collect() })
    }

    /// The numbers under one header.
    pub fn column(&self, name: &str) -> Option<&[f64]> {
        self.columns.get(name).map(Vec::as_slice)
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no row; no released table is empty.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

fn quote(text: &str) -> String {
    format!("`{text}`")
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

fn check_header(file: &Path, header: &csv::StringRecord, format: &TableFormat) -> Result<(), LoadError> {
    let expected = std::iter::once(&format.id).chain(format.columns);
    for (index, name) in expected.enumerate() {
        let found = header.get(index).map_or_else(|| "the end of the header".to_owned(), quote);
        if header.get(index) != Some(*name) {
            let place = Place::Text { line: 1, column: 1 };
            return Err(LoadError::unexpected(
                file,
                place,
                format!("header `{name}` in column {}", index + 1),
                found,
            ));
        }
    }
    match header.get(1 + format.columns.len()) {
        None => Ok(()),
        Some(extra) => {
            let place = Place::Text { line: 1, column: 1 };
            Err(LoadError::unexpected(file, place, "no further header", quote(extra)))
        }
    }
}

fn check_ids(file: &Path, ids: &[usize], format: &TableFormat) -> Result<(), LoadError> {
    // The header is line 1, and released tables have no empty lines.
    let place = |row: usize| Place::Cell { line: row as u64 + 2, column: format.id.to_owned() };
    match format.ids {
        _ if ids.is_empty() => Err(LoadError::missing(file, Place::File, "every row after the header")),
        IdPolicy::Sequence => match ids.iter().enumerate().find(|(row, id)| row != *id) {
            None => Ok(()),
            Some((row, id)) => {
                Err(LoadError::unexpected(file, place(row), format!("architecture {row}"), id))
            }
        },
        IdPolicy::Blocks(rows) => {
            let mut seen = HashSet::new();
            for (block, ids) in ids.chunks(rows).enumerate() {
                let first = block * rows;
                if !seen.insert(ids[0]) {
                    return Err(LoadError::duplicate(file, place(first), format!("architecture {}", ids[0])));
                }
                if let Some(offset) = ids.iter().position(|id| *id != ids[0]) {
                    let expected = format!("architecture {} in all {rows} rows of its block", ids[0]);
                    return Err(LoadError::unexpected(file, place(first + offset), expected, ids[offset]));
                }
                if ids.len() < rows {
                    let what = format!("row {} of {rows} of architecture {}", ids.len() + 1, ids[0]);
                    return Err(LoadError::missing(file, Place::File, what));
                }
            }
            Ok(())
        }
    }
}
