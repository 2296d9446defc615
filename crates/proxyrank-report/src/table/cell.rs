//! What can stand in a cell.

use proxyrank_stats::Estimate;

/// One value of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Plain text; every format escapes it.
    Text(String),
    /// A whole number, shown with commas between thousands.
    Integer(i64),
    /// A finite number, shown with the column's digits.
    Number(f64),
    /// A finite number of any magnitude, shown with one decimal and a power of ten: `5.3e8`.
    Scientific(f64),
    /// A finite number with decimals of its own, such as one quoted as it was printed.
    Rounded(Rounded),
    /// A point with its confidence interval, shown as `0.745 [0.721, 0.768]`.
    Estimate(Estimate),
    /// A whole number with an interval of whole numbers, such as a rank: `3 [2, 5]`.
    Interval(Interval),
    /// A judgement, with the value it concerns where there is one: `0.4785 ✓ holds`.
    Flag(Flag),
    /// No value, and why; shown as an en dash with a footnote.
    Missing(String),
}

/// A number with decimals of its own instead of its column's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rounded {
    /// The number, finite.
    pub value: f64,
    /// Its decimals where people read it.
    pub digits: usize,
}

/// A whole number and the interval it lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The value itself.
    pub point: i64,
    /// Lower end, inclusive.
    pub low: i64,
    /// Upper end, inclusive.
    pub high: i64,
}

/// A judgement in one word.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    /// Good news, bad news, or neither.
    pub tone: Tone,
    /// The word itself.
    pub label: String,
    /// The value that was judged.
    pub value: Option<Rounded>,
}

/// Whether a judgement is good news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Shown with a tick.
    Good,
    /// Shown with a cross.
    Bad,
    /// Shown without a mark.
    Neutral,
}

impl Tone {
    /// The mark in front of the word; empty for [`Tone::Neutral`].
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Bad => "✗",
            Self::Neutral => "",
        }
    }
}

impl Cell {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A number; one that is not finite becomes [`Cell::Missing`], since no digits can show it.
    pub fn number(value: f64) -> Self {
        if value.is_finite() { Self::Number(value) } else { Self::Missing(format!("the value is {value}")) }
    }

    /// A count; beyond the range of `i64` it becomes text.
    pub fn count(value: u64) -> Self {
        i64::try_from(value).map_or_else(|_| Self::Text(value.to_string()), Self::Integer)
    }

    /// A number, or why there is none.
    pub fn number_or(value: Option<f64>, reason: &str) -> Self {
        value.map_or_else(|| Self::missing(reason), Self::number)
    }

    /// An estimate, or why there is none.
    pub fn estimate_or(value: Option<Estimate>, reason: &str) -> Self {
        value.map_or_else(|| Self::missing(reason), Self::from)
    }

    /// A rank with its interval. Resampled ranks may be halves where scores tie; the ends are widened to whole ranks.
    pub fn rank(rank: &Estimate) -> Self {
        let ends = (whole(rank.point.round()), whole(rank.low.floor()), whole(rank.high.ceil()));
        match ends {
            (Some(point), Some(low), Some(high)) => Self::Interval(Interval { point, low, high }),
            _ => Self::missing("the rank is not finite"),
        }
    }

    /// No value, and why.
    pub fn missing(reason: impl Into<String>) -> Self {
        Self::Missing(reason.into())
    }
}

/// A finite, already rounded value as an integer.
fn whole(value: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the value is rounded and its range is checked")]
    (value.abs() < 9e15).then_some(value as i64)
}

impl From<Estimate> for Cell {
    fn from(value: Estimate) -> Self {
        if value.point.is_finite() && value.low.is_finite() && value.high.is_finite() {
            Self::Estimate(value)
        } else {
            Self::missing("the estimate is not finite")
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u32> for Cell {
    fn from(value: u32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::number(value)
    }
}

impl From<Flag> for Cell {
    fn from(flag: Flag) -> Self {
        Self::Flag(flag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_without_digits_become_missing() {
        assert!(matches!(Cell::number(f64::NAN), Cell::Missing(_)));
        let broken = Estimate { point: 0.5, low: f64::NEG_INFINITY, high: 0.6, n: 3 };
        assert!(matches!(Cell::from(broken), Cell::Missing(_)));
        assert!(matches!(Cell::rank(&broken), Cell::Missing(_)));
    }

    #[test]
    fn a_rank_interval_never_shrinks() {
        let rank = Estimate { point: 3.0, low: 2.5, high: 4.5, n: 30 };
        assert_eq!(Cell::rank(&rank), Cell::Interval(Interval { point: 3, low: 2, high: 5 }));
    }
}
