//! The columns of one proxy that differ in a single axis of the protocol.

use std::collections::BTreeMap;

use proxyrank_schema::{CostClass, Protocol, ProxyName, Reading, Signal};

use proxyrank_stats::StatsError;

use crate::RunError;
use crate::papers::{Statistic, Stock, compute};
use crate::rank::ScoreColumn;
use crate::standard::{self, departures};

/// A proxy under a signal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scored {
    pub(super) proxy: ProxyName,
    pub(super) signal: Signal,
}

impl Scored {
    /// What it is called where signals matter.
    pub(super) fn label(&self) -> String {
        match self.signal {
            Signal::None => self.proxy.to_string(),
            signal => format!("{} ({signal})", self.proxy),
        }
    }
}

/// How many architectures a column must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coverage {
    /// All of them.
    Whole,
    /// Any.
    Sample,
}

/// The columns of one proxy by the value of the axis.
pub(super) type Variants<'a, K> = BTreeMap<K, &'a ScoreColumn>;

/// For each proxy of ours that runs a network, its columns that are standard but for one axis.
///
/// `axis` takes the value of that axis out of a protocol: it returns it and the protocol with the standard value in its
/// place.
pub(super) fn variants<K: Ord>(
    stock: &Stock,
    reading: Reading,
    coverage: Coverage,
    axis: impl Fn(&Protocol, &Protocol) -> (K, Protocol),
) -> BTreeMap<Scored, Variants<'_, K>> {
    let info = stock.benchmark.info;
    let mut found: BTreeMap<Scored, Variants<'_, K>> = BTreeMap::new();
    for column in stock.every_column(reading) {
        let Ok(proxy) = proxyrank_proxies::find(column.proxy.as_str()) else { continue };
        let current = column.version == proxy.version && column.params == proxy.default_params();
        let covered = coverage == Coverage::Sample || column.is_complete();
        if proxy.class == CostClass::DataFree || !current || !covered {
            continue;
        }
        let standard = standard::protocol(info, reading, column.protocol.signal);
        let (value, rest) = axis(&column.protocol, &standard);
        if departures(info, &rest).is_empty() {
            let scored = Scored { proxy: column.proxy.clone(), signal: column.protocol.signal };
            found.entry(scored).or_default().insert(value, column);
        }
    }
    found
}

/// Tau-b of a column with the benchmark's main ground truth; none where all scores are equal.
pub(super) fn tau(stock: &Stock, column: &ScoreColumn) -> Result<Option<f64>, RunError> {
    match compute(&stock.benchmark, column, stock.benchmark.info.metrics[0], Statistic::TauB) {
        Err(RunError::Stats { source: StatsError::Constant { .. }, .. }) => Ok(None),
        found => found.map(Some),
    }
}

/// Why a correlation is lacking.
pub(super) const CONSTANT: &str = "the score is constant";

/// The scores of a column; failures are not a number.
pub(super) fn scores(column: &ScoreColumn) -> Vec<f64> {
    column.slots.iter().map(|slot| slot.score().unwrap_or(f64::NAN)).collect()
}

/// Mean and standard deviation (n - 1) of some values.
pub(super) fn spread(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, if values.len() > 1 { (squares / (n - 1.0)).sqrt() } else { 0.0 })
}

/// The middle of some values, or the mean of the two in the middle.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.retain(|value| value.is_finite());
    values.sort_unstable_by(f64::total_cmp);
    let upper = values.get(values.len() / 2)?;
    let lower = values.get((values.len() - 1) / 2)?;
    Some(f64::midpoint(*lower, *upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_and_spread() {
        assert_eq!(median(vec![3.0, f64::NAN, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![1.0, 2.0]), Some(1.5));
        assert_eq!(median(vec![]), None);
        assert_eq!(spread(&[1.0, 3.0]), (2.0, 2.0_f64.sqrt()));
        assert_eq!(spread(&[1.0]), (1.0, 0.0));
    }
}
