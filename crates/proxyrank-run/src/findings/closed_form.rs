//! A searched proxy that is a formula of two numbers.

use proxyrank_report::ledger::{Evidence, Finding};
use proxyrank_schema::Reading;
use proxyrank_stats::kendall_tau_b;

use super::{Claim, Materials, against_truth};
use crate::RunError;

const CLAIM: Claim = Claim {
    id: "closed_form",
    title: "LPZero's GPT-2 proxy is a closed form of width and depth",
    statement: "At initialisation the gradient is so small that its softmax is uniform, and the mean squared weight is what \
                the initialiser was told. The score is then a formula of d_model, FFN width and number of layers, without \
                data or network. The formula reproduces the released scores and ranks slightly better than they do. The \
                same holds for the older released file.",
};

/// A released file and the closed form that stands for it.
const FORMS: [(&str, &str, f64); 2] = [
    ("lpzero.published", "lpzero_closed_form", 0.001),
    ("lpzero_bak.published", "lpzero_bak_closed_form", 0.01),
];

pub(super) fn check(materials: &Materials<'_>) -> Result<Finding, RunError> {
    CLAIM.check(|evidence| {
        let stock = materials.stock("lts-gpt2-wt103")?;
        let metric = stock.default_metric();
        let mut all_close = true;
        for (released, formula, tolerance) in FORMS {
            let released_column = stock.needed(released, Reading::Declared)?;
            let formula_column = stock.needed(formula, Reading::Declared)?;
            let scores: Vec<(f64, f64)> = released_column
                .slots
                .iter()
                .zip(&formula_column.slots)
                .filter_map(|(a, b)| Some((a.score()?, b.score()?)))
                .collect();
            let errors: Vec<f64> = scores.iter().map(|(a, b)| (b / a - 1.0).abs()).collect();
            let mean = errors.iter().sum::<f64>() / errors.len() as f64;
            let worst = errors.iter().copied().fold(0.0, f64::max);
            all_close &= mean < tolerance;
            evidence.push(Evidence::new(
                format!(
                    "{formula} against {released}: relative error, mean and largest, {} networks",
                    scores.len()
                ),
                format!("{:.3}% and {:.3}%", 100.0 * mean, 100.0 * worst),
            ));
            let (released_scores, formula_scores): (Vec<f64>, Vec<f64>) = scores.into_iter().unzip();
            let same = kendall_tau_b(&released_scores, &formula_scores).map_err(RunError::stats(formula))?;
            evidence.push(Evidence::new(format!("tau-b of {formula} with {released}"), format!("{same:.4}")));
            for (name, column) in [(released, released_column), (formula, formula_column)] {
                let (x, y) = against_truth(stock, column, metric);
                let tau = kendall_tau_b(&x, &y).map_err(RunError::stats(name))?;
                evidence
                    .push(Evidence::new(format!("{name}: tau-b with {}", metric.name), format!("{tau:.4}")));
            }
        }
        Ok(all_close)
    })
}
