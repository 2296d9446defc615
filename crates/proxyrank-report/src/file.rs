//! Writing a file whole or not at all.
//!
//! A report that is cut short looks like a finished one. So every file is written beside its place under a temporary
//! name and then renamed; an error leaves the earlier file as it was and no litter behind.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A file that could not be written: where, why, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {source}; {}", path.display(), remedy(source))]
pub struct WriteError {
    /// The file that was to be written.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl WriteError {
    /// Ties a system error to the file it concerns.
    pub fn new(path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self { path: path.into(), source }
    }
}

/// What a user can do about an error of this kind.
fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full: free some space and run the command again"
        }
        io::ErrorKind::PermissionDenied => {
            "the folder is not writable: change its permissions or choose another one with --out"
        }
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only: choose another folder with --out",
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists | io::ErrorKind::IsADirectory => {
            "something of another kind stands at this path: move it away or choose another folder with --out"
        }
        _ => "check that the folder exists and is writable, then run the command again",
    }
}

/// Writes `bytes` to `path` through a temporary file in the same folder; missing folders are created.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    replace(path, |temporary| {
        let mut file = fs::File::create(temporary)?;
        file.write_all(bytes)?;
        file.sync_all()
    })
}

/// Lets `write` fill a temporary file beside `path`, then renames it into place.
fn replace(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), WriteError> {
    let failed = |source| WriteError::new(path, source);
    let name = path
        .file_name()
        .ok_or_else(|| failed(io::Error::new(io::ErrorKind::InvalidInput, "the path names no file")))?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    // The process id keeps two runs that write the same report from filling one temporary file.
    let temporary = path.with_file_name(format!(".{}.tmp-{}", std::process::id(), name.to_string_lossy()));
    let outcome = write(&temporary).and_then(|()| fs::rename(&temporary, path));
    outcome.map_err(|error| {
        // The first error is the one worth telling; a leftover that cannot be removed changes nothing.
        let _ = fs::remove_file(&temporary);
        failed(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_keeps_the_old_file_and_leaves_no_litter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/table.md");
        write_atomic(&path, b"old").unwrap();
        let error = replace(&path, |temporary| {
            fs::write(temporary, b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        })
        .unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        let message = error.to_string();
        assert!(message.contains("table.md") && message.contains("free some space"), "{message}");
    }

    #[test]
    fn a_file_in_the_way_of_a_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let blocker = folder.path().join("reports");
        fs::write(&blocker, b"").unwrap();
        let message = write_atomic(&blocker.join("x.md"), b"x").unwrap_err().to_string();
        assert!(message.contains("move it away"), "{message}");
    }
}
