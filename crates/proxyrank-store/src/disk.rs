//! Every change to the disk goes through here, so that each is durable and each can be made to fail in a test.
//!
//! A rename is only on the disk once its folder is synced; the functions below never return before that. In tests a
//! fuse counts the steps and "kills" the process at a chosen one: that step is done by half or not at all, and no
//! later step happens.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use crate::StoreError;
use crate::layout::temporary;

/// Creates a folder and its parents.
pub(crate) fn create_folder(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        create_folder(parent)?;
    }
    fuse::step().map_err(StoreError::io("create", path))?;
    match fs::create_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(StoreError::io("create", path)(error))
        }
        _ => sync_parent(path),
    }
}

/// Puts a whole file in place of whatever was there: readers see the old bytes or the new ones, never a mixture.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    replace_checked(path, bytes, |_| Ok(()))
}

/// As [`replace`], but only after `check` has approved the finished temporary file.
pub(crate) fn replace_checked(
    path: &Path,
    bytes: &[u8],
    check: impl FnOnce(&Path) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let unfinished = temporary(path);
    fuse::step().map_err(StoreError::io("create", &unfinished))?;
    let mut file = File::create(&unfinished).map_err(StoreError::io("create", &unfinished))?;
    fuse::write(&mut file, bytes).map_err(StoreError::io("write", &unfinished))?;
    file.sync_all().map_err(StoreError::io("sync", &unfinished))?;
    drop(file);
    check(&unfinished)?;
    fuse::step().map_err(StoreError::io("rename", &unfinished))?;
    fs::rename(&unfinished, path).map_err(StoreError::io("rename", &unfinished))?;
    sync_parent(path)
}

/// Opens a file that grows at its end.
pub(crate) fn open_for_append(path: &Path) -> Result<File, StoreError> {
    OpenOptions::new().append(true).open(path).map_err(StoreError::io("open", path))
}

/// Adds bytes at the end and waits until the disk has them.
pub(crate) fn append(file: &mut File, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    fuse::write(file, bytes).map_err(StoreError::io("write", path))?;
    file.sync_data().map_err(StoreError::io("sync", path))
}

/// Cuts a file to its first `length` bytes.
pub(crate) fn truncate(file: &File, path: &Path, length: u64) -> Result<(), StoreError> {
    fuse::step().map_err(StoreError::io("shorten", path))?;
    file.set_len(length).map_err(StoreError::io("shorten", path))?;
    file.sync_data().map_err(StoreError::io("sync", path))
}

/// Deletes a file for good; a file that is already gone is fine.
pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
    fuse::step().map_err(StoreError::io("delete", path))?;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::io("delete", path)(error)),
        _ => sync_parent(path),
    }
}

/// All bytes of a file.
///
/// Files are read rather than mapped: a mapped file that another process shortens kills the reader.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    fs::read(path).map_err(StoreError::io("read", path))
}

/// The bytes before and with the first line break; none where the file is gone.
pub(crate) fn read_first_line(path: &Path) -> Result<Vec<u8>, StoreError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        opened => opened.map_err(StoreError::io("open", path))?,
    };
    let mut line = Vec::new();
    BufReader::new(file).read_until(b'\n', &mut line).map_err(StoreError::io("read", path))?;
    Ok(line)
}

fn sync_parent(path: &Path) -> Result<(), StoreError> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(parent).and_then(|folder| folder.sync_all()).map_err(StoreError::io("sync", parent))
}

#[cfg(not(test))]
mod fuse {
    use std::fs::File;
    use std::io::{self, Write};

    /// A step that can only fail in tests; the signature is that of its counterpart there.
    #[expect(clippy::unnecessary_wraps, reason = "its counterpart in tests fails")]
    pub(super) const fn step() -> io::Result<()> {
        Ok(())
    }

    pub(super) fn write(file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }
}

#[cfg(test)]
pub(crate) mod fuse {
    use std::cell::Cell;
    use std::fs::File;
    use std::io::{self, Write};

    #[derive(Clone, Copy)]
    enum Fuse {
        /// Nothing fails.
        None,
        /// The step after `left` more fails.
        Burning { left: usize, then: After },
        /// The process was killed: nothing reaches the disk any more.
        Dead,
    }

    /// What follows the step that fails.
    #[derive(Clone, Copy)]
    enum After {
        Death,
        Recovery,
    }

    thread_local! {
        static FUSE: Cell<Fuse> = const { Cell::new(Fuse::None) };
        static TAKEN: Cell<usize> = const { Cell::new(0) };
    }

    /// The number of steps that `work` takes.
    pub(crate) fn count(work: impl FnOnce()) -> usize {
        TAKEN.set(0);
        work();
        TAKEN.get()
    }

    /// Runs `work` as a process that is killed at its step number `step` (from 0).
    pub(crate) fn kill_at<T>(step: usize, work: impl FnOnce() -> T) -> T {
        with(Fuse::Burning { left: step, then: After::Death }, work)
    }

    /// Runs `work` with a disk that refuses step number `step` (from 0) and no other.
    pub(crate) fn refuse_at<T>(step: usize, work: impl FnOnce() -> T) -> T {
        with(Fuse::Burning { left: step, then: After::Recovery }, work)
    }

    fn with<T>(fuse: Fuse, work: impl FnOnce() -> T) -> T {
        FUSE.set(fuse);
        let result = work();
        FUSE.set(Fuse::None);
        result
    }

    pub(super) fn step() -> io::Result<()> {
        TAKEN.set(TAKEN.get() + 1);
        match FUSE.get() {
            Fuse::None => return Ok(()),
            Fuse::Burning { left: 0, then: After::Recovery } => FUSE.set(Fuse::None),
            Fuse::Burning { left: 0, then: After::Death } | Fuse::Dead => FUSE.set(Fuse::Dead),
            Fuse::Burning { left, then } => {
                FUSE.set(Fuse::Burning { left: left - 1, then });
                return Ok(());
            }
        }
        Err(io::Error::from(io::ErrorKind::StorageFull))
    }

    /// Writes everything, or, as the step that fails, the first half.
    pub(super) fn write(file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let strikes_now = matches!(FUSE.get(), Fuse::Burning { left: 0, .. });
        match step() {
            Ok(()) => file.write_all(bytes),
            Err(error) if strikes_now => file.write_all(&bytes[..bytes.len() / 2]).and(Err(error)),
            Err(error) => Err(error),
        }
    }
}
