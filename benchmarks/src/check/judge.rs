//! Is it slower?

use std::collections::BTreeSet;

use serde::Serialize;

use super::record::Record;
use super::samples::Samples;

/// The smallest change that counts, as a share.
pub const SLOWER: f64 = 0.15;

/// How many times the spread of its samples a change must exceed.
pub const SPREADS: f64 = 4.0;

/// What became of a bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Slower than it was.
    Slower,
    /// More than [`SLOWER`] away from what it was, and within the noise of its samples.
    Unsure,
    /// Faster than it was.
    Faster,
    /// The baseline does not have it.
    New,
    /// Only the baseline has it.
    Gone,
    /// As it was.
    Same,
}

/// A bench against its baseline. Times are in units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judgement {
    /// Its name.
    pub bench: String,
    /// What became of it.
    pub verdict: Verdict,
    /// What it took in a typical pass.
    pub before: Option<f64>,
    /// What it takes in the best pass.
    pub now: Option<f64>,
    /// The change that would count, as a share; none where there is nothing to compare.
    pub threshold: Option<f64>,
}

impl Judgement {
    fn new(bench: &str, before: Option<&Samples>, now: Option<&Samples>) -> Self {
        let (verdict, threshold) = match (before, now) {
            (Some(before), Some(now)) => {
                let threshold = SLOWER.max(SPREADS * before.spread().max(now.spread()));
                (verdict(before, now, threshold), Some(threshold))
            }
            (None, _) => (Verdict::New, None),
            (_, None) => (Verdict::Gone, None),
        };
        let (before, now) = (before.map(Samples::typical), now.map(Samples::best));
        Self { bench: bench.to_owned(), verdict, before, now, threshold }
    }

    /// How much longer it takes, as a share of what it took.
    pub fn change(&self) -> Option<f64> {
        Some(self.now? / self.before? - 1.0)
    }

    /// Whether it is about this bench, and looks slower.
    pub(super) fn suspects(&self, bench: &str) -> bool {
        self.bench == bench && self.verdict == Verdict::Slower
    }
}

/// Each claim must hold against the other side's luck: some kernels are a quarter faster in one pass of four, where their
/// memory happens to lie well. A gain is judged as the loss that taking it back would be.
fn verdict(before: &Samples, now: &Samples, threshold: f64) -> Verdict {
    let slower = now.best() / before.typical() - 1.0;
    let faster = before.best() / now.typical() - 1.0;
    if slower > threshold {
        Verdict::Slower
    } else if faster > threshold {
        Verdict::Faster
    } else if slower.max(faster) > SLOWER {
        Verdict::Unsure
    } else {
        Verdict::Same
    }
}

/// Compares a run with a baseline, of which only the `chosen` benches count; in the order of names.
pub fn judge(baseline: &Record, run: &Record, chosen: impl Fn(&str) -> bool) -> Vec<Judgement> {
    let names: BTreeSet<&String> = baseline.benches.keys().chain(run.benches.keys()).collect();
    let chosen = names.into_iter().filter(|name| chosen(name));
    chosen.map(|name| Judgement::new(name, baseline.benches.get(name), run.benches.get(name))).collect()
}
