//! What can be wrong with the numbers handed to a statistic.

/// Why a statistic could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatsError {
    /// Two series that belong together have different lengths.
    #[error("{what} has {found} values where {expected} are needed, one per architecture")]
    LengthMismatch {
        /// The series that is too long or too short.
        what: String,
        /// The length of the series that it belongs to.
        expected: usize,
        /// Its own length.
        found: usize,
    },
    /// There is nothing to rank.
    #[error("{found} values are too few: at least {needed} are needed")]
    TooFew {
        /// How many values there are.
        found: usize,
        /// How many there must be.
        needed: usize,
    },
    /// There is more than the counters hold.
    #[error(
        "{found} architectures are too many to resample: at most {allowed} are possible; rank a sample of them"
    )]
    TooMany {
        /// How many architectures there are.
        found: usize,
        /// How many there may be.
        allowed: usize,
    },
    /// A value is infinite or not a number.
    #[error("{what} is not finite at index {index}; apply a failure policy to the scores first")]
    NonFinite {
        /// The series in which it stands.
        what: String,
        /// Its position, from 0.
        index: usize,
    },
    /// All values are the same, so that there is no ranking to compare.
    #[error("{what} is constant, so its correlation is undefined")]
    Constant {
        /// The series, or the subset of pairs, in which nothing differs.
        what: String,
    },
    /// The k of a top-k statistic does not fit the number of architectures.
    #[error("k = {k} is out of range: it must lie between 1 and the {n} architectures")]
    InvalidK {
        /// The k asked for.
        k: usize,
        /// The number of architectures.
        n: usize,
    },
    /// An option lies outside its range.
    #[error("option `{option}` must {must}")]
    InvalidOption {
        /// The name of the option.
        option: &'static str,
        /// What it must be.
        must: &'static str,
    },
    /// A ratio to the mean was asked for and the mean is zero.
    #[error("the mean is zero, so the coefficient of variation is undefined")]
    ZeroMean,
    /// No architecture was trained twice, so that label noise cannot be estimated.
    #[error("no group has two or more members, so the label noise cannot be estimated")]
    NoReplicates,
    /// A group of equivalent architectures lies in more than one stratum.
    #[error("group {group} has members in several strata; equivalent architectures must share one")]
    GroupAcrossStrata {
        /// The group.
        group: u32,
    },
}

/// Refuses a series that has another length than its partner or holds a value that cannot be ranked.
pub(crate) fn check_series(what: &str, values: &[f64], expected: usize) -> Result<(), StatsError> {
    check_length(what, values.len(), expected)?;
    match values.iter().position(|v| !v.is_finite()) {
        Some(index) => Err(StatsError::NonFinite { what: what.to_owned(), index }),
        None => Ok(()),
    }
}

/// Refuses a series of another length.
pub(crate) fn check_length(what: &str, found: usize, expected: usize) -> Result<(), StatsError> {
    if found == expected {
        Ok(())
    } else {
        Err(StatsError::LengthMismatch { what: what.to_owned(), expected, found })
    }
}

/// Refuses fewer values than `needed`.
pub(crate) fn check_count(found: usize, needed: usize) -> Result<(), StatsError> {
    if found < needed { Err(StatsError::TooFew { found, needed }) } else { Ok(()) }
}

/// Refuses two series that cannot be correlated: different lengths, fewer than two values, not finite.
pub(crate) fn check_pair(x: &[f64], y: &[f64]) -> Result<(), StatsError> {
    check_series("x", x, x.len())?;
    check_series("y", y, x.len())?;
    check_count(x.len(), 2)
}

/// The error for a series without a ranking.
pub(crate) fn constant(what: &str) -> StatsError {
    StatsError::Constant { what: what.to_owned() }
}
