//! Trainings side by side, each on one thread, whose rows go into a file.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use proxyrank_nn::NnError;

use super::rows::{Rows, Training};
use crate::RunError;
use crate::watch::{Stop, Watch};

/// Trainings that are to be done.
#[derive(Debug)]
pub(super) struct Jobs<J> {
    /// In the order in which they begin, with what messages call them.
    pub(super) jobs: Vec<(String, J)>,
    /// How many run side by side.
    pub(super) workers: usize,
}

impl<J: Sync> Jobs<J> {
    /// Does them all; gives the number of rows added. One that diverges costs its own row and no other.
    pub(super) fn run<R: Training + Send>(
        &self,
        rows: Rows<R>,
        watch: &dyn Watch,
        stop: &Stop,
        train: impl Fn(&J) -> Result<R, RunError> + Sync,
    ) -> Result<usize, RunError> {
        let queue = Mutex::new(self.jobs.iter());
        let sink = Mutex::new((rows, 0_usize));
        let diverged = Mutex::new(Vec::new());
        let started = Instant::now();
        let worker = || -> Result<(), RunError> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
            let pool = pool.map_err(|error| RunError::Usage(error.to_string()))?;
            loop {
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((name, job)) = next.filter(|_| !stop.asked()) else { return Ok(()) };
                let row = match pool.install(|| train(job)) {
                    Err(error @ RunError::Network(NnError::Diverged { .. })) => {
                        watch.note(&format!("{name}: {error}; its row is left out"));
                        diverged.lock().unwrap_or_else(PoisonError::into_inner).push(name.as_str());
                        continue;
                    }
                    row => row?,
                };
                let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
                let (rows, added) = &mut *sink;
                *added += 1;
                let mean = started.elapsed().as_secs_f64() / *added as f64;
                let left = Duration::from_secs_f64((mean * (self.jobs.len() - *added) as f64).round());
                watch.note(&format!(
                    "row {added} of {}: {name}: {}; {} left",
                    self.jobs.len(),
                    row.outcome(),
                    humantime::format_duration(left)
                ));
                rows.push(row)?;
            }
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..self.workers.max(1)).map(|_| scope.spawn(worker)).collect();
            let ended = workers.into_iter().map(|worker| {
                worker.join().unwrap_or_else(|_| Err(RunError::Usage("a worker ended early".to_owned())))
            });
            ended.collect::<Vec<_>>().into_iter().collect::<Result<(), _>>()
        })?;
        let diverged = diverged.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (_, added) = sink.into_inner().unwrap_or_else(PoisonError::into_inner);
        if stop.asked() {
            return Err(RunError::Stopped { after: format!("after {added} rows") });
        }
        if diverged.is_empty() {
            Ok(added)
        } else {
            Err(RunError::Usage(format!(
                "{added} rows added; these trainings diverged and have none: {}; what is done is kept. The same recipe ends the same way again, one with a lower rate may not",
                diverged.join("; ")
            )))
        }
    }
}
