//! The samples of one bench, and the two numbers that are taken from them.

use proxyrank_stats::quantile;
use serde::{Deserialize, Serialize};

/// The quantile that stands for a pass: disturbances add time, and a minimum is a lucky one.
const LOW: f64 = 0.25;

/// Times of one run of a bench, in units, by pass.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Samples {
    passes: Vec<Vec<f64>>,
}

impl Samples {
    /// The samples of one pass, rounded to what a file should hold.
    pub fn of_pass(samples: &[f64]) -> Self {
        Self { passes: vec![samples.iter().copied().map(rounded).collect()] }
    }

    /// Takes the passes of another measurement in.
    pub fn add(&mut self, other: Self) {
        self.passes.extend(other.passes);
    }

    /// The lower quartile of each pass: the time of one run in units.
    fn times(&self) -> impl Iterator<Item = f64> {
        self.passes.iter().filter_map(|pass| quantile(&mut pass.clone(), LOW))
    }

    /// The time of one run in units in the best pass.
    pub fn best(&self) -> f64 {
        self.times().fold(f64::INFINITY, f64::min)
    }

    /// The time of one run in units in a pass that is neither lucky nor unlucky; the median of the passes'.
    pub fn typical(&self) -> f64 {
        median(&self.times().collect::<Vec<_>>()).unwrap_or(f64::INFINITY)
    }

    /// The median absolute deviation of all samples, as a share of their median.
    pub fn spread(&self) -> f64 {
        let all = self.passes.concat();
        let Some(middle) = median(&all) else { return 0.0 };
        let deviations: Vec<f64> = all.iter().map(|sample| (sample - middle).abs()).collect();
        median(&deviations).map_or(0.0, |deviation| deviation / middle)
    }

    /// Whether there is a pass, each has samples, and each sample is a time.
    pub fn are_times(&self) -> bool {
        let times = |pass: &Vec<f64>| !pass.is_empty() && pass.iter().all(|&t| t.is_finite() && t > 0.0);
        !self.passes.is_empty() && self.passes.iter().all(times)
    }
}

/// The median; none of nothing.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    quantile(&mut values.to_vec(), 0.5)
}

/// Five digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}
