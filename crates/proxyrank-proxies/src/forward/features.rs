//! Spectra of a network's feature maps: what each layer hands on, and what its first activation gives out.
//!
//! Rows are all tokens of the batch, columns the channels. Two maps a layer are handed on: the operation's output and the
//! layer's output. Behind a layer norm a token's channels, each over its gain, add up to the same number in every token,
//! so the covariance of these maps is singular; the first GELU's output has full rank where there are rows enough, and
//! stands for a layer where a smallest eigenvalue is asked for.

use faer::Mat;
use rayon::prelude::*;

use super::moments::Moments;
use crate::eigen::{smallest_eigenvalue, symmetric_eigenvalues};

/// Eigenvalues of the channel covariance of what each layer hands on.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureSpectra {
    /// Smallest first, one list a map: the first layer's operation, the first layer, the second layer's operation, and so
    /// on. A map with values that are not finite has one eigenvalue, not a number.
    pub maps: Vec<Vec<f64>>,
}

impl FeatureSpectra {
    pub(super) fn of<'a>(maps: impl Iterator<Item = &'a Moments>) -> Self {
        let maps: Vec<&Moments> = maps.collect();
        let spectrum = |map: &&Moments| {
            symmetric_eigenvalues(map.covariance().as_ref()).unwrap_or_else(|| vec![f64::NAN])
        };
        Self { maps: maps.par_iter().map(spectrum).collect() }
    }
}

/// The smallest eigenvalue of the correlation matrix of a map's channels; not a number where a value is not finite.
///
/// N rows are N - 1 directions about their mean, so with no more rows than channels it is zero, and is not computed. A
/// channel that does not vary correlates with nothing, not even with itself, and makes it zero too.
pub(super) fn smallest_correlation(map: &Moments) -> f64 {
    let covariance = map.covariance();
    let finite = (0..covariance.nrows()).all(|channel| covariance[(channel, channel)].is_finite());
    if !finite {
        return f64::NAN;
    }
    let scales: Vec<f64> =
        (0..covariance.nrows()).map(|channel| covariance[(channel, channel)].sqrt()).collect();
    if map.rows() <= scales.len() || scales.iter().any(|scale| *scale <= 0.0) {
        return 0.0;
    }
    let correlation = Mat::from_fn(scales.len(), scales.len(), |row, column| {
        covariance[(row, column)] / (scales[row] * scales[column])
    });
    smallest_eigenvalue(correlation.as_ref()).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use proxyrank_nn::View;

    use super::*;

    fn moments(rows: &[&[f64]]) -> Moments {
        let values: Vec<f64> = rows.concat();
        Moments::of(View::new(&values, rows.len(), rows[0].len(), rows[0].len()))
    }

    #[test]
    fn two_channels_by_hand() {
        // Deviations (-1, -2), (0, 1), (1, 1): correlation 3 / sqrt(2 · 6).
        let map = moments(&[&[1.0, 0.0], &[2.0, 3.0], &[3.0, 3.0]]);
        assert!((smallest_correlation(&map) - (1.0 - 3.0 / 12.0_f64.sqrt())).abs() < 1e-14);
        // Covariance (1, 1.5; 1.5, 3).
        let found = FeatureSpectra::of(std::iter::once(&map)).maps.concat();
        for (found, sign) in found.iter().zip([-1.0, 1.0]) {
            assert!((found - (2.0 + sign * 3.25_f64.sqrt())).abs() < 1e-14);
        }
    }

    #[test]
    fn too_few_rows_and_constant_channels_give_exactly_zero() {
        let few = moments(&[&[1.0, 0.0], &[2.0, 3.0]]);
        assert_eq!(smallest_correlation(&few).to_bits(), 0);
        let constant = moments(&[&[1.0, 5.0], &[2.0, 5.0], &[4.0, 5.0]]);
        assert_eq!(smallest_correlation(&constant).to_bits(), 0);
        let bad = moments(&[&[1.0, 5.0], &[f64::NAN, 5.0], &[4.0, 6.0]]);
        assert!(smallest_correlation(&bad).is_nan());
        assert!(FeatureSpectra::of(std::iter::once(&bad)).maps[0][0].is_nan());
    }
}
