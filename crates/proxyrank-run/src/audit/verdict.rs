//! What the audit can say about a score, and where it draws the lines.

use std::fmt;

use proxyrank_report::table::Tone;
use serde::Serialize;

/// The largest relative error of single precision, in the median over the sample, that leaves a score a number of its own.
///
/// Scores are sums of many terms whose rounding averages out, so nearly all of the seven digits of single precision should
/// survive. Where not even the first does, the score measures the number type. Ranks may agree all the same: noise grows with
/// depth in either precision.
pub const MAX_RELATIVE_ERROR: f64 = 0.1;

/// The least tau-b between the rankings in single and double precision.
///
/// The share of pairs that two rankings order differently is a distance, so a correlation with anything else differs between them
/// by 1 - tau at the most. At 0.95 rounding moves no correlation by more than 0.05, about the half width of its interval on
/// 500 architectures. It condemns scores whose digits are right and whose differences are not.
pub const MIN_PRECISION_AGREEMENT: f64 = 0.95;

/// The least mean tau-b between the rankings of two seeds.
///
/// By the same distance, two seeds at 0.85 differ by no more than 0.15 in their correlation with anything else. That is what
/// separates the best proxy of the FlexiBERT table from #params: below it, luck alone could make the one of the other.
pub const MIN_SEED_AGREEMENT: f64 = 0.85;

/// What became of a score in double precision and under other seeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Verdict {
    /// A closed form of the sizes: no network, no seed, no rounding to speak of, so nothing to recompute.
    #[serde(rename = "exact")]
    Exact,
    /// The same ranking in double precision and, but for few pairs, under other seeds.
    #[serde(rename = "sound")]
    Sound,
    /// Single precision is enough, but another seed ranks otherwise.
    #[serde(rename = "seed-sensitive")]
    SeedSensitive,
    /// In double precision the score is another number, or ranks otherwise.
    #[serde(rename = "rounding noise")]
    RoundingNoise,
    /// The score failed or was the same on every architecture, so it ranks nothing.
    #[serde(rename = "no spread")]
    NoSpread,
}

impl Verdict {
    /// Every verdict, from the best to the worst.
    pub const ALL: [Self; 5] =
        [Self::Exact, Self::Sound, Self::SeedSensitive, Self::RoundingNoise, Self::NoSpread];

    /// The word that stands in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Sound => "sound",
            Self::SeedSensitive => "seed-sensitive",
            Self::RoundingNoise => "rounding noise",
            Self::NoSpread => "no spread",
        }
    }

    /// Whether it is good news.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Exact | Self::Sound => Tone::Good,
            Self::SeedSensitive => Tone::Neutral,
            Self::RoundingNoise | Self::NoSpread => Tone::Bad,
        }
    }

    /// Whether a ranking by the score is worthless whatever it correlates with.
    pub const fn condemns(self) -> bool {
        matches!(self, Self::RoundingNoise | Self::NoSpread)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The verdicts with their criteria, a sentence each, for tables and help texts.
pub fn criteria() -> [String; 3] {
    [
        format!(
            "Rounding noise: in double precision the score differs by {:.0}% or more in the median, or the two rankings agree \
             by a tau-b below {MIN_PRECISION_AGREEMENT}.",
            100.0 * MAX_RELATIVE_ERROR
        ),
        format!(
            "Seed-sensitive: rankings under different seeds agree by a mean tau-b below {MIN_SEED_AGREEMENT}. Sound: neither. \
             No spread: the score fails or is the same everywhere."
        ),
        "Exact: a closed form of the sizes, without a network or a seed, so there is nothing to recompute."
            .to_owned(),
    ]
}

/// One question that the audit asks of a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Answer<T> {
    /// The score cannot depend on it.
    DoesNotApply,
    /// What would have to be recomputed is not stored.
    Lacking,
    /// What was found.
    Found(T),
}

impl<T> Answer<T> {
    /// What was found.
    pub(super) fn found(self) -> Option<T> {
        if let Self::Found(found) = self { Some(found) } else { None }
    }
}

/// Single beside double precision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Precision {
    /// Median relative error; infinite where half of the scores failed in one of the two or vanish in double precision, none
    /// where all failed in both.
    pub(super) relative_error: Option<f64>,
    /// Tau-b of the two rankings; none where one of them is constant.
    pub(super) agreement: Option<f64>,
}

/// Everything that a verdict follows from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Evidence {
    /// Whether the score as tables have it differs between any two architectures; unknown where it is not stored.
    pub(super) spreads: Answer<bool>,
    /// How it fares in double precision.
    pub(super) precision: Answer<Precision>,
    /// Mean tau-b between seeds; none where the score is constant under one of them.
    pub(super) seeds: Answer<Option<f64>>,
}

impl Evidence {
    /// The verdict; none where what it needs is not stored. The worst finding decides, and it needs no others.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        let below = |agreement: Option<f64>, least: f64| agreement.is_none_or(|tau| tau < least);
        match (self.spreads, self.precision, self.seeds) {
            (_, Answer::DoesNotApply, Answer::DoesNotApply) => Some(Verdict::Exact),
            (Answer::Found(false), _, _) => Some(Verdict::NoSpread),
            (_, Answer::Found(precision), _)
                if precision.relative_error.is_none_or(|error| error >= MAX_RELATIVE_ERROR)
                    || below(precision.agreement, MIN_PRECISION_AGREEMENT) =>
            {
                Some(Verdict::RoundingNoise)
            }
            (_, Answer::Lacking, _) | (_, _, Answer::Lacking) => None,
            (_, _, Answer::Found(agreement)) if below(agreement, MIN_SEED_AGREEMENT) => {
                Some(Verdict::SeedSensitive)
            }
            _ => Some(Verdict::Sound),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(precision: Answer<(f64, Option<f64>)>, seeds: Answer<Option<f64>>) -> Option<Verdict> {
        let precision = match precision {
            Answer::Found((relative_error, agreement)) => {
                Answer::Found(Precision { relative_error: Some(relative_error), agreement })
            }
            Answer::Lacking => Answer::Lacking,
            Answer::DoesNotApply => Answer::DoesNotApply,
        };
        Evidence { spreads: Answer::Found(true), precision, seeds }.verdict()
    }

    #[test]
    fn the_worst_finding_decides() {
        let (fine, steady) = (Answer::Found((1e-5, Some(1.0))), Answer::Found(Some(0.97)));
        assert_eq!(verdict(fine, steady), Some(Verdict::Sound));
        assert_eq!(verdict(fine, Answer::Found(Some(0.6))), Some(Verdict::SeedSensitive));
        assert_eq!(verdict(Answer::Found((5e8, Some(0.99))), steady), Some(Verdict::RoundingNoise));
        assert_eq!(verdict(Answer::Found((1e-4, Some(0.7))), steady), Some(Verdict::RoundingNoise));
        assert_eq!(
            verdict(Answer::Found((0.2, None)), Answer::Found(Some(0.2))),
            Some(Verdict::RoundingNoise)
        );
    }

    #[test]
    fn a_ranking_that_is_constant_in_one_run_agrees_with_nothing() {
        assert_eq!(
            verdict(Answer::Found((0.0, None)), Answer::Found(Some(1.0))),
            Some(Verdict::RoundingNoise)
        );
        assert_eq!(verdict(Answer::DoesNotApply, Answer::Found(None)), Some(Verdict::SeedSensitive));
    }

    #[test]
    fn half_an_audit_can_condemn_but_not_clear() {
        let (fine, noise) = (Answer::Found((1e-5, Some(1.0))), Answer::Found((1e6, Some(0.1))));
        assert_eq!(verdict(noise, Answer::Lacking), Some(Verdict::RoundingNoise));
        assert_eq!(verdict(fine, Answer::Lacking), None);
        assert_eq!(verdict(Answer::Lacking, Answer::Found(Some(0.1))), None);
    }

    #[test]
    fn what_cannot_vary_is_exact_and_what_does_not_vary_is_useless() {
        assert_eq!(verdict(Answer::DoesNotApply, Answer::DoesNotApply), Some(Verdict::Exact));
        assert_eq!(verdict(Answer::DoesNotApply, Answer::Found(Some(0.9))), Some(Verdict::Sound));
        let constant =
            Evidence { spreads: Answer::Found(false), precision: Answer::Lacking, seeds: Answer::Lacking };
        assert_eq!(constant.verdict(), Some(Verdict::NoSpread));
        let nothing = Evidence { spreads: Answer::Lacking, ..constant };
        assert_eq!(nothing.verdict(), None);
    }

    #[test]
    fn words_in_files_are_the_words_in_tables() {
        for verdict in Verdict::ALL {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.as_str());
        }
    }
}
