//! Everything that can be wrong with a results folder, found by reading all of it.
//!
//! Ordinary reading stops at the first fault; this goes on, and also looks at what readers rightly ignore: checksums
//! of the values, temporary files, parts that a compaction had no time to delete.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

use proxyrank_schema::{ScoreKey, ScoreRow, TimingRow, TruthRow};

use crate::journal::Journal;
use crate::layout::Folder;
use crate::parquet::Part;
use crate::record::{Record, describe_key};
use crate::snapshot::{Journaled, Sourced, duplicate, leftovers, live, sort, sourced, steadily};
use crate::{StoreError, lock};

/// Whether a finding makes results wrong or missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is lost or wrong; the next writer or compaction clears it up.
    Note,
    /// Results are damaged, contradictory or unreadable.
    Fault,
}

/// One thing that is not as it should be.
#[derive(Debug)]
pub enum Finding {
    /// A file that cannot be read or believed, or a key that stands in two files.
    Fault(StoreError),
    /// A timing of a score that is not stored.
    TimingWithoutScore {
        /// The score's key, spelled out.
        key: String,
        /// The file with the timing.
        path: PathBuf,
    },
    /// Timings that cannot be matched with scores, because a file that may hold the scores is unreadable.
    UnmatchedTimings {
        /// The benchmark's folder.
        path: PathBuf,
        /// How many.
        timings: usize,
    },
    /// A temporary file of a writer that was killed.
    StaleTemporary(PathBuf),
    /// A part that another one replaces; readers skip it.
    Replaced(PathBuf),
    /// A journal whose last line a kill tore; readers skip that line.
    TornLine(PathBuf),
    /// A journal of a run that has not finished.
    Unsealed {
        /// The journal.
        path: PathBuf,
        /// How many finished architectures it holds.
        architectures: usize,
    },
}

impl Finding {
    /// How bad it is.
    pub const fn severity(&self) -> Severity {
        match self {
            Self::Fault(_) | Self::TimingWithoutScore { .. } => Severity::Fault,
            Self::UnmatchedTimings { .. }
            | Self::StaleTemporary(_)
            | Self::Replaced(_)
            | Self::TornLine(_)
            | Self::Unsealed { .. } => Severity::Note,
        }
    }

    /// Whether a running writer leaves the same sight for a moment.
    const fn may_be_work_in_hand(&self) -> bool {
        matches!(self, Self::StaleTemporary(_) | Self::TornLine(_))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(error) => error.fmt(f),
            Self::TimingWithoutScore { key, path } => write!(
                f,
                "{} has a timing of {key}, which has no score; a file of scores is missing: restore it, or delete \
                 this one and run the same evaluation again",
                path.display()
            ),
            Self::UnmatchedTimings { path, timings: 1 } => write!(
                f,
                "{}: 1 timing has no readable score; mend the file of scores above and verify again",
                path.display()
            ),
            Self::UnmatchedTimings { path, timings } => write!(
                f,
                "{}: {timings} timings have no readable score; mend the file of scores above and verify again",
                path.display()
            ),
            Self::StaleTemporary(path) => {
                write!(f, "{} is left from a killed process; the next run deletes it", path.display())
            }
            Self::Replaced(path) => {
                write!(f, "{} was compacted into another part; `compact` deletes it", path.display())
            }
            Self::TornLine(path) => {
                write!(
                    f,
                    "{} ends in half a line from a killed process; the next run drops it",
                    path.display()
                )
            }
            Self::Unsealed { path, architectures } => write!(
                f,
                "{} holds {architectures} architectures of a run that has not finished; the same command goes on \
                 with it",
                path.display()
            ),
        }
    }
}

/// What was read and what was found.
#[derive(Debug, Default)]
pub struct Report {
    /// Files that were read.
    pub files: usize,
    /// Rows in them that count.
    pub rows: usize,
    /// What is wrong, by benchmark.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether no finding is a fault.
    pub fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity() == Severity::Note)
    }

    /// Adds another benchmark's report.
    pub(crate) fn extend(&mut self, other: Self) {
        self.files += other.files;
        self.rows += other.rows;
        self.findings.extend(other.findings);
    }

    fn keep<T>(&mut self, result: Result<T, StoreError>) -> Option<T> {
        result.map_err(|error| self.findings.push(Finding::Fault(error))).ok()
    }
}

/// What is wrong with one benchmark's folder.
pub(crate) fn folder(folder: &Folder) -> Result<Report, StoreError> {
    steadily(folder, || everything(folder))
}

fn everything(folder: &Folder) -> Result<Report, StoreError> {
    let mut all = Report::default();
    let report = &mut all;
    let journals = journals(folder, report)?;
    let scores = table::<ScoreRow>(folder, &journals, report)?;
    // A key that stands twice was read all the same.
    let unread = |finding: &Finding| matches!(finding, Finding::Fault(error) if !matches!(error, StoreError::DuplicateKey { .. }));
    let all_scores_read = !report.findings.iter().any(unread);
    let timings = table::<TimingRow>(folder, &journals, report)?;
    orphans(folder, &scores, all_scores_read, &timings, report);
    truth(folder, report);
    report.findings.extend(folder.temporaries("")?.into_iter().map(Finding::StaleTemporary));
    if all.findings.iter().any(Finding::may_be_work_in_hand) && lock::is_busy(folder)? {
        all.findings.retain(|finding| !finding.may_be_work_in_hand());
    }
    Ok(all)
}

fn journals(folder: &Folder, report: &mut Report) -> Result<Vec<Journal>, StoreError> {
    let mut journals = Vec::new();
    for path in folder.journals()? {
        report.files += 1;
        match report.keep(Journal::read(&path)) {
            Some(Some(journal)) => {
                if journal.torn {
                    report.findings.push(Finding::TornLine(path.clone()));
                }
                report.findings.push(Finding::Unsealed { path, architectures: journal.architectures });
                journals.push(journal);
            }
            Some(None) => report.findings.push(Finding::TornLine(path)),
            None => {}
        }
    }
    Ok(journals)
}

/// Reads a table as a reader would, reporting instead of stopping.
fn table<R: Journaled>(
    folder: &Folder,
    journals: &[Journal],
    report: &mut Report,
) -> Result<Vec<Sourced<R>>, StoreError> {
    let mut parts = Vec::new();
    for path in folder.part_files(R::TABLE)? {
        report.files += 1;
        parts.extend(report.keep(Part::open(&path)));
    }
    report.findings.extend(leftovers(&parts).cloned().map(Finding::Replaced));
    let mut rows = Vec::new();
    for part in live(&parts) {
        add(folder, part.verified_rows::<R>(), &part.path, &mut rows, report);
    }
    for journal in journals {
        if !journal.is_sealed_in(folder, R::TABLE) {
            add(folder, Ok(R::of(&journal.rows).to_vec()), &journal.path, &mut rows, report);
        }
    }
    duplicates(&mut rows, report);
    report.rows += rows.len();
    Ok(rows)
}

fn truth(folder: &Folder, report: &mut Report) {
    let path = folder.truth();
    if !path.exists() {
        return;
    }
    report.files += 1;
    let mut rows = Vec::new();
    add(
        folder,
        Part::open(&path).and_then(|part| part.verified_rows::<TruthRow>()),
        &path,
        &mut rows,
        report,
    );
    duplicates(&mut rows, report);
    report.rows += rows.len();
}

fn add<R: Record>(
    folder: &Folder,
    read: Result<Vec<R>, StoreError>,
    path: &Path,
    rows: &mut Vec<Sourced<R>>,
    report: &mut Report,
) {
    let read = read.and_then(|read| sourced(folder, read, path));
    rows.extend(report.keep(read).into_iter().flatten());
}

fn duplicates<R: Record>(rows: &mut [Sourced<R>], report: &mut Report) {
    sort(rows);
    let pairs = rows.windows(2).filter(|pair| pair[0].0.order(&pair[1].0).is_eq());
    report.findings.extend(pairs.map(|pair| Finding::Fault(duplicate(&pair[0], &pair[1]))));
}

/// Timings without a score. Where a file of scores is unreadable they follow from it, and are only counted.
fn orphans(
    folder: &Folder,
    scores: &[Sourced<ScoreRow>],
    all_scores_read: bool,
    timings: &[Sourced<TimingRow>],
    report: &mut Report,
) {
    let stored: HashSet<&ScoreKey> = scores.iter().map(|(row, _)| &row.key).collect();
    let orphans = timings.iter().filter(|(row, _)| !stored.contains(&row.key));
    if !all_scores_read {
        let timings = orphans.count();
        let path = folder.path.clone();
        report.findings.extend((timings > 0).then_some(Finding::UnmatchedTimings { path, timings }));
        return;
    }
    report.findings.extend(orphans.map(|(row, source)| Finding::TimingWithoutScore {
        key: describe_key(&row.key),
        path: source.to_path_buf(),
    }));
}
