//! What became of a proxy in one test, and of all its tests together.

use proxyrank_report::table::Tone;
use proxyrank_stats::Estimate;

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It passed.
    Passed,
    /// It did not: what the test asks for is not shown by these networks.
    Failed,
    /// The proxy cannot fail it, such as a closed form the one on seeds.
    Exempt,
    /// It could not be made.
    NotMade,
}

impl Ending {
    /// Whether a condition holds.
    pub const fn of(passes: bool) -> Self {
        if passes { Self::Passed } else { Self::Failed }
    }

    /// The ending in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Exempt => "does not apply",
            Self::NotMade => "not made",
        }
    }

    /// Whether it is good news.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Passed => Tone::Good,
            Self::Failed => Tone::Bad,
            Self::Exempt | Self::NotMade => Tone::Neutral,
        }
    }
}

/// One proxy in one test.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// The number that decided, where there is one.
    pub value: Option<f64>,
    /// Its interval, where it has one.
    pub interval: Option<(f64, f64)>,
    /// What else is to be said: why there is no number, or what it is.
    pub remark: String,
}

impl Outcome {
    /// A number with its interval.
    pub fn estimate(ending: Ending, estimate: Estimate) -> Self {
        Self {
            ending,
            value: Some(estimate.point),
            interval: Some((estimate.low, estimate.high)),
            remark: String::new(),
        }
    }

    /// A number, and what it is.
    pub fn number(ending: Ending, value: f64, remark: impl Into<String>) -> Self {
        Self { ending, value: Some(value), interval: None, remark: remark.into() }
    }

    /// No number, and why.
    pub fn because(ending: Ending, reason: impl Into<String>) -> Self {
        Self { ending, value: None, interval: None, remark: reason.into() }
    }
}

/// What all tests of a proxy come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Every test that applies was made, and passed.
    Survives,
    /// Every test that was made passed, but some could not be made.
    Open,
    /// Some test failed.
    Falls,
}

impl Fate {
    /// The fate that some endings come to.
    pub fn of(endings: impl IntoIterator<Item = Ending>) -> Self {
        endings.into_iter().fold(Self::Survives, |fate, ending| match ending {
            Ending::Passed | Ending::Exempt => fate,
            Ending::NotMade => fate.max(Self::Open),
            Ending::Failed => Self::Falls,
        })
    }

    /// The fate in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Survives => "survives",
            Self::Open => "open",
            Self::Falls => "falls",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_decides_and_a_gap_keeps_it_open() {
        use Ending::{Exempt, Failed, NotMade, Passed};
        assert_eq!(Fate::of([Passed, Exempt]), Fate::Survives);
        assert_eq!(Fate::of([Passed, NotMade, Passed]), Fate::Open);
        assert_eq!(Fate::of([Failed, NotMade]), Fate::Falls);
    }
}
