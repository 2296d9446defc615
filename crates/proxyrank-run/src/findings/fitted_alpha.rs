//! What a parameter that is fitted to the labels is worth.

use proxyrank_proxies::Subject;
use proxyrank_report::ledger::{Evidence, Finding};
use proxyrank_schema::{Params, Reading};
use proxyrank_stats::spearman_rho;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::{Claim, Materials};
use crate::RunError;

const CLAIM: Claim = Claim {
    id: "fitted_alpha",
    title: "ZeroLM's alpha is chosen on the labels it is judged by",
    statement: "The weight between attention and FFN capacity is picked as the one with the best Spearman rho on the \
                benchmark itself, so the published number is a fit. Choosing it on a random half and judging it on the \
                other half shows what is left; with one parameter and 500 architectures that is nearly everything, and \
                still less than hidden size times layers.",
};

/// Random halves.
const SPLITS: u64 = 100;

pub(super) fn check(materials: &Materials<'_>) -> Result<Finding, RunError> {
    CLAIM.check(|evidence| {
        let stock = materials.stock("flexibert")?;
        let benchmark = &stock.benchmark;
        let labels: Vec<f64> = benchmark.entries.iter().map(|entry| entry.truth["glue"]).collect();
        let proxy = proxyrank_proxies::find("zerolm_xavier")?;
        let mut fitted = true;
        for reading in [Reading::Declared, Reading::Released] {
            let networks = benchmark.networks(reading)?;
            let grid: Vec<(f64, Vec<f64>)> = (0..=60)
                .map(|step| f64::from(step) * 0.05)
                .map(|alpha| {
                    let params = Params::new([("alpha", alpha.into())]).unwrap_or_else(|_| Params::none());
                    let score = |network| {
                        let subject = Subject { network, seq_len: 0 };
                        proxy.score(&subject, &params).score.unwrap_or(f64::NAN)
                    };
                    (alpha, networks.iter().cloned().map(score).collect())
                })
                .collect();
            let all: Vec<usize> = (0..labels.len()).collect();
            let (alpha, on_all) = best(&grid, &labels, &all)?;
            let mut held_out = Vec::new();
            for seed in 0..SPLITS {
                let mut shuffled = all.clone();
                shuffled.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
                let (train, test) = shuffled.split_at(all.len() / 2);
                let (alpha, _) = best(&grid, &labels, train)?;
                held_out.push(rho_at(&grid, alpha, &labels, test)?);
            }
            let mean = held_out.iter().sum::<f64>() / held_out.len() as f64;
            fitted &= on_all >= mean;
            evidence.push(Evidence::new(
                format!("{reading} networks: best alpha on all labels, and its rho"),
                format!("{alpha:.2}, {on_all:.4}"),
            ));
            evidence.push(Evidence::new(
                format!(
                    "{reading} networks: rho on held-out halves, mean of {SPLITS} splits (seeds 0 to {})",
                    SPLITS - 1
                ),
                format!("{mean:.4}"),
            ));
        }
        Ok(fitted)
    })
}

/// The alpha with the largest rho on some architectures, the smallest of several, and that rho.
fn best(grid: &[(f64, Vec<f64>)], labels: &[f64], on: &[usize]) -> Result<(f64, f64), RunError> {
    let mut best = (f64::NAN, f64::NEG_INFINITY);
    for (alpha, _) in grid {
        let rho = rho_at(grid, *alpha, labels, on)?;
        if rho > best.1 {
            best = (*alpha, rho);
        }
    }
    Ok(best)
}

fn rho_at(grid: &[(f64, Vec<f64>)], alpha: f64, labels: &[f64], on: &[usize]) -> Result<f64, RunError> {
    let nearest = grid.iter().min_by(|a, b| (a.0 - alpha).abs().total_cmp(&(b.0 - alpha).abs()));
    let scores = nearest.map(|(_, scores)| scores.as_slice()).unwrap_or_default();
    let pick = |values: &[f64]| -> Vec<f64> { on.iter().map(|&i| values[i]).collect() };
    spearman_rho(&pick(scores), &pick(labels)).map_err(RunError::stats("rho of zerolm_xavier"))
}
