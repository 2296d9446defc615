//! The mean label of the nearest architectures.
//!
//! Features are standardised, so that all weigh alike, and the number of neighbours is the one that leaves the smallest error
//! on labels left out one by one.

use faer::Mat;

use crate::features::Standard;
use crate::kernel::{Affinity, matrix};
use crate::{Features, Fitted, Group, PredictError, Prediction, Predictor};

/// The predictor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbours;

/// Numbers of neighbours that are tried.
const COUNTS: [usize; 7] = [1, 2, 3, 5, 8, 13, 21];

#[derive(Debug)]
struct FittedNeighbours {
    standard: Standard,
    rows: Mat<f64>,
    labels: Vec<f64>,
    count: usize,
}

impl Predictor for Neighbours {
    fn fit(&self, features: &Features, labels: &[f64], _seed: u64) -> Result<Box<dyn Fitted>, PredictError> {
        features.check(labels)?;
        let standard = Standard::of(features, features.columns_of(&Group::ALL));
        let rows = matrix(&standard.apply(features));
        let affinity = Affinity::between(rows.as_ref(), rows.as_ref());
        let others: Vec<Vec<usize>> = (0..labels.len())
            .map(|row| {
                nearest(&affinity, row, labels.len()).into_iter().filter(|&other| other != row).collect()
            })
            .collect();
        let error = |count: usize| -> f64 {
            let one = |(row, others): (usize, &Vec<usize>)| {
                (labels[row] - mean(others.iter().take(count).map(|&other| labels[other]))).powi(2)
            };
            others.iter().enumerate().map(one).sum()
        };
        let usable = COUNTS.into_iter().filter(|count| *count < labels.len());
        let best = usable.map(|count| (error(count), count)).min_by(|a, b| a.0.total_cmp(&b.0));
        let count = best.map_or(1, |(_, count)| count);
        Ok(Box::new(FittedNeighbours { standard, rows, labels: labels.to_vec(), count }))
    }
}

impl Fitted for FittedNeighbours {
    fn predict(&self, features: &Features) -> Result<Vec<Prediction>, PredictError> {
        let rows = matrix(&self.standard.apply(features));
        let affinity = Affinity::between(rows.as_ref(), self.rows.as_ref());
        let predict = |row: usize| {
            let near = nearest(&affinity, row, self.labels.len());
            Prediction { mean: mean(near.iter().take(self.count).map(|&other| self.labels[other])), sd: None }
        };
        Ok((0..features.len()).map(predict).collect())
    }
}

/// The labelled rows from the nearest to the farthest; equally near ones keep their order.
fn nearest(affinity: &Affinity, row: usize, count: usize) -> Vec<usize> {
    let distances: Vec<f64> = (0..count).map(|other| affinity.squared_distance(row, other)).collect();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]));
    order
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    sum / count.max(1) as f64
}
