//! Tells a person now and then how a study goes on.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use proxyrank_prune::runner::{Follow, Record};

use crate::watch::{Stop, Watch};

/// Between two remarks.
const EVERY: Duration = Duration::from_secs(15);

/// Since when a training goes on, and when the last remark was made.
struct Since {
    /// Steps that were there when this process went on with the training, and the last one that it made.
    steps: Option<(u64, u64)>,
    started: Instant,
    spoke: Instant,
}

impl Since {
    /// Takes a step; gives how many this process has made of the training. A step that is not behind the last one begins another.
    fn count(&mut self, step: u64) -> u64 {
        let first = match self.steps {
            Some((first, last)) if step > last => first,
            _ => {
                self.started = Instant::now();
                step - 1
            }
        };
        self.steps = Some((first, step));
        step - first
    }
}

/// Passes remarks on, not too many.
pub(super) struct Told<'a> {
    name: String,
    evaluations: usize,
    watch: &'a dyn Watch,
    stop: &'a Stop,
    since: Mutex<Since>,
}

impl<'a> Told<'a> {
    pub(super) fn new(name: String, evaluations: usize, watch: &'a dyn Watch, stop: &'a Stop) -> Self {
        let now = Instant::now();
        Self {
            name,
            evaluations,
            watch,
            stop,
            since: Mutex::new(Since { steps: None, started: now, spoke: now }),
        }
    }

    /// Whether it is time for a remark, or the last one.
    fn speaks(&self, last: bool) -> bool {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let speaks = last || since.spoke.elapsed() >= EVERY;
        if speaks {
            since.spoke = Instant::now();
        }
        speaks
    }
}

impl Follow for Told<'_> {
    fn trained(&self, step: u64, steps: u64, loss: f64) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let made = since.count(step);
        if since.spoke.elapsed() < EVERY {
            return;
        }
        since.spoke = Instant::now();
        let left = since.started.elapsed().as_secs_f64() / made as f64 * (steps - step) as f64;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_training_is_counted_from_its_own_beginning() {
        let now = Instant::now();
        let mut since = Since { steps: None, started: now, spoke: now };
        // Gone on with at step 400, then two that begin.
        let steps = [401, 402, 1, 2, 3, 1];
        assert_eq!(steps.map(|step| since.count(step)), [1, 2, 1, 2, 3, 1]);
    }
}
