//! An initialisation ablation without initialisations.

use proxyrank_data::load::score_table::{FLEXIBERT_ABLATION, FLEXIBERT_METRICS, ScoreTable};
use proxyrank_report::ledger::{Evidence, Finding};
use proxyrank_stats::coefficient_of_variation;

use super::{Claim, Materials};
use crate::RunError;
use crate::data::dataset;

const CLAIM: Claim = Claim {
    id: "no_reinitialisation",
    title: "The initialisation ablation never initialises a network again",
    statement: "Ten repetitions of one network differ by dropout alone, because it is built once before the loop. Real \
                re-initialisations stand in the main file, as nine pairs of equal architectures, and there the same \
                normalised metrics differ many times more. That a metric is robust to initialisation does not follow.",
};

/// Normalised columns: the others grow with the repetition.
const COLUMNS: [&str; 5] = [
    "Synaptic Diversity Normalized",
    "Synaptic Saliency Normalized",
    "Head Importance Normalized",
    "Head Confidence Normalized",
    "Activation Distance Normalized",
];

pub(super) fn check(materials: &Materials<'_>) -> Result<Finding, RunError> {
    CLAIM.check(|evidence| {
        let stock = materials.stock("flexibert")?;
        let files = dataset(materials.locator, "flexibert")?;
        let ablation =
            ScoreTable::read(files.path("data/BERT_initialization_ablation.csv")?, &FLEXIBERT_ABLATION)?;
        let main = ScoreTable::read(files.path("data/BERT_results_activation.csv")?, &FLEXIBERT_METRICS)?;
        let pairs = pairs(&stock.benchmark.duplicates());
        let mut larger = 0;
        for column in COLUMNS {
            let (Some(repeated), Some(once)) = (ablation.column(column), main.column(column)) else {
                continue;
            };
            let within =
                mean(repeated.chunks_exact(10).filter_map(|block| coefficient_of_variation(block).ok()));
            let between =
                mean(pairs.iter().filter_map(|&(a, b)| coefficient_of_variation(&[once[a], once[b]]).ok()));
            larger += usize::from(between > 3.0 * within);
            evidence.push(Evidence::new(
                format!(
                    "{column}: coefficient of variation over repetitions, and between equal architectures"
                ),
                format!("{:.2}% and {:.2}%", 100.0 * within, 100.0 * between),
            ));
        }
        evidence.push(Evidence::new("pairs of equal architectures", pairs.len().to_string()));
        Ok(larger >= 4)
    })
}

/// The first two members of every group that has two.
fn pairs(groups: &[u32]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (second, group) in groups.iter().enumerate() {
        if let Some(first) = groups[..second].iter().position(|other| other == group) {
            pairs.push((first, second));
        }
    }
    pairs
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len().max(1) as f64
}
