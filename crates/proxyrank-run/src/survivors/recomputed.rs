//! The tests for which a score has to be computed again: under other seeds, and in double precision.

use proxyrank_schema::{CostClass, Reading};
use proxyrank_stats::Estimate;

use super::outcome::{Ending, Outcome};
use super::trial::CONSTANT;
use crate::audit::{Audited, MIN_SEED_AGREEMENT, Verdict};
use crate::papers::Stock;
use crate::rank::ScoreColumn;
use crate::studies::SeededTaus;

/// Whether the seed matters less than the choice of networks.
pub(super) fn seeds(
    stock: &Stock,
    reading: Reading,
    column: &ScoreColumn,
    tau: Option<Estimate>,
    seeded: &SeededTaus,
) -> Outcome {
    if let Some(settled) = without_network(column) {
        return settled;
    }
    let Some(tau) = tau else { return Outcome::because(Ending::Failed, CONSTANT) };
    if let Some(spread) = seeded.spread(column) {
        // Two standard deviations on either side hold about as much as the interval does.
        let steady = 2.0 * spread.sd <= (tau.high - tau.low) / 2.0;
        let remark = format!("over {} seeds", spread.seeds);
        return Outcome::number(Ending::of(steady), spread.sd, remark);
    }
    let audited = audited(stock, reading, column);
    match audited.and_then(|audited| Some((audited.seed_agreement?, audited.architectures))) {
        Some((agreement, networks)) => Outcome::number(
            Ending::of(agreement >= MIN_SEED_AGREEMENT),
            agreement,
            format!("agreement on {networks} networks"),
        ),
        None => match audited.and_then(|audited| audited.verdict) {
            Some(Verdict::Exact) => Outcome::because(Ending::Exempt, "no seed plays a part"),
            _ => Outcome::because(Ending::NotMade, "computed under one seed only"),
        },
    }
}

/// Whether single precision is enough.
pub(super) fn float64(stock: &Stock, reading: Reading, column: &ScoreColumn) -> Outcome {
    if let Some(settled) = without_network(column) {
        return settled;
    }
    let Some(audited) = audited(stock, reading, column) else {
        return Outcome::because(Ending::NotMade, NOT_AUDITED);
    };
    let noise = audited.verdict == Some(Verdict::RoundingNoise);
    match (audited.verdict, audited.precision_agreement, audited.relative_error) {
        (Some(Verdict::NoSpread), ..) => Outcome::because(Ending::Failed, CONSTANT),
        (_, Some(agreement), Some(error)) => {
            Outcome::number(Ending::of(!noise), agreement, format!("error {error:.0e}"))
        }
        (Some(Verdict::RoundingNoise), ..) => {
            Outcome::because(Ending::Failed, "the same for all networks in one of the two precisions")
        }
        (Some(Verdict::Exact | Verdict::Sound | Verdict::SeedSensitive), ..) => {
            Outcome::because(Ending::Exempt, "the number type plays no part")
        }
        (None, ..) => Outcome::because(Ending::NotMade, NOT_AUDITED),
    }
}

const NOT_AUDITED: &str = "not audited";

/// The audit of the very score that a column holds.
fn audited<'a>(stock: &'a Stock, reading: Reading, column: &ScoreColumn) -> Option<&'a Audited> {
    stock.audits(reading).iter().find(|audited| audited.is_of(stock.benchmark.info, column))
}

/// What is settled without a network of ours.
fn without_network(column: &ScoreColumn) -> Option<Outcome> {
    match column.class {
        CostClass::DataFree => {
            Some(Outcome::because(Ending::Exempt, "a closed form of the sizes: no seed, no network"))
        }
        CostClass::Published => {
            Some(Outcome::because(Ending::NotMade, "released once, by others; nothing to recompute it from"))
        }
        CostClass::Weights
        | CostClass::Forward
        | CostClass::Gradient
        | CostClass::PerSample
        | CostClass::SecondOrder => None,
    }
}
