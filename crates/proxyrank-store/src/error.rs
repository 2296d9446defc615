//! What can go wrong with a results folder, each with the file and the remedy.

use std::io;
use std::path::{Path, PathBuf};

use proxyrank_schema::SCHEMA_VERSION;

/// Why a results folder could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused an operation on a file.
    #[error("cannot {action} {}: {source}{}", path.display(), hint(source))]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process holds the lock.
    #[error("{} is locked by another process{holder}: {meaning}", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// The holder, where it is known: ` (pid 4711)`.
        holder: String,
        /// What holding the lock means, and what to do.
        meaning: String,
    },
    /// The file is no readable Parquet, or no longer holds what was written.
    #[error(
        "{} is damaged: {reason}; restore it from a copy, or delete it and run the same evaluation again",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A journal line before the last one is damaged, which no interrupted write can cause.
    #[error(
        "{}, line {line}: {reason}; a kill can only tear the last line, so the file was changed or the disk is \
         faulty: restore it from a copy, or delete it and run the same evaluation again",
        path.display()
    )]
    DamagedLine {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The file has other columns than this version writes.
    #[error(
        "{} does not have the columns of a {table} table: {differences}; move it out of the results folder",
        path.display()
    )]
    WrongSchema {
        /// The file.
        path: PathBuf,
        /// Which table was expected.
        table: &'static str,
        /// Which columns differ, and how.
        differences: String,
    },
    /// The file was written under another version of the row types.
    #[error("{}: {}", path.display(), version_advice(*found))]
    Version {
        /// The file.
        path: PathBuf,
        /// The schema version found in it.
        found: u32,
    },
    /// A value in a stored row is impossible.
    #[error(
        "{}, row {row}, column {column}: {reason}; restore the file from a copy, or delete it and run the same \
         evaluation again",
        path.display()
    )]
    BadValue {
        /// The file.
        path: PathBuf,
        /// The row, from 1.
        row: usize,
        /// The column.
        column: String,
        /// What is wrong with the value.
        reason: String,
    },
    /// Two stored rows have one key.
    #[error(
        "duplicate key: {key} stands in {} and in {}; if both files hold the same measurement, `compact` keeps one \
         copy, otherwise delete the file that you do not trust",
        first.display(), second.display()
    )]
    DuplicateKey {
        /// The key, spelled out.
        key: String,
        /// One file.
        first: PathBuf,
        /// The other, or the same file twice.
        second: PathBuf,
    },
    /// A row was given whose key is already stored with another value.
    #[error(
        "{key} is stored as {stored}, but {given} was given; raise the proxy's version if its scores changed, or \
         use another results folder"
    )]
    Conflict {
        /// The key, spelled out.
        key: String,
        /// The stored value.
        stored: String,
        /// The new value.
        given: String,
    },
    /// A row was given whose key is already stored by this writer.
    #[error("{key} is already stored; skip the keys in `done()` before computing")]
    AlreadyStored {
        /// The key, spelled out.
        key: String,
    },
    /// A row was given that no table may hold.
    #[error("cannot store {key}: {reason}")]
    InvalidRow {
        /// The key, spelled out.
        key: String,
        /// What is wrong with the row.
        reason: String,
    },
    /// A benchmark's name cannot be a folder's name.
    #[error(
        "`{0}` cannot name a benchmark's folder: use letters, digits, `-`, `_` and `.`, and do not start with `.`"
    )]
    BadBenchmarkName(String),
    /// An append failed and could not be undone either, so that nothing may follow it.
    #[error(
        "{} could not be brought back to its last good line after a failed write; run the same command again to \
         recover",
        path.display()
    )]
    Broken {
        /// The journal.
        path: PathBuf,
    },
    /// Files kept changing while they were read.
    #[error("{} kept changing while it was read; try again when fewer processes write to it", path.display())]
    Unsteady {
        /// The benchmark's folder.
        path: PathBuf,
    },
}

impl StoreError {
    /// Turns the system's refusal into an error that says what was tried.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// Whether a file was gone when it was to be read.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

fn hint(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free some space and run the same command again, everything finished so far is kept"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; check the folder's permissions, or choose another results folder"
        }
        io::ErrorKind::FileTooLarge => {
            "; the file system or a limit (`ulimit -f`) allows no larger file: raise it, or choose another results \
             folder"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists | io::ErrorKind::IsADirectory => {
            "; something of another kind stands at this path: move it away, or choose another results folder"
        }
        _ => "",
    }
}

fn version_advice(found: u32) -> String {
    if found > SCHEMA_VERSION {
        format!(
            "written by a newer proxyrank (schema version {found}, this one knows {SCHEMA_VERSION}); update \
             proxyrank, or choose another results folder"
        )
    } else {
        format!(
            "written by an older proxyrank (schema version {found}, this one knows {SCHEMA_VERSION}); choose \
             another results folder and run the evaluation again"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: io::ErrorKind) -> String {
        StoreError::io("write", Path::new("r/journal.jsonl"))(io::Error::from(kind)).to_string()
    }

    #[test]
    fn a_full_disk_and_a_forbidden_folder_come_with_advice() {
        assert_eq!(
            message(io::ErrorKind::StorageFull),
            "cannot write r/journal.jsonl: no storage space; free some space and run the same command again, \
             everything finished so far is kept"
        );
        assert!(message(io::ErrorKind::PermissionDenied).ends_with("or choose another results folder"));
        assert!(message(io::ErrorKind::FileTooLarge).contains("ulimit -f"));
        assert!(message(io::ErrorKind::NotADirectory).contains("move it away"));
        assert!(message(io::ErrorKind::TimedOut).ends_with("timed out"));
    }

    #[test]
    fn a_newer_file_asks_for_a_newer_tool() {
        let newer = StoreError::Version { path: "a".into(), found: SCHEMA_VERSION + 1 }.to_string();
        assert!(newer.contains("update proxyrank"), "{newer}");
        let older = StoreError::Version { path: "a".into(), found: 0 }.to_string();
        assert!(older.contains("run the evaluation again"), "{older}");
    }
}
