//! Clocks that tell what a bench costs.
//!
//! On one thread that is the processor time of the process: other processes that want the same core, and the disk, take
//! nothing from it. Several threads have to share work out and wait for each other, which only the wall clock sees.

use std::time::{Duration, Instant};

use crate::Threads;

/// A running clock.
#[derive(Debug, Clone, Copy)]
pub(super) enum Clock {
    Processor(Duration),
    Wall(Instant),
}

impl Clock {
    /// Starts the clock for benches of so many threads; where the system does not tell processor time, the wall clock.
    pub(super) fn start(threads: Threads) -> Self {
        match (threads, processor_time()) {
            (Threads::One, Some(now)) => Self::Processor(now),
            _ => Self::Wall(Instant::now()),
        }
    }

    /// Seconds since the start.
    pub(super) fn seconds(self) -> f64 {
        let elapsed = match self {
            Self::Processor(start) => {
                processor_time().map_or(Duration::ZERO, |now| now.saturating_sub(start))
            }
            Self::Wall(start) => start.elapsed(),
        };
        elapsed.as_secs_f64()
    }
}

/// Processor time of the process so far.
#[cfg(unix)]
fn processor_time() -> Option<Duration> {
    nix::time::ClockId::CLOCK_PROCESS_CPUTIME_ID.now().ok().map(Duration::from)
}

#[cfg(not(unix))]
const fn processor_time() -> Option<Duration> {
    None
}
