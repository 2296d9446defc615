//! A few files at a time.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::error::FetchError;
use super::stop::Stop;
use crate::manifest::FileEntry;

/// Does something for each file, with so many threads. The first error raises the stop signal, so that no further
/// file is begun and waits are cut short, and is what is returned.
pub(crate) fn each<T: Send>(
    width: NonZeroUsize,
    files: &[(usize, &FileEntry)],
    stop: &Stop,
    work: impl Fn(&FileEntry) -> Result<T, FetchError> + Sync,
) -> Result<Vec<(usize, T)>, FetchError> {
    let next = AtomicUsize::new(0);
    let values = Mutex::new(Vec::with_capacity(files.len()));
    let first_error = Mutex::new(None);
    let worker = || {
        while !stop.is_up()
            && let Some(&(index, file)) = files.get(next.fetch_add(1, Ordering::Relaxed))
        {
            match work(file) {
                Ok(value) => values.lock().unwrap_or_else(PoisonError::into_inner).push((index, value)),
                Err(error) => {
                    // Kept before the signal is raised, so that no error that follows from the signal comes first.
                    first_error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    stop.raise();
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..width.get().min(files.len()) {
            scope.spawn(worker);
        }
    });
    match first_error.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(values.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}
