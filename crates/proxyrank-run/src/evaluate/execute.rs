//! Carrying out a plan.

use std::collections::{BTreeSet, HashSet};
use std::time::{Instant, SystemTime};

use proxyrank_data::fetch::Locator;
use proxyrank_proxies::forward::Evaluation;
use proxyrank_proxies::{ProxyCall, Subject};
use proxyrank_schema::{Reading, ScoreKey, ScoreRow, Timing, TimingRow};
use proxyrank_store::Store;
use rayon::prelude::*;

use super::plan::{Item, Job, Plan};
use super::request::Request;
use super::runner::{Runner, nanoseconds};
use crate::RunError;
use crate::benchmark::Benchmark;
use crate::machine::{Machine, build_profile, peak_rss_bytes};
use crate::watch::{Stop, Watch};

/// Architectures whose closed forms are computed before their rows are stored. Small, because a stop waits for all of them.
const BATCH: usize = 32;

/// What an evaluation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Evaluated {
    /// Architectures of the request.
    pub architectures: usize,
    /// Scores that were there before.
    pub stored: usize,
    /// Scores that were computed now.
    pub computed: usize,
    /// Computed scores whose status is not `ok`.
    pub failed: usize,
}

/// Evaluates a request, skipping what the store has.
pub fn evaluate(
    benchmark: &Benchmark,
    request: &Request,
    locator: &Locator,
    store: &Store,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<Evaluated, RunError> {
    let mut writer = store.shard(&benchmark.id(), request.shard)?;
    let plan = Plan::new(benchmark, request, &finished(benchmark, request, store)?)?;
    let run = Provenance::new(request);
    let runner = if plan.runs_networks() { Some(Runner::new(request, locator, watch)?) } else { None };
    let mut evaluated =
        Evaluated { architectures: plan.architectures, stored: plan.stored, computed: 0, failed: 0 };
    let task = watch.task(&request.describe(), plan.jobs.len());
    let mut done = 0;
    for batch in plan.jobs.chunks(if runner.is_some() { 1 } else { BATCH }) {
        if stop.asked() {
            writer.finish()?;
            let (done, total) = (plan.architectures - plan.jobs.len() + done, plan.architectures);
            return Err(RunError::Stopped { after: format!("after {done} of {total} architectures") });
        }
        let rows: Vec<_> = batch
            .par_iter()
            .map(|job| score(benchmark, job, runner.as_ref(), &run))
            .collect::<Result<_, RunError>>()?;
        for (scores, timings) in rows {
            // A proxy that is only timed again has its score already.
            let new: Vec<ScoreRow> =
                scores.iter().filter(|row| !writer.done().contains(&row.key)).cloned().collect();
            writer.append(&new, &timings)?;
            evaluated.computed += scores.len();
            evaluated.failed += scores.iter().filter(|row| row.outcome.score.is_none()).count();
            done += 1;
            task.at(done);
        }
    }
    writer.finish()?;
    Ok(evaluated)
}

/// Scores a request anew whatever is stored, and stores nothing.
pub fn afresh(
    benchmark: &Benchmark,
    request: &Request,
    locator: &Locator,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<Vec<ScoreRow>, RunError> {
    let plan = Plan::new(benchmark, request, &HashSet::new())?;
    let run = Provenance::new(request);
    let runner = if plan.runs_networks() { Some(Runner::new(request, locator, watch)?) } else { None };
    let task = watch.task(&request.describe(), plan.jobs.len());
    let mut rows = Vec::new();
    for (done, job) in plan.jobs.iter().enumerate() {
        if stop.asked() {
            let after = format!("after {done} of {} architectures", plan.jobs.len());
            return Err(RunError::Stopped { after });
        }
        rows.extend(score(benchmark, job, runner.as_ref(), &run)?.0);
        task.at(done + 1);
    }
    Ok(rows)
}

/// The keys of a request that need not be computed again: those that have a score, or, where proxies are to be timed
/// alone, those that were timed alone.
pub fn finished(
    benchmark: &Benchmark,
    request: &Request,
    store: &Store,
) -> Result<HashSet<ScoreKey>, RunError> {
    let id = benchmark.id();
    Ok(match request.timing {
        Timing::Fused => store.scores(Some(&id))?.into_iter().map(|row| row.key).collect(),
        Timing::Isolated => {
            let timings = store.timings(Some(&id))?.into_iter();
            timings.filter(|row| row.timing == Timing::Isolated).map(|row| row.key).collect()
        }
    })
}

/// Scores one architecture. A proxy that fails gives a row that says so; only an entry outside its space is an error.
fn score(
    benchmark: &Benchmark,
    job: &Job,
    runner: Option<&Runner>,
    run: &Provenance,
) -> Result<(Vec<ScoreRow>, Vec<TimingRow>), RunError> {
    let entry = &benchmark.entries[job.entry];
    let network =
        |reading| entry.architecture.network(reading).map_err(RunError::space(benchmark.id(), &entry.id));
    let mut scores = Vec::with_capacity(job.items.len());
    let mut timings = Vec::with_capacity(job.items.len());
    let mut keep = |item: &Item, evaluation: Evaluation| {
        timings.push(run.timing(item, &evaluation));
        scores.push(ScoreRow { key: item.key.clone(), outcome: evaluation.outcome });
    };
    let (running, closed): (Vec<&Item>, Vec<&Item>) = job.items.iter().partition(|item| item.runs_network());
    for item in closed {
        let started = Instant::now();
        let subject =
            Subject { network: network(item.reading)?, seq_len: item.key.protocol.seq_len as usize };
        let built = started.elapsed();
        let started = Instant::now();
        let outcome = item.call.proxy.score(&subject, &item.call.params);
        let own = started.elapsed();
        let (own_ns, wall_ns) = (nanoseconds(own), nanoseconds(built + own));
        keep(item, Evaluation { outcome, own_ns, wall_ns });
    }
    let readings: BTreeSet<Reading> = running.iter().map(|item| item.reading).collect();
    for reading in readings {
        let items: Vec<&Item> = running.iter().copied().filter(|item| item.reading == reading).collect();
        let calls: Vec<ProxyCall> = items.iter().map(|item| item.call.clone()).collect();
        if let Some(runner) = runner {
            for (item, evaluation) in items.into_iter().zip(runner.score(&network(reading)?, &calls)?) {
                keep(item, evaluation);
            }
        }
    }
    // The system keeps this number for the whole process, so once an architecture is as exact as it gets.
    let peak = peak_rss_bytes();
    for row in &mut timings {
        row.peak_rss_bytes = peak;
    }
    Ok((scores, timings))
}

/// What all timings of a run have in common.
struct Provenance {
    machine_id: String,
    run_id: String,
    started_at: String,
    threads: u32,
    timing: Timing,
}

impl Provenance {
    fn new(request: &Request) -> Self {
        let now = SystemTime::now();
        let started_at = humantime::format_rfc3339_seconds(now).to_string();
        let nanos = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Self {
            machine_id: Machine::here().id_with(request.device.model()),
            run_id: format!("{nanos:x}-{:x}", std::process::id()),
            started_at,
            threads: u32::try_from(rayon::current_num_threads()).unwrap_or(u32::MAX),
            timing: request.timing,
        }
    }

    fn timing(&self, item: &Item, evaluation: &Evaluation) -> TimingRow {
        TimingRow {
            key: item.key.clone(),
            timing: self.timing,
            threads: self.threads,
            machine_id: self.machine_id.clone(),
            build_profile: build_profile().to_owned(),
            wall_ns: evaluation.wall_ns,
            own_ns: evaluation.own_ns,
            peak_rss_bytes: 0,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            run_id: self.run_id.clone(),
            started_at: self.started_at.clone(),
        }
    }
}
