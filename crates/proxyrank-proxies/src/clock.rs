//! What things cost, in nanoseconds.

use std::time::{Duration, Instant};

/// A result and the time it took.
pub(crate) fn timed<R>(compute: impl FnOnce() -> R) -> (R, u64) {
    let started = Instant::now();
    let result = compute();
    (result, nanoseconds(started.elapsed()))
}

pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Threads that a pass over so many blocks can occupy; at least one.
pub(crate) fn threads_of(blocks: usize) -> u64 {
    rayon::current_num_threads().min(blocks).max(1) as u64
}

/// Processor time as a share of the elapsed time.
pub(crate) fn share(spent: Duration, threads: u64) -> u64 {
    nanoseconds(spent) / threads
}
