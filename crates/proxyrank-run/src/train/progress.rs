//! What a person is told while a network trains.

use std::time::{Duration, Instant};

use crate::watch::Watch;

/// Between two remarks.
const EVERY: Duration = Duration::from_secs(15);

/// Follows the steps of one training.
#[derive(Debug)]
pub(super) struct Progress {
    what: String,
    steps: u64,
    /// Steps and tokens since the beginning of this process.
    first: u64,
    tokens: u64,
    started: Instant,
    told: Instant,
}

impl Progress {
    pub(super) fn new(what: impl Into<String>, steps: u64, done: u64) -> Self {
        let now = Instant::now();
        Self { what: what.into(), steps, first: done, tokens: 0, started: now, told: now }
    }

    /// Notes a step; now and then says how things stand.
    pub(super) fn step(&mut self, watch: &dyn Watch, done: u64, tokens: u64, losses: impl Fn() -> String) {
        self.tokens += tokens;
        if self.told.elapsed() < EVERY {
            return;
        }
        self.told = Instant::now();
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = self.tokens as f64 / seconds;
        let left = seconds / (done - self.first).max(1) as f64 * (self.steps - done) as f64;
        watch.note(&format!(
            "{}: step {done} of {}, {}, {rate:.0} tokens/s, {} left",
            self.what,
            self.steps,
            losses(),
            humantime::format_duration(Duration::from_secs_f64(left.round()))
        ));
    }
}
