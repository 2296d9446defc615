//! One published number and what became of it.

use std::collections::BTreeMap;

use proxyrank_schema::ProxyName;
use serde::{Deserialize, Serialize};

use super::Verdict;
use crate::number;

/// One published number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Stable name, unique in the ledger: `flexibert-metrics/head_confidence/tau_b`.
    pub id: String,
    /// Which reproduced table the claim belongs to.
    pub table: String,
    /// The paper in short, such as `Serianni and Kalita 2023`.
    pub paper: String,
    /// What the number is: statistic, proxy, benchmark.
    pub what: String,
    /// The proxy of ours that recomputes it, if one does.
    #[serde(default)]
    pub proxy: Option<ProxyName>,
    /// The number, where it is known.
    pub published: Option<f64>,
    /// Where it stands.
    pub source: Source,
    /// How far our value may lie from it, in its own unit.
    pub tolerance: f64,
    /// Decimals of the published number, used for showing ours beside it.
    pub digits: usize,
    /// What each stage of checking gave; a stage that does not apply is absent.
    pub stages: BTreeMap<Stage, StageResult>,
}

/// Where a published number was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The place: table, page, file and column.
    pub place: String,
    /// How directly it was seen.
    pub provenance: Provenance,
}

/// How directly a published number was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// Printed in the paper, its page or its authors' repository.
    Printed,
    /// Quoted by somebody else.
    SecondHand,
    /// Computed independently from the released files; the authors did not print it.
    Recomputed,
}

impl Provenance {
    /// The provenance in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Printed => "printed",
            Self::SecondHand => "second-hand",
            Self::Recomputed => "recomputed from released files",
        }
    }
}

/// One way of checking a claim, from the least of our own work to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The statistic computed anew from the scores that the authors released.
    Replayed,
    /// Scores computed by us on the networks that the authors' code built.
    RecomputedReleased,
    /// Scores computed by us on the networks that the benchmark declares.
    RecomputedDeclared,
    /// Scores computed by us on the networks that were trained.
    RecomputedAsTrained,
}

impl Stage {
    /// Every stage in order.
    pub const ALL: [Self; 4] =
        [Self::Replayed, Self::RecomputedReleased, Self::RecomputedDeclared, Self::RecomputedAsTrained];

    /// The name in files, in snake case.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Replayed => "replayed",
            Self::RecomputedReleased => "recomputed_released",
            Self::RecomputedDeclared => "recomputed_declared",
            Self::RecomputedAsTrained => "recomputed_as_trained",
        }
    }

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Replayed => "replayed from released scores",
            Self::RecomputedReleased => "recomputed, released reading",
            Self::RecomputedDeclared => "recomputed, declared reading",
            Self::RecomputedAsTrained => "recomputed, as_trained reading",
        }
    }
}

/// What one stage gave for one claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageResult {
    /// Our value, where there is one.
    pub value: Option<f64>,
    /// What that means for the claim.
    pub verdict: Verdict,
    /// Why; a whole clause, without a full stop.
    pub reason: String,
}

impl StageResult {
    /// This version does not compute the value; the reason says what is lacking.
    pub fn not_yet(reason: impl Into<String>) -> Self {
        Self { value: None, verdict: Verdict::NotYet, reason: reason.into() }
    }

    /// The data are not at hand; the reason names the file and how to get it.
    pub fn missing(reason: impl Into<String>) -> Self {
        Self { value: None, verdict: Verdict::Missing, reason: reason.into() }
    }

    /// There is a value, but of another thing than the published one; the reason says how they differ.
    pub fn not_comparable(value: Option<f64>, reason: impl Into<String>) -> Self {
        Self { value, verdict: Verdict::NotComparable, reason: reason.into() }
    }

    /// Adds what is known about the difference to the reason.
    #[must_use]
    pub fn because(mut self, explanation: &str) -> Self {
        self.reason.push_str("; ");
        self.reason.push_str(explanation);
        self
    }
}

impl Claim {
    /// Compares our value with the published one and states the arithmetic as the reason.
    pub fn judge(&self, value: Option<f64>) -> StageResult {
        let verdict = Verdict::judge(self.published, value, self.tolerance);
        let reason = match (self.published, value) {
            (_, None) => "no value was computed".to_owned(),
            (None, Some(_)) => "no published number is known".to_owned(),
            (Some(published), Some(value)) if verdict == Verdict::NotComparable => {
                format!("{value} cannot be compared with {published}")
            }
            (Some(published), Some(value)) => {
                let digits = self.shown_digits();
                format!(
                    "{} against {}, {} apart, tolerance {}",
                    number::fixed(value, digits),
                    number::fixed(published, self.digits),
                    number::fixed((value - published).abs(), digits),
                    self.tolerance,
                )
            }
        };
        StageResult { value, verdict, reason }
    }

    /// Decimals with which our value is shown: enough to see on which side of a rounding it lies, none for counts.
    pub(super) fn shown_digits(&self) -> usize {
        if self.digits == 0 { 0 } else { (self.digits + 1).max(4) }
    }

    /// Records what a stage gave.
    pub fn record(&mut self, stage: Stage, result: StageResult) {
        self.stages.insert(stage, result);
    }
}
