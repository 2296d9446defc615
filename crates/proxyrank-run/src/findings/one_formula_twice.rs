//! Two names for one formula, and what their difference says about noise.

use proxyrank_report::ledger::{Evidence, Finding};
use proxyrank_schema::Reading;
use proxyrank_stats::kendall_tau_b;

use super::{Claim, Materials};
use crate::RunError;

const CLAIM: Claim = Claim {
    id: "one_formula_twice",
    title: "Some released proxies are one formula under two names",
    statement: "On GPT-2 synaptic saliency is SNIP, and attention confidence is head confidence, computed with another draw \
                of dropout. Their released scores differ by that noise alone, so a tau difference of about a hundredth \
                between two rows of the table means nothing.",
};

const TWINS: [(&str, &str); 2] = [
    ("snip.published", "synaptic_saliency.published"),
    ("head_confidence.published", "attention_confidence.published"),
];

pub(super) fn check(materials: &Materials<'_>) -> Result<Finding, RunError> {
    CLAIM.check(|evidence| {
        let stock = materials.stock("lts-gpt2-wt103")?;
        let mut alike = true;
        for (a, b) in TWINS {
            let columns = (stock.needed(a, Reading::Declared)?, stock.needed(b, Reading::Declared)?);
            let scores: Vec<(f64, f64)> = columns
                .0
                .slots
                .iter()
                .zip(&columns.1.slots)
                .filter_map(|(a, b)| Some((a.score()?, b.score()?)))
                .collect();
            let (x, y): (Vec<f64>, Vec<f64>) = scores.into_iter().unzip();
            let tau = kendall_tau_b(&x, &y).map_err(RunError::stats(format!("{a} and {b}")))?;
            alike &= tau > 0.95 && tau < 1.0;
            evidence.push(Evidence::new(format!("{a} and {b}: tau-b between them"), format!("{tau:.4}")));
        }
        Ok(alike)
    })
}
