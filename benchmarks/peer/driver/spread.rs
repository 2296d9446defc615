//! How a ratio scatters.

use proxyrank_stats::quantile;
use serde::Serialize;

/// Quantiles of some numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) smallest: f64,
    pub(crate) first_quartile: f64,
    pub(crate) median: f64,
    pub(crate) third_quartile: f64,
    pub(crate) largest: f64,
    pub(crate) count: usize,
}

impl Spread {
    /// That of `values`; none if there are none.
    pub(crate) fn of(mut values: Vec<f64>) -> Option<Self> {
        Some(Self {
            smallest: quantile(&mut values, 0.0)?,
            first_quartile: quantile(&mut values, 0.25)?,
            median: quantile(&mut values, 0.5)?,
            third_quartile: quantile(&mut values, 0.75)?,
            largest: quantile(&mut values, 1.0)?,
            count: values.len(),
        })
    }
}

/// Two times of the same work, taken in the same turn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Pair {
    pub(crate) ours_ns: u64,
    pub(crate) torch_ns: u64,
}

/// How many times faster we are, turn by turn.
pub(crate) fn ratios(pairs: &[Pair]) -> Option<Spread> {
    // A time of zero is the clock's, not the work's.
    Spread::of(pairs.iter().map(|pair| pair.torch_ns as f64 / pair.ours_ns.max(1) as f64).collect())
}

/// The median of some times, in milliseconds.
pub(crate) fn median_ms(times_ns: impl Iterator<Item = u64>) -> Option<f64> {
    quantile(&mut times_ns.map(|time| time as f64 / 1e6).collect::<Vec<_>>(), 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_turn_by_turn() {
        let pairs = [(100, 200), (200, 200), (100, 400), (50, 200), (10, 1000)];
        let pairs = pairs.map(|(ours_ns, torch_ns)| Pair { ours_ns, torch_ns });
        let spread = ratios(&pairs).unwrap();
        assert_eq!(
            spread,
            Spread {
                smallest: 1.0,
                first_quartile: 2.0,
                median: 4.0,
                third_quartile: 4.0,
                largest: 100.0,
                count: 5
            }
        );
        assert_eq!(ratios(&[]), None);
        assert!(ratios(&[Pair { ours_ns: 0, torch_ns: 3 }]).unwrap().median.is_finite());
    }

    #[test]
    fn a_median_is_in_milliseconds() {
        assert_eq!(median_ms([3_000_000, 1_000_000, 9_000_000].into_iter()), Some(3.0));
        assert_eq!(median_ms(std::iter::empty()), None);
    }
}
