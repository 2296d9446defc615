//! Statistics of the values themselves: Pearson's r and the coefficient of variation.
//!
//! Scores of different proxies live on wildly different scales (an un-normalised path norm can reach 1e60),
//! so a series is first scaled by an exact power of two, centred, and scaled again. Nothing then overflows,
//! and the sums of a resample lose no digits to a large common mean.

use std::cmp::Ordering;

use crate::error::{StatsError, check_count, check_pair, check_series, constant};

/// Pearson's r of `x` and `y`; an error when one of them is constant.
pub fn pearson_r(x: &[f64], y: &[f64]) -> Result<f64, StatsError> {
    check_pair(x, y)?;
    for (what, values) in [("x", x), ("y", y)] {
        if is_constant(values) {
            return Err(constant(what));
        }
    }
    let mut truth = WeightedValues::default();
    truth.refill(&vec![1; y.len()], &standardise(y));
    truth.pearson(&standardise(x)).ok_or_else(|| constant("x"))
}

/// The standard deviation (with n - 1) divided by the absolute mean: how much repeated runs of one score
/// scatter.
///
/// An error for fewer than two values, or when their mean is zero and the ratio has no meaning.
pub fn coefficient_of_variation(x: &[f64]) -> Result<f64, StatsError> {
    check_series("x", x, x.len())?;
    check_count(x.len(), 2)?;
    let scaled = scale_by_power_of_two(x);
    let mean = mean(&scaled);
    if mean == 0.0 {
        return Err(StatsError::ZeroMean);
    }
    Ok(sample_variance(&scaled).sqrt() / mean.abs())
}

/// The mean of `values`, 0 if there are none.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The variance of `values` with n - 1, 0 if there are fewer than two.
pub(crate) fn sample_variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / values.len().saturating_sub(1).max(1) as f64
}

/// Whether all values are equal.
pub(crate) fn is_constant(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0].partial_cmp(&pair[1]) == Some(Ordering::Equal))
}

/// The values centred on their mean and scaled to a largest magnitude between 1 and 2; zeros if they are
/// constant.
pub(crate) fn standardise(values: &[f64]) -> Vec<f64> {
    if is_constant(values) {
        return vec![0.0; values.len()];
    }
    let mut centred = scale_by_power_of_two(values);
    let centre = mean(&centred);
    for value in &mut centred {
        *value -= centre;
    }
    scale_by_power_of_two(&centred)
}

/// The values times the power of two, hence without rounding, that brings the largest magnitude to about 1.
fn scale_by_power_of_two(values: &[f64]) -> Vec<f64> {
    let largest = values.iter().fold(0.0, |largest: f64, v| largest.max(v.abs()));
    if largest == 0.0 {
        return values.to_vec();
    }
    // Beyond 2^1000 the factor itself would leave the normal range; such values stay far from 1, yet finite.
    #[expect(clippy::cast_possible_truncation, reason = "an exponent lies within -1074..=1023")]
    let exponent = (largest.log2().floor() as i32).clamp(-1000, 1000);
    let factor = 2.0_f64.powi(-exponent);
    values.iter().map(|v| v * factor).collect()
}

/// One standardised series under the multiplicities of a sample, ready to be correlated with many others.
#[derive(Debug, Clone, Default)]
pub(crate) struct WeightedValues {
    weights: Vec<f64>,
    /// Weight times value.
    weighted: Vec<f64>,
    total: f64,
    sum: f64,
    /// The sum of squares about the mean of the sample.
    variation: f64,
}

impl WeightedValues {
    /// Takes the sample in which item `i` occurs `multiplicity[i]` times.
    pub(crate) fn refill(&mut self, multiplicity: &[u32], standardised: &[f64]) {
        self.weights.clear();
        self.weights.extend(multiplicity.iter().map(|&c| f64::from(c)));
        self.weighted.clear();
        self.weighted.extend(self.weights.iter().zip(standardised).map(|(w, v)| w * v));
        self.total = self.weights.iter().sum();
        self.sum = self.weighted.iter().sum();
        let squares: f64 = self.weighted.iter().zip(standardised).map(|(w, v)| w * v).sum();
        self.variation = squares - self.sum * self.sum / self.total;
    }

    /// Pearson's r with another standardised series; nothing when either does not vary in this sample.
    pub(crate) fn pearson(&self, x: &[f64]) -> Option<f64> {
        let [sum, squares, products] = self.sums(x);
        let variation = (squares - sum * sum / self.total) * self.variation;
        let covariation = products - sum * self.sum / self.total;
        // Rounding can carry a perfect correlation just past 1.
        (variation > 0.0).then(|| (covariation / variation.sqrt()).clamp(-1.0, 1.0))
    }

    /// The sums of `w x`, `w x^2` and `w x y`, each in four lanes so that the compiler can use vector
    /// registers.
    fn sums(&self, x: &[f64]) -> [f64; 3] {
        const LANES: usize = 4;
        let (mut sum, mut squares, mut products) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let (x_lanes, x_rest) = x.as_chunks::<LANES>();
        let (w_lanes, w_rest) = self.weights.as_chunks::<LANES>();
        let (wy_lanes, wy_rest) = self.weighted.as_chunks::<LANES>();
        for ((x, w), wy) in x_lanes.iter().zip(w_lanes).zip(wy_lanes) {
            for lane in 0..LANES {
                let weighted = w[lane] * x[lane];
                sum[lane] += weighted;
                squares[lane] += weighted * x[lane];
                products[lane] += wy[lane] * x[lane];
            }
        }
        for (lane, ((x, w), wy)) in x_rest.iter().zip(w_rest).zip(wy_rest).enumerate() {
            sum[lane] += w * x;
            squares[lane] += w * x * x;
            products[lane] += wy * x;
        }
        [sum.iter().sum(), squares.iter().sum(), products.iter().sum()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pearson_survives_huge_tiny_and_offset_values() {
        let x = [1.0, 2.0, 4.0, 8.0, 3.0];
        let y = [2.0, 1.0, 5.0, 9.0, 9.0];
        let expected = pearson_r(&x, &y).unwrap();
        assert!((expected - 0.721_907_804_272_789).abs() < 1e-12);
        for (factor, offset) in [(1e300, 0.0), (1e-300, 0.0), (-1e200, 0.0), (1.0, 1e9)] {
            let moved: Vec<f64> = x.iter().map(|v| v * factor + offset).collect();
            let r = pearson_r(&moved, &y).unwrap() * f64::signum(factor);
            assert!((r - expected).abs() < 1e-7, "{factor} {offset}: {r}");
        }
        assert_eq!(pearson_r(&[1e308, -1e308], &[0.0, 1.0]), Ok(-1.0));
    }

    #[test]
    fn pearson_names_the_constant_series() {
        assert_eq!(pearson_r(&[0.1, 0.1, 0.1], &[1.0, 2.0, 3.0]), Err(constant("x")));
        assert_eq!(pearson_r(&[1.0, 2.0, 3.0], &[0.1, 0.1, 0.1]), Err(constant("y")));
    }

    #[test]
    fn coefficient_of_variation_is_scale_free() {
        let cv = coefficient_of_variation(&[9.0, 10.0, 11.0]).unwrap();
        assert!((cv - 0.1).abs() < 1e-15);
        let cv = coefficient_of_variation(&[-9e250, -10e250, -11e250]).unwrap();
        assert!((cv - 0.1).abs() < 1e-15);
        assert_eq!(coefficient_of_variation(&[-1.0, 1.0]), Err(StatsError::ZeroMean));
    }
}
