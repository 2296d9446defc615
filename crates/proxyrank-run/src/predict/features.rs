//! What predictors may look at.

use std::fmt;

use proxyrank_predict::{Feature, Features, Group};
use proxyrank_proxies::{Run, find as find_proxy};
use proxyrank_schema::Reading;

use super::architecture;
use crate::RunError;
use crate::papers::Stock;
use crate::rank::{ScoreColumn, Slot};

/// A kind of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureKind {
    /// Depth, widths, heads, operations and counts.
    Architecture,
    /// Scores of zero-cost proxies.
    Proxies,
    /// Both.
    Both,
}

impl FeatureKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Architecture, Self::Proxies, Self::Both];

    /// The name on the command line and in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Architecture => "architecture",
            Self::Proxies => "proxies",
            Self::Both => "both",
        }
    }
}

impl fmt::Display for FeatureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Proxies that were chosen by looking at labels of the benchmarks: two orders of the same counts, and the formulae that LPZero
/// evolved. A predictor that saw them would see labels that it was not given.
const CHOSEN_BY_LABELS: &[&str] =
    &["layers_then_hidden", "layers_hidden_params", "layers_hidden_weights", "lpzero"];

/// The features of the architectures at these places.
pub(super) fn features(
    stock: &Stock,
    reading: Reading,
    kind: FeatureKind,
    kept: &[usize],
) -> Result<Features, RunError> {
    let mut columns = Vec::new();
    if kind != FeatureKind::Proxies {
        columns.extend(architecture::features(&stock.benchmark.networks(reading)?));
    }
    if kind != FeatureKind::Architecture {
        let scores = stock.columns(reading).iter().filter(|column| is_usable(column, kept));
        let proxies: Vec<Feature> = scores.map(|column| score_feature(column, kind)).collect();
        if proxies.is_empty() {
            let id = stock.benchmark.info.id;
            return Err(RunError::NothingStored {
                what: format!("no complete scores of {id} under the reading {reading} are stored"),
                command: format!("proxyrank evaluate --benchmark {id} --reading {reading}"),
            });
        }
        columns.extend(proxies);
    }
    for column in &mut columns {
        column.values = kept.iter().map(|&place| column.values[place]).collect();
    }
    Ok(Features::new(kept.len(), &columns)?)
}

/// Whether a column holds scores of every architecture that were made without labels and without other architectures.
fn is_usable(column: &ScoreColumn, kept: &[usize]) -> bool {
    let name = column.proxy.as_str();
    let chosen_by_labels = CHOSEN_BY_LABELS.iter().any(|chosen| name.starts_with(chosen));
    let population = find_proxy(name).is_ok_and(|proxy| matches!(proxy.run, Run::Population(_)));
    let slots = || kept.iter().map(|&place| column.slots[place]);
    !chosen_by_labels
        && !population
        && slots().all(|slot| slot != Slot::Absent)
        && slots().any(|slot| slot.score().is_some())
}

/// A column of scores as a feature: scores span many orders of magnitude, so their signed logarithms are taken; a failure counts as the
/// worst of the column.
fn score_feature(column: &ScoreColumn, kind: FeatureKind) -> Feature {
    let sign = column.direction.sign();
    let scores = column.slots.iter().filter_map(|slot| slot.score());
    let worst = sign * scores.map(|score| sign * score).fold(f64::INFINITY, f64::min);
    let value = |slot: &Slot| signed_ln(slot.score().unwrap_or(worst));
    let group = match column.proxy.as_str() {
        // Beside the architecture's own numbers a count says nothing new.
        _ if kind != FeatureKind::Proxies => Group::Detail,
        "num_layers" | "d_model" => Group::Size,
        _ if column.is_baseline() => Group::Summary,
        _ => Group::Detail,
    };
    Feature { name: column.label.clone(), group, values: column.slots.iter().map(value).collect() }
}

/// sign(x) ln(1 + |x|).
fn signed_ln(x: f64) -> f64 {
    x.signum() * x.abs().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_logarithms_keep_order_and_sign() {
        let values = [-1e30, -2.0, 0.0, 1e-9, 5.0, 1e300].map(signed_ln);
        assert!(values.is_sorted() && values.iter().all(|value| value.is_finite()), "{values:?}");
        assert!(values[2].abs() < f64::MIN_POSITIVE);
    }
}
