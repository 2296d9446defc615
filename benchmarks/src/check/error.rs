//! What can go wrong with a check.

use std::io;
use std::path::PathBuf;

use crate::Failure;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// No bench has such a name.
    #[error("no bench has a name with `{only}` in it; `bench-check --list` shows all")]
    NoBench {
        /// What was asked for.
        only: String,
    },
    /// A bench failed.
    #[error("{bench} cannot be timed: {cause}")]
    Bench {
        /// Its name.
        bench: String,
        /// Why.
        cause: Failure,
    },
    /// The system gives no threads.
    #[error("threads cannot be started: {0}")]
    Threads(rayon::ThreadPoolBuildError),
    /// A file cannot be read or written.
    #[error("{}: cannot be {action}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// Why not.
        cause: io::Error,
    },
    /// A baseline is no baseline.
    #[error("{}: is no baseline: {reason}; take it back with git, or make a new one: make bench-baseline", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl CheckError {
    /// An error of the disk.
    pub(super) fn io(path: impl Into<PathBuf>, action: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Io { path, action, cause }
    }
}
