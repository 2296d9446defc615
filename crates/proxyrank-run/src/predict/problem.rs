//! A benchmark as predictors see it.

use proxyrank_predict::study::{FeatureSet, Problem, Rule};
use proxyrank_schema::{ProxyName, Reading};
use proxyrank_space::Family;

use super::FeatureKind;
use super::features::features;
use crate::RunError;
use crate::benchmark::{Metric, Source};
use crate::papers::Stock;

/// Label-free rules that predictors are held against, by proxy: the name in tables comes second. The order of the first two was found
/// by looking at labels of FlexiBERT.
const RULES: [(&str, &str); 3] = [
    ("layers_hidden_params", "sort by layers, hidden, params"),
    ("layers_then_hidden", "sort by layers, hidden"),
    ("hidden_times_layers", "hidden x layers"),
];

/// What the rule is called that ranks by size alone.
const PARAMS: &str = "#params";

/// The rule that a predictor must beat to be worth its labels: on encoders the sort, on decoders, where depth does not come first, #params.
pub(super) fn bar(source: Source) -> &'static str {
    match source {
        Source::Flexibert | Source::Embedded | Source::Own(Family::Encoder) => RULES[0].1,
        Source::Lts | Source::Own(Family::Gpt2 | Family::TransformerXl) => PARAMS,
    }
}

/// Labels, features and rules of the architectures that were measured by a metric.
pub fn problem(
    stock: &Stock,
    reading: Reading,
    metric: Metric,
    kinds: &[FeatureKind],
) -> Result<Problem, RunError> {
    let benchmark = &stock.benchmark;
    let sign = if metric.higher_is_better { 1.0 } else { -1.0 };
    let label = |place: usize| benchmark.entries[place].truth.get(metric.name).map(|value| sign * value);
    let kept: Vec<usize> = (0..benchmark.entries.len()).filter(|&place| label(place).is_some()).collect();
    let pick = |values: &[f64]| -> Vec<f64> { kept.iter().map(|&place| values[place]).collect() };
    let mut sets = Vec::new();
    for &kind in kinds {
        sets.push(FeatureSet {
            name: kind.as_str().to_owned(),
            features: features(stock, reading, kind, &kept)?,
        });
    }
    let mut rules = Vec::new();
    for (proxy, name) in RULES {
        let Some(column) = stock.column(&ProxyName::from(proxy), reading) else { continue };
        let scores: Option<Vec<f64>> =
            column.slots.iter().map(|slot| Some(column.direction.sign() * slot.score()?)).collect();
        rules.extend(scores.map(|scores| Rule { name: name.to_owned(), scores: pick(&scores) }));
    }
    rules.push(Rule { name: PARAMS.to_owned(), scores: pick(&benchmark.sizes(reading)?) });
    let cells = benchmark.cells();
    let depth = |&place: &usize| benchmark.entries[place].architecture.depth();
    Ok(Problem {
        labels: kept.iter().filter_map(|&place| label(place)).collect(),
        cells: kept.iter().map(|&place| cells[place]).collect(),
        depths: kept.iter().map(depth).collect(),
        sets,
        rules,
    })
}
