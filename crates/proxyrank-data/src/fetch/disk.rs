//! Writing that survives a kill: a temporary name, sync, rename; and locks that die with their process.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::error::Fault;
use super::stop::Stop;
use crate::hash::sha256_bytes;

/// Creates the folder of a path.
pub(crate) fn create_parent(path: &Path) -> Result<(), Fault> {
    match path.parent() {
        Some(folder) => fs::create_dir_all(folder).map_err(Fault::disk("create", folder)),
        None => Ok(()),
    }
}

/// Moves a complete, synced file to its final place on the same file system, and makes the new name durable.
pub(crate) fn put_in_place(partial: &Path, target: &Path) -> Result<(), Fault> {
    create_parent(target)?;
    fs::rename(partial, target).map_err(Fault::disk("create", target))?;
    sync_folder(target);
    Ok(())
}

/// Writes a small file as a whole, through a temporary name beside it.
pub(crate) fn write_whole(target: &Path, bytes: &[u8]) -> Result<(), Fault> {
    write_through(&temporary_beside(target), target, bytes)
}

/// Writes a small file as a whole, through a temporary name on the same file system.
pub(crate) fn write_through(temporary: &Path, target: &Path, bytes: &[u8]) -> Result<(), Fault> {
    create_parent(temporary)?;
    let written = File::create(temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let placed =
        written.map_err(Fault::disk("write", temporary)).and_then(|()| put_in_place(temporary, target));
    if placed.is_err() {
        // Only our own temporary file goes; a leftover would do no harm but take space.
        let _ = fs::remove_file(temporary);
    }
    placed
}

/// Lets a path point at a file of the same tree through a relative link, or a copy where links are not allowed.
/// Whatever stood under the path is replaced at once, never absent in between.
pub(crate) fn point_at(link: &Path, target: &Path, relative_target: &Path) -> Result<(), Fault> {
    create_parent(link)?;
    let temporary = temporary_beside(link);
    #[cfg(unix)]
    let made = {
        let _ = target;
        std::os::unix::fs::symlink(relative_target, &temporary)
    };
    #[cfg(not(unix))]
    let made = {
        let _ = relative_target;
        fs::copy(target, &temporary).map(|_| ())
    };
    made.map_err(Fault::disk("create", &temporary))?;
    fs::rename(&temporary, link).map_err(Fault::disk("create", link))?;
    sync_folder(link);
    Ok(())
}

/// A name in the same folder that no other thread or process uses.
fn temporary_beside(target: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{}-{number}.tmp", std::process::id()))
}

/// Some systems cannot sync a folder. The rename itself is atomic without it; only its survival of a power cut is
/// not, and then the file is fetched again.
fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent()
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
}

/// The exclusive right to download one file. The system takes it back when the process dies, however it dies, so a
/// lock file that lies around locks nothing.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the right to write `target`. The lock file lies in our own cache, not beside the target.
    pub(crate) fn acquire(
        cache: &Path,
        target: &Path,
        patience: Duration,
        stop: &Stop,
    ) -> Result<Self, Fault> {
        let name = &sha256_bytes(target.as_os_str().as_encoded_bytes())[..24];
        let path = cache.join("locks").join(format!("{name}.lock"));
        create_parent(&path)?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(Fault::disk("open", &path))?;
        let end = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < end => {
                    stop.check()?;
                    std::thread::sleep(Duration::from_millis(50));
                }
                Err(TryLockError::WouldBlock) => return Err(Fault::Locked(path)),
                Err(TryLockError::Error(source)) => {
                    return Err(Fault::Disk { action: "lock", path, source });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_whole_file_replaces_another_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a/b.json");
        write_whole(&target, b"one").unwrap();
        write_whole(&target, b"two").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"two");
        assert_eq!(fs::read_dir(target.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_lock_excludes_and_a_stale_lock_file_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x");
        let stop = Stop::new(Arc::default());
        let acquire = |patience| Lock::acquire(folder.path(), &target, patience, &stop);
        let held = acquire(Duration::ZERO).unwrap();
        let second = acquire(Duration::ZERO);
        assert!(matches!(second, Err(Fault::Locked(_))));
        drop(held);
        let held = acquire(Duration::ZERO).expect("the file is still there, but nobody holds it");
        stop.raise();
        assert!(matches!(acquire(Duration::from_mins(1)), Err(Fault::Abandoned)), "a stop ends the wait");
        drop(held);
    }

    #[test]
    fn a_link_is_replaced_in_place() {
        let folder = tempfile::tempdir().unwrap();
        for content in ["one", "two"] {
            let blob = folder.path().join(content);
            fs::write(&blob, content).unwrap();
            let link = folder.path().join("s/link");
            point_at(&link, &blob, &Path::new("..").join(content)).unwrap();
            assert_eq!(fs::read_to_string(link).unwrap(), content);
        }
    }
}
