//! What can be said of a published value.

use serde::{Deserialize, Serialize};

use crate::table::Tone;

/// What checking a published value came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Our value lies within the tolerance.
    Holds,
    /// Our value lies outside the tolerance.
    Differs,
    /// There are two values, but of different things, or one of them is not a number.
    NotComparable,
    /// This version does not compute the value.
    NotYet,
    /// The data for computing the value are not at hand.
    Missing,
}

impl Verdict {
    /// Every verdict, the decisive ones first.
    pub const ALL: [Self; 5] = [Self::Holds, Self::Differs, Self::NotComparable, Self::NotYet, Self::Missing];

    /// Compares a value with the published one.
    ///
    /// Values agree when they are at most `tolerance` apart, up to the rounding of the subtraction itself. Without a
    /// published number, or where a number is not finite, there is nothing to compare; without ours it is missing.
    ///
    /// ```
    /// use proxyrank_report::Verdict;
    /// assert_eq!(Verdict::judge(Some(0.695), Some(0.69504), 0.0005), Verdict::Holds);
    /// assert_eq!(Verdict::judge(Some(0.59), Some(0.6525), 0.005), Verdict::Differs);
    /// assert_eq!(Verdict::judge(None, Some(0.7), 0.01), Verdict::NotComparable);
    /// ```
    pub fn judge(published: Option<f64>, value: Option<f64>, tolerance: f64) -> Self {
        let Some(value) = value else { return Self::Missing };
        let Some(published) = published else { return Self::NotComparable };
        if !(published.is_finite() && value.is_finite() && tolerance >= 0.0) {
            return Self::NotComparable;
        }
        let rounding = 4.0 * f64::EPSILON * published.abs().max(value.abs());
        if (value - published).abs() <= tolerance + rounding { Self::Holds } else { Self::Differs }
    }

    /// The verdict in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Differs => "differs",
            Self::NotComparable => "not comparable",
            Self::NotYet => "not yet",
            Self::Missing => "missing",
        }
    }

    /// How the verdict reads.
    pub(crate) const fn tone(self) -> Tone {
        match self {
            Self::Holds => Tone::Good,
            Self::Differs => Tone::Bad,
            Self::NotComparable | Self::NotYet | Self::Missing => Tone::Neutral,
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_tolerance_itself_is_inside() {
        // 0.525 - 0.52 is 0.0050000000000000044 in binary.
        assert_eq!(Verdict::judge(Some(0.52), Some(0.525), 0.005), Verdict::Holds);
        assert_eq!(Verdict::judge(Some(0.52), Some(0.525_001), 0.005), Verdict::Differs);
        assert_eq!(Verdict::judge(Some(13_330_176.0), Some(13_330_176.0), 0.0), Verdict::Holds);
        assert_eq!(Verdict::judge(Some(13_330_176.0), Some(13_330_177.0), 0.0), Verdict::Differs);
    }

    #[test]
    fn what_is_no_number_is_not_compared() {
        assert_eq!(Verdict::judge(Some(0.5), Some(f64::NAN), 0.1), Verdict::NotComparable);
        assert_eq!(Verdict::judge(Some(f64::INFINITY), Some(f64::INFINITY), 0.1), Verdict::NotComparable);
        assert_eq!(Verdict::judge(Some(0.5), Some(0.5), f64::NAN), Verdict::NotComparable);
        assert_eq!(Verdict::judge(Some(0.5), None, 0.1), Verdict::Missing);
    }

    proptest! {
        #[test]
        fn the_verdict_is_symmetric_and_widens_with_the_tolerance(
            a in -1e6..1e6f64, b in -1e6..1e6f64, tolerance in 0.0..1e6f64,
        ) {
            let verdict = Verdict::judge(Some(a), Some(b), tolerance);
            prop_assert_eq!(verdict, Verdict::judge(Some(b), Some(a), tolerance));
            prop_assert_eq!(Verdict::judge(Some(a), Some(b), (a - b).abs()), Verdict::Holds);
            if verdict == Verdict::Holds {
                prop_assert_eq!(Verdict::judge(Some(a), Some(b), tolerance * 2.0), Verdict::Holds);
            }
        }
    }
}
