//! Has anything become slower? Every bench against a committed baseline, on a machine that may be busy.
//!
//! # Design
//!
//! A time means little: the machine clocks up and down, and other processes run. Four things make it comparable.
//!
//! 1. **Units.** A time is divided by that of a matrix product measured just before and after it (`calibration`), so
//!    what slows both cancels. Benches on one thread count processor time, which waiting does not add to (`clock`).
//! 2. **Low quantiles.** Disturbances only ever add time. Each bench is sampled in several rounds over all benches, so that a
//!    disturbance meets many of them once rather than one of them always, and the lower quartile is taken (`samples`).
//! 3. **Passes.** Where memory happens to lie costs time for as long as it lies there. Each pass makes everything anew; the
//!    best pass of a run must be slower than a typical one of the baseline (`measure`, `judge`).
//! 4. **Second thoughts.** What looks slower is measured again, up to [`ATTEMPTS`] times, before it is called so. A bench is
//!    slower if it takes longer than 15%, or four times the spread of its samples, whichever is more (`judge`).
//!
//! Baselines are files by processor model and threads ([`Processor`]); on a processor without one the check records it and
//! passes. Each run is kept as a file of the same form (`record`).

mod calibration;
mod clock;
mod error;
mod judge;
mod measure;
mod processor;
mod rates;
mod record;
mod samples;
mod table;

use std::path::PathBuf;
use std::time::Instant;

use crate::Bench;

pub use error::CheckError;
pub use judge::{Judgement, SLOWER, SPREADS, Verdict, judge};
pub use measure::{Plan, measure};
pub use processor::Processor;
pub use rates::rates;
pub use record::{Record, Report, UnitTimes};
pub use samples::Samples;
pub use table::{judgements, summary};

/// How often what looks slower is measured at the most.
pub const ATTEMPTS: usize = 3;

/// What to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// Benches whose names contain one of these; all, where there are none.
    pub only: Vec<String>,
    /// Where baselines are.
    pub baselines: PathBuf,
    /// Where runs are kept.
    pub runs: PathBuf,
    /// Makes the run the baseline instead of comparing it.
    pub record: bool,
    /// How to measure.
    pub plan: Plan,
}

impl Options {
    fn chosen(&self, id: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| id.contains(part.as_str()))
    }
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The run, with a judgement of each bench if there was a baseline.
    pub report: Report,
    /// Where the run is kept.
    pub run: PathBuf,
    /// The baseline.
    pub baseline: PathBuf,
    /// Why the run became the baseline, if it did.
    pub recorded: Option<Recorded>,
}

/// Why a run became the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It was asked for.
    Asked,
    /// There was none for this processor.
    First,
}

impl Outcome {
    /// Whether a bench is slower than it was.
    pub fn slower(&self) -> bool {
        self.report.judgements.iter().any(|judgement| judgement.verdict == Verdict::Slower)
    }
}

/// Measures and compares; `progress` hears of each round.
pub fn check(
    benches: &[Bench],
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Outcome, CheckError> {
    let started = Instant::now();
    let benches: Vec<Bench> = benches.iter().filter(|bench| options.chosen(&bench.id())).cloned().collect();
    if benches.is_empty() {
        return Err(CheckError::NoBench { only: options.only.join(", ") });
    }
    let processor = Processor::here();
    let file = options.baselines.join(processor.file());
    // Read first: nobody wants to hear of a damaged file after minutes.
    let baseline = Record::read(&file)?;
    let plan = if options.record || baseline.is_none() { options.plan.thorough() } else { options.plan };
    let mut run = measure(&benches, plan, progress)?;
    let recorded = match (&baseline, options.record) {
        (_, true) => Some(Recorded::Asked),
        (None, false) => Some(Recorded::First),
        (Some(_), false) => None,
    };
    let mut judgements = Vec::new();
    if let (Some(baseline), None) = (&baseline, recorded) {
        let compare = |run: &Record| judge(baseline, run, |id| options.chosen(id));
        judgements = compare(&run);
        for attempt in 2..=ATTEMPTS {
            let slow = |bench: &&Bench| judgements.iter().any(|judgement| judgement.suspects(&bench.id()));
            let suspects: Vec<Bench> = benches.iter().filter(slow).cloned().collect();
            if suspects.is_empty() {
                break;
            }
            progress(&format!("{} look slower; attempt {attempt} of {ATTEMPTS}", suspects.len()));
            run.add(measure(&suspects, plan, progress)?);
            judgements = compare(&run);
        }
    } else {
        let before = baseline.filter(|_| !options.only.is_empty());
        let whole = before.map_or_else(|| run.clone(), |before| before.updated(&run));
        whole.write(&file)?;
    }
    let seconds = started.elapsed().as_secs_f64();
    let report = Report { seconds, judgements, record: run };
    let kept = report.keep(&options.runs)?;
    Ok(Outcome { report, run: kept, baseline: file, recorded })
}
