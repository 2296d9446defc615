//! What is wrong with a submission, all of it at once.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Serialize;

/// How many faults of one kind are told in full; the rest are counted.
const TOLD: usize = 5;

/// What a fault means for the submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It stands in no table until this is mended.
    Refused,
    /// It stands, and somebody should look.
    Warning,
}

/// What kind of fault it is, for scripts and for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A file is missing, or cannot be read as what it should be.
    File,
    /// A key or a column that does not exist.
    UnknownName,
    /// A key or a column that must be there.
    MissingName,
    /// A value of the card that makes no sense.
    Card,
    /// A row with more or fewer cells than the header.
    Ragged,
    /// An architecture that the benchmark does not have.
    UnknownArchitecture,
    /// An architecture of the benchmark without a row.
    MissingArchitecture,
    /// An architecture with two rows.
    Duplicate,
    /// A cell that is no number.
    NotANumber,
    /// A number that is not finite.
    NotFinite,
    /// A row without a score.
    NoScore,
    /// A time that is none.
    Time,
    /// Scores that do not tell architectures apart.
    Constant,
    /// The correlation speaks against the direction.
    Direction,
    /// The scores rank as another proxy's do.
    SameRanking,
    /// Bytes that other readers may stumble over.
    Encoding,
    /// A part of a combination has a score that cannot be used.
    Part,
    /// Scores that were computed again came out otherwise.
    Recomputed,
}

/// Where a fault is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, as the user would name it.
    pub file: String,
    /// The row of a table (in CSV the line, the header being row 1) or the line of a card.
    pub row: Option<u64>,
    /// The column of a table or the key of a card.
    pub column: Option<String>,
}

impl Place {
    /// A file as a whole.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), row: None, column: None }
    }

    /// A row of the same file.
    #[must_use]
    pub fn row(&self, row: u64) -> Self {
        Self { row: Some(row), ..self.clone() }
    }

    /// A column or a key of the same row.
    #[must_use]
    pub fn column(&self, column: impl Into<String>) -> Self {
        Self { column: Some(column.into()), ..self.clone() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_card = Path::new(&self.file).extension().is_some_and(|extension| extension == "toml");
        let (row, column) = if is_card { ("line", "key") } else { ("row", "column") };
        f.write_str(&self.file)?;
        if let Some(number) = self.row {
            write!(f, ", {row} {number}")?;
        }
        if let Some(name) = &self.column {
            write!(f, ", {column} `{name}`")?;
        }
        Ok(())
    }
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What it means.
    pub severity: Severity,
    /// What kind it is.
    pub kind: Kind,
    /// Where it is.
    pub place: Place,
    /// What is wrong, and what to do about it.
    pub message: String,
}

impl Fault {
    /// What faults that are told together have in common.
    fn group(&self) -> (Severity, Kind, &str, Option<&str>) {
        (self.severity, self.kind, &self.place.file, self.place.column.as_deref())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.severity == Severity::Warning { "warning: " } else { "" };
        write!(f, "{}: {severity}{}", self.place, self.message)
    }
}

/// All faults of a submission, in the order in which they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Adds a fault for which the submission is refused.
    pub fn refuse(&mut self, kind: Kind, place: Place, message: impl Into<String>) {
        self.0.push(Fault { severity: Severity::Refused, kind, place, message: message.into() });
    }

    /// Adds a fault that somebody should look at.
    pub fn warn(&mut self, kind: Kind, place: Place, message: impl Into<String>) {
        self.0.push(Fault { severity: Severity::Warning, kind, place, message: message.into() });
    }

    /// Adds those of another list.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether the submission stands in no table.
    pub fn refused(&self) -> bool {
        self.0.iter().any(|fault| fault.severity == Severity::Refused)
    }

    /// All of them.
    pub fn all(&self) -> &[Fault] {
        &self.0
    }

    /// How many of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|fault| fault.severity == severity).count()
    }

    /// A line for each fault, what is refused first; of many of one kind in one file the first few, and how many more.
    pub fn lines(&self) -> Vec<String> {
        let mut groups: BTreeMap<(Severity, usize), Vec<&Fault>> = BTreeMap::new();
        for fault in &self.0 {
            let first = self.0.iter().position(|other| other.group() == fault.group()).unwrap_or_default();
            groups.entry((fault.severity, first)).or_default().push(fault);
        }
        let mut lines = Vec::new();
        for group in groups.values() {
            lines.extend(group.iter().take(TOLD).map(ToString::to_string));
            if let Some(more) = group.len().checked_sub(TOLD).filter(|more| *more > 0) {
                lines.push(format!("{}: ... and {more} more like this", group[0].place.file));
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_file_row_and_column() {
        let place = Place::file("scores.csv").row(7).column("score");
        let mut faults = Faults::default();
        faults.warn(Kind::Encoding, Place::file("scores.csv"), "odd");
        assert!(!faults.refused());
        faults.refuse(Kind::NotFinite, place, "`NaN` is no score");
        assert!(faults.refused());
        assert_eq!(
            faults.lines(),
            ["scores.csv, row 7, column `score`: `NaN` is no score", "scores.csv: warning: odd"]
        );
    }

    #[test]
    fn many_of_a_kind_are_counted() {
        let mut faults = Faults::default();
        for row in 0..40 {
            faults.refuse(Kind::Duplicate, Place::file("a.csv").row(row), "again");
            faults.refuse(Kind::Ragged, Place::file("a.csv").row(row), "short");
        }
        let lines = faults.lines();
        assert_eq!(lines.len(), 2 * (TOLD + 1));
        assert_eq!(lines[TOLD], "a.csv: ... and 35 more like this");
    }
}
