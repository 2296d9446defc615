//! Measuring: passes of rounds over all benches.

use std::collections::BTreeMap;
use std::time::SystemTime;

use rayon::ThreadPool;

use super::calibration::{Calibration, unit};
use super::clock::Clock;
use super::error::CheckError;
use super::record::{Record, UnitTimes};
use super::samples::Samples;
use super::{Processor, clock};
use crate::{Bench, Failure, Threads, Work};

/// How long to measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// How often everything is made anew.
    pub passes: usize,
    /// Samples of a bench in a pass.
    pub rounds: usize,
    /// What a sample takes, in seconds, if a single run does not take longer.
    pub sample_s: f64,
}

impl Plan {
    /// A check of everything in two or three minutes.
    pub const CHECK: Self = Self { passes: 2, rounds: 7, sample_s: 0.006 };

    /// Twice the passes, for what others are compared with.
    #[must_use]
    pub const fn thorough(self) -> Self {
        Self { passes: 2 * self.passes, ..self }
    }
}

/// Measures some benches.
pub fn measure(benches: &[Bench], plan: Plan, progress: &mut dyn FnMut(&str)) -> Result<Record, CheckError> {
    let mut machines = Machines::new().map_err(CheckError::Threads)?;
    let started_at = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let mut samples: BTreeMap<String, Samples> = BTreeMap::new();
    for pass in 1..=plan.passes {
        let mut started = start(benches, plan, &mut machines)?;
        for round in 1..=plan.rounds {
            progress(&format!(
                "pass {pass} of {}, round {round} of {}: {} benches",
                plan.passes,
                plan.rounds,
                benches.len()
            ));
            for bench in &mut started {
                bench.sample(machines.of(bench.threads))?;
            }
        }
        for Started { id, times, .. } in started {
            samples.entry(id).or_default().add(Samples::of_pass(&times));
        }
    }
    let units = UnitTimes {
        one_thread_ns: machines.one.calibration.usual().map(|seconds| 1e9 * seconds),
        all_threads_ns: machines.all.calibration.usual().map(|seconds| 1e9 * seconds),
    };
    Ok(Record::new(Processor::here(), started_at, units, samples))
}

/// Threads with their unit.
struct Machine {
    threads: Threads,
    pool: ThreadPool,
    calibration: Calibration,
}

impl Machine {
    fn new(threads: Threads) -> Result<Self, rayon::ThreadPoolBuildError> {
        let pool = threads.pool()?;
        let calibration = Calibration::new(threads, &pool);
        Ok(Self { threads, pool, calibration })
    }
}

struct Machines {
    one: Machine,
    all: Machine,
}

impl Machines {
    fn new() -> Result<Self, rayon::ThreadPoolBuildError> {
        Ok(Self { one: Machine::new(Threads::One)?, all: Machine::new(Threads::All)? })
    }

    const fn of(&mut self, threads: Threads) -> &mut Machine {
        match threads {
            Threads::One => &mut self.one,
            Threads::All => &mut self.all,
        }
    }
}

/// A bench that is ready.
struct Started {
    id: String,
    threads: Threads,
    work: Work,
    /// Runs of a sample.
    runs: u32,
    /// Whether a run before each sample, to warm caches that others have used, costs little.
    warmed: bool,
    /// Samples so far, in units.
    times: Vec<f64>,
}

/// Makes every bench and finds out how long it takes.
fn start(benches: &[Bench], plan: Plan, machines: &mut Machines) -> Result<Vec<Started>, CheckError> {
    let start = |bench: &Bench| {
        let machine = machines.of(bench.threads);
        let started = machine.pool.install(|| {
            let mut work = bench.start()?;
            let once = seconds(&mut work, 1, bench.threads)?;
            let few = share(plan.sample_s / 4.0, once);
            let each = seconds(&mut work, few, bench.threads)? / f64::from(few);
            Ok::<_, Failure>((work, each))
        });
        let (work, each) = started.map_err(|cause| CheckError::Bench { bench: bench.id(), cause })?;
        Ok(Started {
            id: bench.id(),
            threads: bench.threads,
            work,
            runs: share(plan.sample_s, each),
            warmed: each < plan.sample_s / 4.0,
            times: Vec::with_capacity(plan.rounds),
        })
    };
    benches.iter().map(start).collect()
}

/// How many runs fill some time; at least one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast to an integer saturates")]
fn share(whole: f64, each: f64) -> u32 {
    ((whole / each.max(1e-9)).ceil() as u32).clamp(1, 1_000_000)
}

impl Started {
    /// Takes one sample.
    fn sample(&mut self, machine: &mut Machine) -> Result<(), CheckError> {
        let Self { work, runs, warmed, .. } = self;
        let Machine { threads, pool, calibration } = machine;
        let sample = pool.install(|| {
            let before = [calibration.read(), calibration.read()];
            if *warmed {
                seconds(work, 1, *threads)?;
            }
            let time = seconds(work, *runs, *threads)?;
            let after = [calibration.read(), calibration.read()];
            Ok::<_, Failure>(time / f64::from(*runs) / unit(before, after)?)
        });
        self.times.push(sample.map_err(|cause| CheckError::Bench { bench: self.id.clone(), cause })?);
        Ok(())
    }
}

/// What so many runs take.
fn seconds(work: &mut Work, runs: u32, threads: Threads) -> Result<f64, Failure> {
    match work {
        Work::Again(run) => {
            let clock = Clock::start(threads);
            for _ in 0..runs {
                run()?;
            }
            Ok(clock.seconds())
        }
        Work::Afresh(make) => {
            let mut total = 0.0;
            for _ in 0..runs {
                let once = make()?;
                let clock = clock::Clock::start(threads);
                let kept = once()?;
                total += clock.seconds();
                drop(kept);
            }
            Ok(total)
        }
    }
}
