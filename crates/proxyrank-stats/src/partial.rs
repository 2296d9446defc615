//! Partial rank correlations: what a score says about the truth beyond what a third variable already says.
//!
//! Bigger networks are mostly better, so a proxy that merely measures size looks good. Given the size z,
//!
//! `t_xy.z = (t_xy - t_xz t_yz) / sqrt((1 - t_xz^2) (1 - t_yz^2))`
//!
//! with tau-b for `t` (Kendall 1942), and the same with Spearman's rho. A score that orders the items
//! exactly as z does has no partial correlation.

use crate::error::{StatsError, check_series, constant};
use crate::moments::is_constant;
use crate::{kendall_tau_b, spearman_rho};

/// Kendall's partial tau-b of `x` and `y` given `z`.
///
/// An error when a series is constant, or when x or y orders the items exactly as z does.
pub fn partial_tau(x: &[f64], y: &[f64], z: &[f64]) -> Result<f64, StatsError> {
    partial_of(kendall_tau_b, x, y, z)
}

/// Spearman's partial rho of `x` and `y` given `z`, under the same conditions as [`partial_tau`].
pub fn partial_rho(x: &[f64], y: &[f64], z: &[f64]) -> Result<f64, StatsError> {
    partial_of(spearman_rho, x, y, z)
}

fn partial_of(
    correlation: fn(&[f64], &[f64]) -> Result<f64, StatsError>,
    x: &[f64],
    y: &[f64],
    z: &[f64],
) -> Result<f64, StatsError> {
    check_series("z", z, x.len())?;
    let xy = correlation(x, y)?;
    if is_constant(z) {
        return Err(constant("z"));
    }
    partial(xy, correlation(x, z)?, correlation(y, z)?).ok_or_else(|| constant("x or y given z"))
}

/// The partial correlation from the three plain ones; nothing when z explains x or y completely.
pub(crate) fn partial(xy: f64, xz: f64, yz: f64) -> Option<f64> {
    let unexplained = (1.0 - xz * xz) * (1.0 - yz * yz);
    (unexplained > 0.0).then(|| (xy - xz * yz) / unexplained.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formula_on_three_correlations() {
        assert_eq!(partial(0.5, 0.0, 0.0), Some(0.5));
        assert_eq!(partial(0.48, 0.6, 0.8), Some(0.0));
        assert!((partial(0.7, 0.5, 0.4).unwrap() - 0.629_940_788_348_712).abs() < 1e-12);
        assert_eq!(partial(0.7, -1.0, 0.4), None);
    }

    #[test]
    fn a_copy_of_the_size_has_nothing_left() {
        let size = [1.0, 2.0, 3.0, 4.0];
        let truth = [1.0, 3.0, 2.0, 4.0];
        assert_eq!(partial_tau(&size, &truth, &size), Err(constant("x or y given z")));
        assert_eq!(partial_rho(&truth, &truth, &[7.0; 4]), Err(constant("z")));
    }
}
