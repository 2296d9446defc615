//! Who may write, decided by the operating system.
//!
//! A lock is held on an open file, so the system releases it when the process ends, however it ends. The files
//! themselves stay: deleting one would let two processes hold "the" lock on two different files of one name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

use crate::layout::Folder;
use crate::{Shard, StoreError, disk, layout};

/// A held lock; dropping it releases it.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Held shared by everyone who adds to a benchmark, and alone by whoever rewrites it.
const BENCHMARK: &str = "benchmark";

impl Lock {
    /// The right to add to a benchmark; refused while it is being compacted.
    pub(crate) fn add_to(folder: &Folder) -> Result<Self, StoreError> {
        let path = folder.lock(BENCHMARK);
        let file = open(folder, &path)?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Self { _file: file }),
            Err(error) => Err(refused(
                error,
                &path,
                "the benchmark is being compacted; try again when that has ended".into(),
            )),
        }
    }

    /// The right to rewrite a benchmark; refused while anyone adds to it.
    pub(crate) fn rewrite(folder: &Folder) -> Result<Self, StoreError> {
        let path = folder.lock(BENCHMARK);
        let file = open(folder, &path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(error) => Err(refused(
                error,
                &path,
                "the benchmark is being written to or compacted; try again when that has ended".into(),
            )),
        }
    }

    /// The right to be the writer of one shard, while no process works under another number of shards.
    pub(crate) fn shard(folder: &Folder, shard: Shard) -> Result<Self, StoreError> {
        let path = folder.lock(&shard_lock(shard));
        let mut file = open(folder, &path)?;
        if let Err(error) = file.try_lock() {
            let meaning = format!(
                "shard {shard} of {} has a running writer; wait for it, or stop it",
                folder.benchmark
            );
            return Err(refused(error, &path, meaning));
        }
        // The number is a courtesy to whoever is refused; the lock does not depend on it.
        let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
        refuse_other_counts(folder, shard)?;
        Ok(Self { _file: file })
    }

    /// Waits for a lock that is only ever held for moments.
    pub(crate) fn wait(folder: &Folder, name: &str) -> Result<Self, StoreError> {
        let path = folder.lock(name);
        let file = open(folder, &path)?;
        file.lock().map_err(StoreError::io("lock", &path))?;
        Ok(Self { _file: file })
    }
}

/// Whether any process is at work in the benchmark's folder now.
pub(crate) fn is_busy(folder: &Folder) -> Result<bool, StoreError> {
    Ok(folder.lock_files()?.iter().any(|path| is_held(path)))
}

/// Whether some process holds the lock at `path` alone.
fn is_held(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

fn shard_lock(shard: Shard) -> String {
    format!("shard-{}", shard.file_stem())
}

/// Shards of different counts share architectures, so that two of them at work would store one key twice.
fn refuse_other_counts(folder: &Folder, shard: Shard) -> Result<(), StoreError> {
    let same_count = format!("of{}.lock", shard.count());
    for path in layout::list(&folder.locks(), |n| n.starts_with("shard-") && !n.ends_with(&same_count))? {
        if is_held(&path) {
            return Err(StoreError::Locked {
                holder: holder(&path),
                path,
                meaning: format!(
                    "{} is being written under another number of shards than {}; wait for that run, or use its number",
                    folder.benchmark,
                    shard.count()
                ),
            });
        }
    }
    Ok(())
}

fn open(folder: &Folder, path: &Path) -> Result<File, StoreError> {
    disk::create_folder(&folder.locks())?;
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .map_err(StoreError::io("open", path))
}

fn refused(error: TryLockError, path: &Path, meaning: String) -> StoreError {
    match error {
        TryLockError::WouldBlock => {
            StoreError::Locked { path: path.to_owned(), holder: holder(path), meaning }
        }
        TryLockError::Error(source) => StoreError::io("lock", path)(source),
    }
}

fn holder(path: &Path) -> String {
    let mut text = String::new();
    let known = File::open(path).and_then(|file| file.take(20).read_to_string(&mut text));
    match (known, text.parse::<u32>()) {
        (Ok(_), Ok(pid)) => format!(" (pid {pid})"),
        _ => String::new(),
    }
}
