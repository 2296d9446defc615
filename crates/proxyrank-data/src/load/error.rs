//! One error type for all loaders, because a reader of a message wants the same three things of each of them: which
//! file, where in it, and what should have stood there.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use proxyrank_space::SpaceError;

use crate::silence;

/// A file that is not what it should be.
///
/// It reads `FILE, PLACE: WHAT`, for example
/// `scores.csv, line 7, column "Head Confidence": expected a finite number, found "nan"`.
#[derive(Debug, thiserror::Error)]
#[error("{}{place}: {kind}", file.display())]
pub struct LoadError {
    /// The file or, for a set of files, the one that is at fault.
    pub file: PathBuf,
    /// Where in the file.
    pub place: Place,
    /// What is wrong there.
    pub kind: LoadErrorKind,
}

impl LoadError {
    pub(crate) fn new(file: &Path, place: Place, kind: LoadErrorKind) -> Self {
        Self { file: file.to_owned(), place, kind }
    }

    pub(crate) fn unexpected(
        file: &Path,
        place: Place,
        expected: impl Into<String>,
        found: impl fmt::Display,
    ) -> Self {
        let found = shorten(&found.to_string());
        Self::new(file, place, LoadErrorKind::Unexpected { expected: expected.into(), found })
    }

    pub(crate) fn missing(file: &Path, place: Place, what: impl Into<String>) -> Self {
        Self::new(file, place, LoadErrorKind::Missing { what: what.into() })
    }

    pub(crate) fn duplicate(file: &Path, place: Place, what: impl Into<String>) -> Self {
        Self::new(file, place, LoadErrorKind::Duplicate { what: what.into() })
    }

    pub(crate) fn syntax(
        file: &Path,
        place: Place,
        format: &'static str,
        message: impl fmt::Display,
    ) -> Self {
        let message = shorten(&message.to_string());
        Self::new(file, place, LoadErrorKind::Syntax { format, message })
    }

    /// Runs somebody else's decoder and turns what it says, or a panic in it, into an error.
    ///
    /// The Parquet and tokenizer libraries trust sizes and tables that a damaged file states, and some of their checks
    /// are assertions: both have been seen to panic on a file with one byte changed. `step` must not leave a
    /// half-changed value behind that is used after an error.
    pub(crate) fn guard<T>(
        file: &Path,
        format: &'static str,
        step: impl FnOnce() -> Result<T, String>,
    ) -> Result<T, Self> {
        match silence::catch(step) {
            Some(Ok(value)) => Ok(value),
            Some(Err(message)) => Err(Self::syntax(file, Place::File, format, message)),
            None => Err(Self::syntax(file, Place::File, format, "the decoder gave up on damaged data")),
        }
    }

    /// What a user can do about it, as one sentence.
    pub fn advice(&self) -> &'static str {
        match self.kind {
            LoadErrorKind::Io(_) => {
                "check that the file exists and may be read, or run `proxyrank fetch` again"
            }
            _ => "run `proxyrank verify` to learn whether the file is the published one",
        }
    }
}

/// Where in a file an error was found. Lines, rows of text and columns count from 1, entries of a list from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole.
    File,
    /// A line of text and a character in it.
    Text {
        /// The line.
        line: u64,
        /// The character.
        column: u64,
    },
    /// A line of a table with named columns.
    Cell {
        /// The line; the header is line 1.
        line: u64,
        /// The column's name.
        column: String,
    },
    /// A row of a binary table, counted from 0, and its column.
    Row {
        /// The row.
        row: u64,
        /// The column's name.
        column: &'static str,
    },
    /// A node of a tree, such as `entry 17, layer 2`.
    Node(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => Ok(()),
            Self::Text { line, column } => write!(f, ", line {line}, character {column}"),
            Self::Cell { line, column } => write!(f, ", line {line}, column {column:?}"),
            Self::Row { row, column } => write!(f, ", row {row}, column {column:?}"),
            Self::Node(path) => write!(f, ", {path}"),
        }
    }
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum LoadErrorKind {
    /// The operating system refused.
    #[error("cannot be read: {0}")]
    Io(io::Error),
    /// A text file with bytes that are no UTF-8.
    #[error("byte {0} is not UTF-8 text")]
    NotText(usize),
    /// The bytes do not follow the file's format.
    #[error("not valid {format}: {message}")]
    Syntax {
        /// `JSON`, `YAML`, `CSV` or `Parquet`.
        format: &'static str,
        /// The parser's own words.
        message: String,
    },
    /// Something stands there that should not.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What should stand there.
        expected: String,
        /// What stands there, shortened.
        found: String,
    },
    /// It was read, but it is no architecture of its search space.
    #[error("{0}")]
    Space(Box<SpaceError>),
    /// Something is not there.
    #[error("{what} is missing")]
    Missing {
        /// What should be there.
        what: String,
    },
    /// Something that must be unique is not.
    #[error("{what} stands there twice")]
    Duplicate {
        /// What it is.
        what: String,
    },
}

/// Longest piece of a file that a message repeats, in characters.
const LONGEST_QUOTE: usize = 160;

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST_QUOTE) {
        Some((cut, _)) => format!("{}...", &text[..cut]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_file_place_and_expectation() {
        let place = Place::Cell { line: 7, column: "GLUE Score".into() };
        let error = LoadError::unexpected(Path::new("scores.csv"), place, "a finite number", "`nan`");
        assert_eq!(
            error.to_string(),
            r#"scores.csv, line 7, column "GLUE Score": expected a finite number, found `nan`"#
        );
    }

    #[test]
    fn a_long_quotation_is_cut_between_characters() {
        let error = LoadError::unexpected(Path::new("f"), Place::File, "less", "é".repeat(1000));
        assert_eq!(error.to_string(), format!("f: expected less, found {}...", "é".repeat(LONGEST_QUOTE)));
    }
}
