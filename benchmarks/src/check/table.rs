//! What a check found, as text.

use std::fmt::Write as _;

use super::judge::{Judgement, Verdict};
use super::record::Record;
use super::{Outcome, Recorded};
use crate::{Bench, Threads};

impl Verdict {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Slower => "SLOWER",
            Self::Unsure => "within its noise",
            Self::Faster => "faster",
            Self::New => "new",
            Self::Gone => "gone",
            Self::Same => "as before",
        }
    }
}

/// The judgements as a table, worst first; those that changed nothing only if `everything` is wanted.
pub fn judgements(outcome: &Outcome, benches: &[Bench], everything: bool) -> String {
    let mut shown: Vec<&Judgement> = outcome.report.judgements.iter().collect();
    shown.retain(|judgement| everything || judgement.verdict != Verdict::Same);
    shown.sort_by(|a, b| {
        let change = |judgement: &Judgement| judgement.change().unwrap_or(0.0);
        a.verdict.cmp(&b.verdict).then(change(b).total_cmp(&change(a)))
    });
    if shown.is_empty() {
        return String::new();
    }
    let threads = |id: &str| benches.iter().find(|bench| bench.id() == id).map(|bench| bench.threads);
    let width = shown.iter().map(|judgement| judgement.bench.chars().count()).max().unwrap_or(0);
    let mut text = format!(
        "{:<width$}  {:>9}  {:>9}  {:>7}  {:>9}  verdict\n",
        "bench", "before", "now", "change", "threshold"
    );
    for judgement in shown {
        let unit_ns = unit_ns(&outcome.report.record, threads(&judgement.bench).unwrap_or(Threads::One));
        let [before, now] = [judgement.before, judgement.now].map(|time| shown_time(time, unit_ns));
        let [change, threshold] = [
            judgement.change().map(|change| format!("{:+.1}%", 100.0 * change)),
            judgement.threshold.map(percent),
        ]
        .map(Option::unwrap_or_default);
        let Judgement { bench, verdict, .. } = judgement;
        let verdict = verdict.as_str();
        // Writing into a text cannot fail.
        let _ =
            writeln!(text, "{bench:<width$}  {before:>9}  {now:>9}  {change:>7}  {threshold:>9}  {verdict}");
    }
    text
}

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

/// What the unit took in this run.
fn unit_ns(record: &Record, threads: Threads) -> Option<f64> {
    match threads {
        Threads::One => record.units.one_thread_ns,
        Threads::All => record.units.all_threads_ns,
    }
}

/// A time in units, as it would be at this run's unit.
fn shown_time(units: Option<f64>, unit_ns: Option<f64>) -> String {
    let Some((units, unit_ns)) = units.zip(unit_ns) else { return String::new() };
    let ns = units * unit_ns;
    let (value, unit) = match ns {
        ns if ns < 1e3 => (ns, "ns"),
        ns if ns < 1e6 => (ns / 1e3, "µs"),
        ns if ns < 1e9 => (ns / 1e6, "ms"),
        ns => (ns / 1e9, "s"),
    };
    format!("{value:.3} {unit}")
}

/// One or two lines on how it ended.
pub fn summary(outcome: &Outcome) -> String {
    let Outcome { report, run, baseline, recorded } = outcome;
    let (run, baseline) = (run.display(), baseline.display());
    let count = |verdict| report.judgements.iter().filter(|judgement| judgement.verdict == verdict).count();
    let ended = match recorded {
        Some(Recorded::First) => format!(
            "no baseline for {}: this run is it now, in {baseline}; commit that file, and the next check compares with it",
            report.record.processor
        ),
        Some(Recorded::Asked) => format!("recorded as the baseline in {baseline}"),
        None => {
            let mut parts = vec![
                format!("{} slower", count(Verdict::Slower)),
                format!("{} faster", count(Verdict::Faster)),
                format!("{} as before", count(Verdict::Same) + count(Verdict::Unsure)),
            ];
            let new = count(Verdict::New) + count(Verdict::Gone);
            if new > 0 {
                parts.push(format!("{new} new or gone (make bench-baseline records them)"));
            }
            format!("{}; compared with {baseline}", parts.join(", "))
        }
    };
    let benches = report.record.benches.len();
    format!("{benches} benches in {:.0} s, kept in {run}\n{ended}\n", report.seconds)
}
