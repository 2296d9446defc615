//! Training and searching, study by study.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use proxyrank_data::fetch::Locator;
use proxyrank_prune::runner::{Follow, Record, Study};
use proxyrank_prune::supernet::VALID_SEED;

use super::material::Encoder;
use super::request::PruneRequest;
use crate::RunError;
use crate::watch::{Stop, Watch};

/// Between two remarks.
const EVERY: Duration = Duration::from_secs(15);
/// Steps between two checkpoints, which have 270 MB.
const CHECKPOINT_EVERY: u64 = 200;

/// Runs what is left of every study; gives their number.
pub fn run(
    request: &PruneRequest,
    locator: &Locator,
    results: &Path,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<usize, RunError> {
    let encoder = Encoder::open(locator)?;
    let mut finished = 0;
    for &config in &request.tasks {
        let split = (VALID_SEED, request.most_valid);
        let (task, warnings) = encoder.task(config, locator, request.seq_len, split)?;
        for warning in &warnings {
            watch.note(&format!("warning: {warning}"));
        }
        watch.note(&format!(
            "{}: {} examples to train with, {} to search on, {} to test on",
            task.name,
            task.train.len(),
            task.valid.len(),
            task.test.len()
        ));
        let pretrained = encoder.weights(task.outputs, request.train_seed)?;
        for &strategy in &request.strategies {
            let study = Study {
                task: &task,
                pretrained: &pretrained,
                settings: request.settings(strategy, encoder.config()),
                searches: request.searches(),
                evaluations: request.evaluations,
                second: request.second,
                folder: request.place(results, config, strategy),
                checkpoint_every: CHECKPOINT_EVERY,
            };
            let told = Told::new(format!("{} {strategy}", task.name), request.evaluations, watch, stop);
            if study.run(&told)?.is_none() {
                return Err(RunError::Stopped { after: format!("after {finished} studies") });
            }
            finished += 1;
        }
    }
    Ok(finished)
}

/// Tells a person now and then how a study goes on.
struct Told<'a> {
    name: String,
    evaluations: usize,
    watch: &'a dyn Watch,
    stop: &'a Stop,
    /// Where this process began, and when it spoke last.
    since: Mutex<(Option<u64>, Instant, Instant)>,
}

impl<'a> Told<'a> {
    fn new(name: String, evaluations: usize, watch: &'a dyn Watch, stop: &'a Stop) -> Self {
        let now = Instant::now();
        Self { name, evaluations, watch, stop, since: Mutex::new((None, now, now)) }
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
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.2.elapsed() < EVERY && record.number + 1 < self.evaluations {
            return;
        }
        since.2 = Instant::now();
        self.watch.note(&format!(
            "{}: {} from seed {}: {} of {} evaluations",
            self.name,
            record.method,
            record.seed,
            record.number + 1,
            self.evaluations
        ));
    }

    fn stopped(&self) -> bool {
        self.stop.asked()
    }
}
