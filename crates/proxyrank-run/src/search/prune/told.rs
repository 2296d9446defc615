//! Tells a person now and then how a study goes on.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use proxyrank_prune::runner::{Follow, Record};

use crate::watch::{Stop, Watch};

/// Between two remarks.
const EVERY: Duration = Duration::from_secs(15);

/// Passes remarks on, not too many.
pub(super) struct Told<'a> {
    name: String,
    evaluations: usize,
    watch: &'a dyn Watch,
    stop: &'a Stop,
    /// Where this process began to train, and when it spoke last.
    since: Mutex<(Option<u64>, Instant, Instant)>,
}

impl<'a> Told<'a> {
    pub(super) fn new(name: String, evaluations: usize, watch: &'a dyn Watch, stop: &'a Stop) -> Self {
        let now = Instant::now();
        Self { name, evaluations, watch, stop, since: Mutex::new((None, now, now)) }
    }

    /// Whether it is time for a remark, or the last one.
    fn speaks(&self, last: bool) -> bool {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let speaks = last || since.2.elapsed() >= EVERY;
        if speaks {
            since.2 = Instant::now();
        }
        speaks
    }
}

impl Follow for Told<'_> {
    fn trained(&self, step: u64, steps: u64, loss: f64) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let (first, started, told) = &mut *since;
        let first = *first.get_or_insert(step - 1);
        if told.elapsed() < EVERY {
            return;
        }
        *told = Instant::now();
        let left = started.elapsed().as_secs_f64() / (step - first) as f64 * (steps - step) as f64;
        self.watch.note(&format!(
            "{}: step {step} of {steps}, loss {loss:.3}, {} left",
            self.name,
            humantime::format_duration(Duration::from_secs_f64(left.round()))
        ));
    }

    fn evaluated(&self, record: &Record) {
        let (done, all) = (record.number + 1, self.evaluations);
        if self.speaks(done >= all) {
            let (name, method, seed) = (&self.name, record.method, record.seed);
            self.watch.note(&format!("{name}: {method} from seed {seed}: {done} of {all} evaluations"));
        }
    }

    fn progressed(&self, what: &str, done: usize, all: usize) {
        if self.speaks(done >= all) {
            self.watch.note(&format!("{}: {what}, {done} of {all}", self.name));
        }
    }

    fn stopped(&self) -> bool {
        self.stop.asked()
    }
}
