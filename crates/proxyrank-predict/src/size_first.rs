//! Two Gaussian processes: one that sees only depth and width, and one that sees everything.
//!
//! Most pairs of architectures differ in depth or width, and those two decide most of their order after a handful of labels. What else a
//! model learns from so few labels is noise that spills over: it puts a shallow network above a deep one. So the
//! prediction is `(a s + f) / (a + 1)`, s by size alone and f by everything, and the weight a of size is chosen by the ranking of the
//! known labels when each is left out: the largest weight whose tau-b lies within a quarter of its standard error under independence,
//! `sqrt(2 (2n + 5) / (9 n (n - 1)))`, of the best. With few labels size comes first; with many the data may overrule it.

use proxyrank_stats::kendall_tau_b;

use crate::gaussian_process::FittedProcess;
use crate::{Features, Fitted, Group, PredictError, Prediction, Predictor};

/// The predictor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeFirst;

/// Weights of size that are tried. At the last one everything else only decides between equal sizes.
const WEIGHTS: [f64; 7] = [0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 1000.0];
/// Standard errors that a larger weight may cost.
const SLACK: f64 = 0.25;

struct FittedSizeFirst {
    size: Option<FittedProcess>,
    all: FittedProcess,
    weight: f64,
}

impl Predictor for SizeFirst {
    fn fit(&self, features: &Features, labels: &[f64], _seed: u64) -> Result<Box<dyn Fitted>, PredictError> {
        let all = FittedProcess::fit(features, labels)?;
        let sizes = features.only(Group::Size);
        if sizes.names().is_empty() {
            return Ok(Box::new(FittedSizeFirst { size: None, all, weight: 0.0 }));
        }
        let size = FittedProcess::fit(&sizes, labels)?;
        let weight = choose(size.left_out(), all.left_out(), labels);
        Ok(Box::new(FittedSizeFirst { size: Some(size), all, weight }))
    }
}

fn mix(weight: f64, size: f64, all: f64) -> f64 {
    (weight * size + all) / (weight + 1.0)
}

/// The largest weight that ranks the labels about as well as the best one, by predictions that did not know them.
fn choose(size: &[f64], all: &[f64], labels: &[f64]) -> f64 {
    let tau = |weight: f64| {
        let mixed: Vec<f64> = size.iter().zip(all).map(|(size, all)| mix(weight, *size, *all)).collect();
        // A constant ranking says nothing, which is worse than any that says something.
        kendall_tau_b(&mixed, labels).unwrap_or(-1.0)
    };
    let taus = WEIGHTS.map(tau);
    let best = taus.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let n = labels.len() as f64;
    let error = (2.0 * (2.0 * n + 5.0) / (9.0 * n * (n - 1.0))).sqrt();
    let usable = WEIGHTS.iter().zip(taus).filter(|(_, tau)| *tau >= best - SLACK * error);
    usable.map(|(weight, _)| *weight).fold(0.0, f64::max)
}

impl Fitted for FittedSizeFirst {
    fn predict(&self, features: &Features) -> Result<Vec<Prediction>, PredictError> {
        let all = self.all.predict(features)?;
        let Some(size) = &self.size else { return Ok(all) };
        let by_size = size.predict(&features.only(Group::Size))?;
        let mixed = by_size.iter().zip(&all).map(|(size, all)| mix(self.weight, size.mean, all.mean));
        Ok(mixed.map(|mean| Prediction { mean, sd: None }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_gives_way_where_labels_speak_against_it() {
        let labels: Vec<f64> = (0..30).map(f64::from).collect();
        let backwards: Vec<f64> = labels.iter().map(|label| -label).collect();
        let halves: Vec<f64> = labels.iter().map(|label| (label / 15.0).floor()).collect();
        assert!(choose(&backwards, &labels, &labels) < 1.0);
        assert_eq!(choose(&halves, &labels, &labels).to_bits(), 1000.0_f64.to_bits());
    }
}
