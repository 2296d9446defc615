//! Ridge regression: linear in the features, with the penalty that leaves the smallest error on labels left out one by one.
//!
//! In its dual form, since there are often more features than labels: with standardised features X and `K = X X' / p`, a fit
//! at penalty l predicts `mean + k(x)' (K + l I)^-1 (t - mean)`. The error of leaving one out follows from the residuals of a
//! single fit: `(t_i - f_i) / (1 - H_ii)` with `H = 1/n + K (K + l I)^-1`.

use faer::Mat;

use crate::features::Standard;
use crate::kernel::{Affinity, Kernel, matrix};
use crate::spectrum::Spectrum;
use crate::{Features, Fitted, Group, PredictError, Prediction, Predictor};

/// The predictor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ridge;

/// Decimal logarithms of the penalties that are tried, in halves.
const HALF_DECADES: std::ops::RangeInclusive<i32> = -8..=6;

#[derive(Debug)]
struct FittedRidge {
    standard: Standard,
    rows: Mat<f64>,
    mean: f64,
    /// (K + l I)^-1 (t - mean).
    weights: Vec<f64>,
}

impl Predictor for Ridge {
    fn fit(&self, features: &Features, labels: &[f64], _seed: u64) -> Result<Box<dyn Fitted>, PredictError> {
        features.check(labels)?;
        let standard = Standard::of(features, features.columns_of(&Group::ALL));
        let rows = matrix(&standard.apply(features));
        let n = labels.len();
        let affinity = Affinity::between(rows.as_ref(), rows.as_ref());
        let spectrum =
            Spectrum::of(Mat::from_fn(n, n, |i, j| affinity.kernel(Kernel::Linear, i, j)).as_ref())?;
        let mean = labels.iter().sum::<f64>() / n as f64;
        let centred: Vec<f64> = labels.iter().map(|label| label - mean).collect();
        let along = spectrum.project(&centred);
        let error = |penalty: f64| {
            let kept: Vec<f64> = spectrum.values.iter().map(|value| value / (value + penalty)).collect();
            let leverage = spectrum.diagonal(&kept);
            let fitted = spectrum.back(&kept, &along);
            let left_out = centred.iter().zip(fitted).zip(leverage).map(|((t, fit), leverage)| {
                ((t - fit) / (1.0 - 1.0 / n as f64 - leverage).max(1e-6)).powi(2)
            });
            left_out.sum::<f64>()
        };
        let penalties = HALF_DECADES.map(|half| 10.0_f64.powf(f64::from(half) / 2.0));
        let tried = penalties.map(|penalty| (error(penalty), penalty));
        let best = tried.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(1.0, |(_, penalty)| penalty);
        let inverse: Vec<f64> = spectrum.values.iter().map(|value| 1.0 / (value + best)).collect();
        let weights = spectrum.back(&inverse, &along);
        Ok(Box::new(FittedRidge { standard, rows, mean, weights }))
    }
}

impl Fitted for FittedRidge {
    fn predict(&self, features: &Features) -> Result<Vec<Prediction>, PredictError> {
        let rows = matrix(&self.standard.apply(features));
        let affinity = Affinity::between(rows.as_ref(), self.rows.as_ref());
        let predict = |i: usize| {
            let terms = self.weights.iter().enumerate();
            let sum: f64 = terms.map(|(j, weight)| weight * affinity.kernel(Kernel::Linear, i, j)).sum();
            Prediction { mean: self.mean + sum, sd: None }
        };
        Ok((0..features.len()).map(predict).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Feature;

    #[test]
    fn a_plane_is_found_exactly_enough() {
        let column =
            |name: &str, values: Vec<f64>| Feature { name: name.into(), group: Group::Detail, values };
        let a: Vec<f64> = (0..40).map(|i| f64::from(i % 7)).collect();
        let b: Vec<f64> = (0..40).map(|i| f64::from(i % 5)).collect();
        let labels: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 4.0 + 2.0 * a - b).collect();
        let features = Features::new(40, &[column("a", a), column("b", b)]).unwrap();
        let fitted = Ridge.fit(&features, &labels, 0).unwrap();
        for (prediction, label) in fitted.predict(&features).unwrap().iter().zip(&labels) {
            assert!((prediction.mean - label).abs() < 1e-2, "{prediction:?} {label}");
        }
    }
}
