//! Rules of one line that beat released metrics.

use proxyrank_proxies::published::published;
use proxyrank_report::ledger::{Evidence, Finding};
use proxyrank_schema::Reading;
use proxyrank_stats::kendall_tau_b;

use super::{Claim, Materials, against_truth};
use crate::RunError;

const CLAIM: Claim = Claim {
    id: "trivial_rules",
    title: "Counting layers beats every released metric on FlexiBERT",
    statement: "The number of layers, and hidden size times layers, correlate better with GLUE than any of the released \
                columns. On the 200 GPT-2 networks the attention parameters, 4 L d^2 and decoder parameters beat almost \
                every released score. A proxy is of use only for what it adds to these.",
};

pub(super) fn check(materials: &Materials<'_>) -> Result<Finding, RunError> {
    CLAIM.check(|evidence| {
        let encoders = beaten(materials, "flexibert", Reading::Released, "num_layers", evidence)?;
        beaten(materials, "flexibert", Reading::Declared, "hidden_times_layers", evidence)?;
        beaten(materials, "lts-gpt2-wt103", Reading::Declared, "attention_params", evidence)?;
        beaten(materials, "lts-gpt2-wt103", Reading::Declared, "num_parameters_body", evidence)?;
        Ok(encoders.0 == encoders.1)
    })
}

/// How many released scores a baseline beats by tau-b, of how many; counts that are a baseline themselves are not scores.
fn beaten(
    materials: &Materials<'_>,
    benchmark: &str,
    reading: Reading,
    baseline: &str,
    evidence: &mut Vec<Evidence>,
) -> Result<(usize, usize), super::Obstacle> {
    let stock = materials.stock(benchmark)?;
    let metric = stock.default_metric();
    let tau = |proxy: &str, reading| -> Result<f64, super::Obstacle> {
        let (x, y) = against_truth(stock, stock.needed(proxy, reading)?, metric);
        Ok(kendall_tau_b(&x, &y).map_err(RunError::stats(proxy.to_owned()))?)
    };
    let own = tau(baseline, reading)?;
    let scores = published().filter(|p| p.benchmark == benchmark && !p.base.contains("param"));
    let (mut lost, mut total, mut best) = (0, 0, ("", f64::NEG_INFINITY));
    for proxy in scores {
        let value = tau(proxy.name, proxy.protocol().reading)?;
        total += 1;
        lost += usize::from(value < own);
        if value > best.1 {
            best = (proxy.name, value);
        }
    }
    evidence.push(Evidence::new(
        format!("{benchmark}: released scores below {baseline} (tau-b {own:.4})"),
        format!("{lost} of {total}; the best is {} with {:.4}", best.0, best.1),
    ));
    Ok((lost, total))
}
