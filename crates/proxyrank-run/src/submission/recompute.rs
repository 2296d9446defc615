//! A random sample of a submission, computed again.
//!
//! A number that somebody mailed in is a claim. Where a card names the proxy of this program that gives it, the claim can be
//! tested on a few architectures; where it does not, nobody here can, and the check says so rather than look as if it had.

use std::collections::BTreeSet;
use std::str::FromStr;

use proxyrank_nn::{ComputeDevice, DeviceId};
use proxyrank_proxies::{ProxyCall, Run};
use proxyrank_schema::{CostClass, Device, Dtype, Input, Mode, Protocol, Reading, ScoreRow, Signal};
use serde::Serialize;

use super::card::{Card, Content};
use super::fault::Kind;
use super::folder::Submission;
use super::recipe::shown;
use crate::RunError;
use crate::evaluate::{Request, Selection, afresh};
use crate::papers::Stock;
use crate::rank::{ScoreColumn, Slot, current};
use crate::reproduce::Workshop;

/// How far a closed form may be off, as a share of the score: another order of summation.
const EXACT: f64 = 1e-9;

/// How far a score of a network may be off, as a share of the score: another processor's rounding.
const NETWORK: f64 = 1e-3;

/// What to compute again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recompute {
    /// How much of the benchmark.
    pub share: Share,
    /// The seed that the architectures are drawn from.
    pub seed: u64,
}

/// A part of a benchmark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Share {
    /// A share of its architectures, above 0 and at most 1.
    Fraction(f64),
    /// So many architectures.
    Count(usize),
}

/// A text that is no share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no share of a benchmark; write a percentage above 0% up to 100%, such as 5%, or a number of architectures, such as 25"
)]
pub struct ShareError(String);

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let share = match text.trim().strip_suffix('%') {
            Some(percent) => percent.parse().ok().map(|percent: f64| Self::Fraction(percent / 100.0)),
            None => text.trim().parse().ok().map(Self::Count),
        };
        let sensible = |share: &Self| match *share {
            Self::Fraction(fraction) => fraction > 0.0 && fraction <= 1.0,
            Self::Count(count) => count > 0,
        };
        share.filter(sensible).ok_or_else(|| ShareError(text.to_owned()))
    }
}

impl Share {
    /// How many of so many architectures, one at least.
    pub fn of(self, all: usize) -> usize {
        match self {
            Self::Count(count) => count.min(all),
            Self::Fraction(fraction) => {
                // A few hundred at the most, so nothing is lost on the way.
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "from 0 to `all`"
                )]
                let count = (fraction * all as f64).ceil() as usize;
                count.clamp(1, all.max(1))
            }
        }
    }
}

/// What came out.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Recomputed {
    /// How many architectures were drawn.
    pub architectures: usize,
    /// From which seed.
    pub seed: u64,
    /// What was computed again.
    pub reruns: Vec<Rerun>,
    /// What cannot be, with the reason.
    pub not_rerun: Vec<String>,
}

/// One score on the drawn architectures.
#[derive(Debug, Clone, Serialize)]
pub struct Rerun {
    /// Of what.
    pub what: String,
    /// On how many architectures.
    pub compared: usize,
    /// On how many it is what was submitted.
    pub agree: usize,
    /// The largest difference, as a share of the score.
    pub worst: f64,
    /// The largest that passes.
    pub tolerance: f64,
}

impl Recomputed {
    /// A line for each score.
    pub fn lines(&self) -> Vec<String> {
        let line = |rerun: &Rerun| {
            let Rerun { what, compared, agree, worst, tolerance } = rerun;
            format!(
                "{what}: {agree} of {compared} agree within {tolerance:.0e}, the largest difference is {worst:.1e}"
            )
        };
        let computed = self.reruns.iter().map(line);
        let drawn = format!("computed again on {} architectures, seed {}", self.architectures, self.seed);
        let not = self.not_rerun.iter().map(|what| format!("cannot be computed again: {what}"));
        let head = (!self.reruns.is_empty()).then_some(drawn);
        head.into_iter().chain(computed).chain(not).collect()
    }
}

/// A score that can be computed again, and what it is to be compared with.
struct Target<'a> {
    call: &'a ProxyCall,
    protocol: Protocol,
    slots: &'a [Slot],
    what: String,
}

/// Computes a sample again, and notes every score that comes out otherwise.
pub(super) fn recompute(
    submission: &mut Submission,
    column: &ScoreColumn,
    stock: &Stock,
    reading: Reading,
    options: Recompute,
    workshop: &Workshop<'_>,
) -> Result<Recomputed, RunError> {
    let Some(card) = submission.card.clone() else { return Ok(Recomputed::default()) };
    let benchmark = &stock.benchmark;
    let count = options.share.of(benchmark.entries.len());
    let selection = Selection::Sample { count, seed: options.seed };
    let mut outcome =
        Recomputed { architectures: count, seed: options.seed, reruns: Vec::new(), not_rerun: Vec::new() };
    let sampled = selection.places(benchmark)?;
    for target in targets(&card, column, stock, reading, &mut outcome.not_rerun) {
        let request = match request(&target, stock, reading, selection) {
            Ok(request) => request,
            Err(why) => {
                outcome.not_rerun.push(format!("{}: {why}", target.what));
                continue;
            }
        };
        let Workshop { locator, watch, stop, .. } = workshop;
        let rows = afresh(benchmark, &request, locator, *watch, stop)?;
        outcome.reruns.push(compare(submission, &target, &sampled, &rows, stock));
    }
    Ok(outcome)
}

/// What can be computed again; what cannot is put into `not`.
fn targets<'a>(
    card: &'a Card,
    column: &'a ScoreColumn,
    stock: &'a Stock,
    reading: Reading,
    not: &mut Vec<String>,
) -> Vec<Target<'a>> {
    match &card.content {
        Content::Scores { recipe: Some(call), .. } => vec![Target {
            call,
            protocol: call.proxy.protocol(&card.protocol),
            slots: &column.slots,
            what: shown(call),
        }],
        Content::Scores { recipe: None, .. } => {
            not.push(format!(
                "{}: the card has no [recompute] that names a proxy of this program, so the scores rest on their authors' word",
                card.name
            ));
            Vec::new()
        }
        Content::Combination(combination) => {
            let info = stock.benchmark.info;
            let columns = stock.every_column(reading);
            let mut targets = Vec::new();
            for part in &combination.parts {
                if matches!(part.call.proxy.run, Run::Population(_)) {
                    not.push(format!(
                        "{}: it is made of ranks and has no score on one architecture",
                        part.label()
                    ));
                    continue;
                }
                let protocol = part.protocol(info, reading);
                if let Some(stored) = current(columns, &part.call, &protocol) {
                    targets.push(Target {
                        call: &part.call,
                        protocol,
                        slots: &stored.slots,
                        what: part.label(),
                    });
                }
            }
            targets
        }
    }
}

/// The run that a target needs, or why it cannot be made.
fn request(
    target: &Target<'_>,
    stock: &Stock,
    reading: Reading,
    selection: Selection,
) -> Result<Request, String> {
    let info = stock.benchmark.info;
    let usual = Request::of_classes(info, &[]);
    let Protocol { signal, input, batch_size, seq_len, mode, init_seed, data_seed, dtype, device, .. } =
        target.protocol.clone();
    let or = |given: u32, usual: u32| if given == 0 { usual } else { given };
    let device = if device == Device::none() { Device::cpu() } else { device };
    let id: DeviceId = device.0.parse().map_err(|_| format!("this program does not run on `{device}`"))?;
    let device = ComputeDevice::open(id).map_err(|error| error.to_string())?;
    // An axis that the proxy does not use may stand at its usual value.
    Ok(Request {
        calls: vec![target.call.clone()],
        readings: vec![if target.protocol.reading == Reading::None {
            reading
        } else {
            target.protocol.reading
        }],
        signal: if signal == Signal::None { usual.signal } else { signal },
        input: if input == Input::None { usual.input } else { input },
        batch_size: or(batch_size, usual.batch_size),
        seq_len: or(seq_len, usual.seq_len),
        mode: if mode == Mode::None { usual.mode } else { mode },
        init_seed,
        data_seed,
        dtype: if dtype == Dtype::None { usual.dtype } else { dtype },
        device,
        selection,
        ..usual
    })
}

fn compare(
    submission: &mut Submission,
    target: &Target<'_>,
    sampled: &[usize],
    rows: &[ScoreRow],
    stock: &Stock,
) -> Rerun {
    let entries = &stock.benchmark.entries;
    let tolerance = if target.call.proxy.class == CostClass::DataFree { EXACT } else { NETWORK };
    let mut rerun = Rerun { what: target.what.clone(), compared: 0, agree: 0, worst: 0.0, tolerance };
    let mut places: BTreeSet<usize> = sampled.iter().copied().collect();
    for row in rows {
        let Some(&index) = places.iter().find(|&&index| entries[index].id == row.key.arch_id) else {
            continue;
        };
        places.remove(&index);
        let submitted = target.slots[index].score();
        let difference = match (submitted, row.outcome.score) {
            (Some(a), Some(b)) => relative(a, b),
            (None, None) => 0.0,
            _ => f64::INFINITY,
        };
        rerun.compared += 1;
        rerun.worst = rerun.worst.max(difference);
        if difference <= tolerance {
            rerun.agree += 1;
            continue;
        }
        let said =
            |score: Option<f64>| score.map_or_else(|| "no score".to_owned(), |score| score.to_string());
        let message = format!(
            "{} on architecture `{}` is {}, and came out as {}",
            target.what,
            entries[index].id,
            said(submitted),
            said(row.outcome.score)
        );
        submission.faults.refuse(Kind::Recomputed, submission.place_of(index), message);
    }
    rerun
}

/// The difference of two numbers as a share of the larger.
fn relative(a: f64, b: f64) -> f64 {
    let largest = a.abs().max(b.abs());
    if largest > 0.0 { (a - b).abs() / largest } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_percentage_or_a_count() {
        let of = |text: &str| text.parse::<Share>().map(|share| share.of(500));
        assert_eq!(["5%", "0.1%", "100%", "25", "900"].map(|text| of(text).unwrap()), [25, 1, 500, 25, 500]);
        for wrong in ["0%", "101%", "0", "-1", "five", "", "5 %%", "nan%"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
        assert!(of("x").unwrap_err().to_string().contains("such as 5%"));
    }

    #[test]
    fn differences_are_shares_of_the_score() {
        assert!((relative(100.0, 99.0) - 0.01).abs() < 1e-15);
        assert!(relative(0.0, 0.0).abs() < f64::MIN_POSITIVE);
        assert!((relative(-1.0, 1.0) - 2.0).abs() < 1e-15);
    }
}
