//! How busy the processors are with other things than the side whose turn it is.
//!
//! Two programs that take turns are compared fairly if the one that waits is idle (a pool of threads may spin while it
//! waits) and nothing else runs. Linux tells both; elsewhere nothing is reported.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

/// Processor time of all threads of a process so far, in nanoseconds.
pub(crate) fn process_ns(id: u32) -> Option<u64> {
    let tasks = fs::read_dir(PathBuf::from(format!("/proc/{id}/task"))).ok()?;
    let times = tasks.filter_map(|task| {
        let text = fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Some(times.sum())
}

/// Ticks of all processors since the system started: all of them, and those that somebody used.
fn ticks() -> Option<(u64, u64)> {
    parse_ticks(&fs::read_to_string("/proc/stat").ok()?)
}

fn parse_ticks(stat: &str) -> Option<(u64, u64)> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let counts: Vec<u64> = line.split_whitespace().map_while(|count| count.parse().ok()).take(8).collect();
    // User, nice, system, idle, waiting for a disk, interrupts, soft interrupts, taken by the host.
    let [_, _, _, idle, waiting, ..] = counts.as_slice() else { return None };
    let all: u64 = counts.iter().sum();
    Some((all, all - idle - waiting))
}

/// Looks at the whole machine from some moment on.
pub(crate) struct Watch {
    started: Instant,
    ticks: Option<(u64, u64)>,
    known_ns: Option<u64>,
    processes: [u32; 2],
}

impl Watch {
    /// Starts to look, knowing which processes belong to the measurement.
    pub(crate) fn start(processes: [u32; 2]) -> Self {
        Self { started: Instant::now(), ticks: ticks(), known_ns: known(processes), processes }
    }

    /// The share of all processor time since then that went to other processes.
    pub(crate) fn foreign_share(&self) -> Option<f64> {
        let ((all, busy), (all_then, busy_then)) = (ticks()?, self.ticks?);
        let known_ns = known(self.processes)?.saturating_sub(self.known_ns?);
        let processors = std::thread::available_parallelism().ok()?.get() as f64;
        let known = known_ns as f64 / 1e9 / (self.started.elapsed().as_secs_f64() * processors);
        Some(
            (busy.saturating_sub(busy_then) as f64 / all.saturating_sub(all_then).max(1) as f64 - known)
                .max(0.0),
        )
    }
}

fn known(processes: [u32; 2]) -> Option<u64> {
    processes.into_iter().map(process_ns).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_told_apart() {
        let stat = "cpu  100 5 20 300 10 1 2 3 0 0\ncpu0 1 2 3\n";
        assert_eq!(parse_ticks(stat), Some((441, 131)));
        assert_eq!(parse_ticks("intr 1 2 3"), None);
        assert_eq!(parse_ticks("cpu  1 2"), None);
    }

    #[test]
    fn a_process_that_is_not_there_has_no_time() {
        assert_eq!(process_ns(u32::MAX), None);
    }
}
