//! A Pearson coefficient under the name of Spearman's.

use proxyrank_report::ledger::{Evidence, Finding};
use proxyrank_schema::Reading;
use proxyrank_stats::{kendall_tau_b, pearson_r, spearman_rho};

use super::{Claim, Materials, against_truth};
use crate::RunError;

const CLAIM: Claim = Claim {
    id: "pearson_as_rho",
    title: "Pearson's r is printed as rho, and signs are lost",
    statement: "The released statistics notebook prints the absolute Kendall tau and, under the name rho, the absolute \
                Pearson coefficient. The pair 0.454 / 0.590 that later work quotes for #params is tau and Pearson's r; \
                Spearman's rho is another number. Four of the seven normalised metrics it prints correlate negatively.",
};

/// The pair that is quoted for #params.
const QUOTED: (f64, f64) = (0.454, 0.590);
/// The normalised columns that the notebook prints.
const PRINTED: [&str; 7] = [
    "synaptic_diversity_norm.published",
    "synaptic_saliency_norm.published",
    "activation_distance_norm.published",
    "jacobian_cosine.published",
    "head_importance_norm.published",
    "head_confidence_norm.published",
    "softmax_confidence_norm.published",
];

pub(super) fn check(materials: &Materials<'_>) -> Result<Finding, RunError> {
    CLAIM.check(|evidence| {
        let stock = materials.stock("flexibert")?;
        let statistics = |proxy: &str| -> Result<(f64, f64, f64), super::Obstacle> {
            let column = stock.needed(proxy, Reading::Released)?;
            let (x, y) = against_truth(stock, column, stock.default_metric());
            let of = |error| RunError::stats(proxy.to_owned())(error);
            Ok((
                kendall_tau_b(&x, &y).map_err(of)?,
                pearson_r(&x, &y).map_err(of)?,
                spearman_rho(&x, &y).map_err(of)?,
            ))
        };
        let (tau, r, rho) = statistics("num_parameters.published")?;
        evidence.push(Evidence::new(
            "#params: tau-b, Pearson r, Spearman rho",
            format!("{tau:.4}, {r:.4}, {rho:.4}"),
        ));
        let mut negative = 0;
        for proxy in PRINTED {
            let (tau, r, rho) = statistics(proxy)?;
            negative += usize::from(tau < 0.0);
            evidence.push(Evidence::new(
                format!("{proxy}: tau-b, Pearson r, Spearman rho"),
                format!("{tau:+.4}, {r:+.4}, {rho:+.4}"),
            ));
        }
        let rounds_to = |value: f64, quoted: f64| (value - quoted).abs() < 0.0005;
        Ok(rounds_to(tau, QUOTED.0) && rounds_to(r, QUOTED.1) && !rounds_to(rho, QUOTED.1) && negative == 4)
    })
}
