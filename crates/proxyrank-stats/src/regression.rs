//! Whether some features explain labels beyond others: two nested linear models and the F test between them.
//!
//! Both models are fitted by least squares, by orthogonalising the features one after another (modified Gram-Schmidt, twice, which
//! is as accurate as Householder reflections). A feature that is a linear combination of those before it
//! adds nothing and is not counted as a parameter.

use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use crate::error::{StatsError, check_count, check_series};

/// A feature whose remainder is smaller than this, relative to itself, lies in the span of those before it.
const DEPENDENT: f64 = 1e-9;

/// The comparison of two nested linear models.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NestedTest {
    /// Share of the labels' variance that the smaller model explains.
    pub r2_base: f64,
    /// Share that the larger model explains.
    pub r2_full: f64,
    /// The F statistic of the added features.
    pub f: f64,
    /// Added parameters, and residual degrees of freedom of the larger model.
    pub freedom: (usize, usize),
    /// The probability of an F at least as large if the added features had no effect.
    pub p_value: f64,
}

/// Tests whether `added` features explain `labels` beyond an intercept and the `base` features; one series per feature.
///
/// An error when a series has the wrong length or a value that is not finite, when the added features lie in the span of the
/// base, or when there are too few labels for the number of features.
pub fn nested_f_test(
    labels: &[f64],
    base: &[Vec<f64>],
    added: &[Vec<f64>],
) -> Result<NestedTest, StatsError> {
    let n = labels.len();
    check_series("labels", labels, n)?;
    check_count(n, 3)?;
    for (index, feature) in base.iter().chain(added).enumerate() {
        check_series(&format!("feature {index}"), feature, n)?;
    }
    let mut span = Span::default();
    let mut residual = labels.to_vec();
    span.add(&vec![1.0; n], &mut residual);
    let total = squares(&residual);
    for feature in base {
        span.add(feature, &mut residual);
    }
    let (base_squares, base_rank) = (squares(&residual), span.0.len());
    for feature in added {
        span.add(feature, &mut residual);
    }
    let (full_squares, full_rank) = (squares(&residual), span.0.len());

    let freedom = (full_rank - base_rank, n.saturating_sub(full_rank));
    if freedom.0 == 0 || freedom.1 == 0 {
        return Err(StatsError::TooFew { found: n, needed: full_rank + 1 });
    }
    let f = ((base_squares - full_squares) / freedom.0 as f64) / (full_squares / freedom.1 as f64);
    let p_value = FisherSnedecor::new(freedom.0 as f64, freedom.1 as f64).map_or(f64::NAN, |law| law.sf(f));
    Ok(NestedTest {
        r2_base: 1.0 - base_squares / total,
        r2_full: 1.0 - full_squares / total,
        f,
        freedom,
        p_value,
    })
}

/// An orthonormal basis of the features so far.
#[derive(Default)]
struct Span(Vec<Vec<f64>>);

impl Span {
    /// Adds a feature, and takes its part out of the residual.
    fn add(&mut self, feature: &[f64], residual: &mut [f64]) {
        let mut rest = feature.to_vec();
        for _ in 0..2 {
            for axis in &self.0 {
                remove(&mut rest, axis);
            }
        }
        let length = squares(&rest).sqrt();
        if length <= DEPENDENT * squares(feature).sqrt() {
            return;
        }
        for value in &mut rest {
            *value /= length;
        }
        remove(residual, &rest);
        self.0.push(rest);
    }
}

/// Takes the part along a unit vector out of another vector.
fn remove(from: &mut [f64], axis: &[f64]) {
    let along: f64 = from.iter().zip(axis).map(|(a, b)| a * b).sum();
    for (value, unit) in from.iter_mut().zip(axis) {
        *value -= along * unit;
    }
}

fn squares(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum()
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    #[test]
    fn a_worked_example() {
        // numpy.linalg.lstsq and scipy.stats.f.sf on the same numbers.
        let labels = [1.0, 2.0, 2.5, 4.1, 5.2, 5.9, 7.3, 7.8];
        let x: Vec<f64> = (0..8).map(f64::from).collect();
        let z = vec![0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0];
        let test = nested_f_test(&labels, &[x], &[z]).unwrap();
        assert_relative_eq!(test.r2_base, R2_BASE, max_relative = 1e-10);
        assert_relative_eq!(test.f, F, max_relative = 1e-9);
        assert_relative_eq!(test.p_value, P, max_relative = 1e-8);
        assert_eq!(test.freedom, (1, 5));
    }

    #[test]
    fn a_repeated_feature_is_no_feature() {
        let labels = [1.0, 3.0, 2.0, 5.0, 4.0];
        let x = vec![1.0, 2.0, 3.0, 4.0, 5.0];
        let doubled: Vec<f64> = x.iter().map(|v| 2.0 * v + 1.0).collect();
        assert!(nested_f_test(&labels, &[x], &[doubled]).is_err());
    }

    const R2_BASE: f64 = 0.990_342_572_525_759_5;
    const F: f64 = 6.869_158_878_504_645;
    const P: f64 = 0.047_046_195_340_537_22;
}
