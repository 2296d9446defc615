//! A number together with how far it can be trusted.
//!
//! A correlation on 500 architectures moves by several hundredths when other architectures are drawn, so no
//! correlation leaves this crate's bootstrap without its interval.

use std::fmt;

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A statistic on the whole sample with an interval around it.
///
/// The interval comes from percentiles of resampled values. It need not be symmetric, and for a statistic
/// whose resampled values are biased (precision at k, regret) it need not even contain the point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The value on the whole sample.
    pub point: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    /// The number of architectures.
    pub n: usize,
}

impl Estimate {
    /// A point with the central `confidence` share of `replicates` as its interval.
    ///
    /// Replicates that are not a number mark resamples in which the statistic is undefined (a score that
    /// happens to be constant there); they are left out. Without any defined replicate the interval shrinks
    /// to the point.
    pub(crate) fn from_replicates(point: f64, replicates: &mut Vec<f64>, confidence: f64, n: usize) -> Self {
        replicates.retain(|v| !v.is_nan());
        let tail = (1.0 - confidence) / 2.0;
        let low = quantile(replicates, tail).unwrap_or(point);
        let high = quantile(replicates, 1.0 - tail).unwrap_or(point);
        Self { point, low, high, n }
    }
}

impl fmt::Display for Estimate {
    /// `0.745 [0.721, 0.768]`; the precision of the format gives the digits, three if there is none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(3);
        write!(f, "{:.digits$} [{:.digits$}, {:.digits$}]", self.point, self.low, self.high)
    }
}

/// The mean of independent values, assumed normal, with Student's interval; `n` is their number. `None` for fewer than two values or
/// one that is not finite.
pub fn mean_interval(values: &[f64], confidence: f64) -> Option<Estimate> {
    let n = values.len();
    if n < 2 || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let degrees = (n - 1) as f64;
    let mean = values.iter().sum::<f64>() / n as f64;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / degrees;
    let student = StudentsT::new(0.0, 1.0, degrees).ok()?;
    let reach = student.inverse_cdf(f64::midpoint(1.0, confidence)) * (variance / n as f64).sqrt();
    Some(Estimate { point: mean, low: mean - reach, high: mean + reach, n })
}

/// The `q`-quantile of `values` with linear interpolation between order statistics (type 7 of Hyndman and
/// Fan 1996, the default of numpy); reorders `values`. `None` when there are none, or `q` lies outside
/// 0..=1.
pub fn quantile(values: &mut [f64], q: f64) -> Option<f64> {
    if values.is_empty() || !(0.0..=1.0).contains(&q) {
        return None;
    }
    let position = q * (values.len() - 1) as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies within 0..len")]
    let below = position as usize;
    let (_, &mut low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    Some(low + (position - below as f64) * (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_with_the_digits_asked_for() {
        let estimate = Estimate { point: 0.7451, low: 0.721_04, high: 0.768, n: 500 };
        assert_eq!(estimate.to_string(), "0.745 [0.721, 0.768]");
        assert_eq!(format!("{estimate:.1}"), "0.7 [0.7, 0.8]");
    }

    #[test]
    fn intervals_of_means_are_students() {
        // scipy.stats.t.interval(0.95, 4, mean, sem) of these.
        let found = mean_interval(&[1.0, 2.0, 3.0, 4.0, 6.0], 0.95).unwrap();
        assert!((found.point - 3.2).abs() < 1e-12 && found.n == 5);
        assert!((found.high - 5.588_389).abs() < 1e-5 && (found.low - 0.811_611).abs() < 1e-5, "{found:.6}");
        assert_eq!(mean_interval(&[1.0], 0.95), None);
        assert_eq!(mean_interval(&[1.0, f64::NAN], 0.95), None);
    }

    #[test]
    fn quantile_interpolates_like_numpy() {
        let mut values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(quantile(&mut values, 0.0), Some(1.0));
        assert_eq!(quantile(&mut values, 0.5), Some(2.5));
        assert_eq!(quantile(&mut values, 1.0), Some(4.0));
        assert!((quantile(&mut values, 0.9).unwrap() - 3.7).abs() < 1e-15);
        assert_eq!(quantile(&mut [], 0.5), None);
        assert_eq!(quantile(&mut values, 1.5), None);
    }

    #[test]
    fn undefined_replicates_are_left_out() {
        let mut replicates = vec![f64::NAN, 1.0, 2.0, 3.0, f64::NAN];
        let estimate = Estimate::from_replicates(2.0, &mut replicates, 0.5, 9);
        assert_eq!(estimate, Estimate { point: 2.0, low: 1.5, high: 2.5, n: 9 });
        let nothing = Estimate::from_replicates(2.0, &mut vec![f64::NAN], 0.95, 9);
        assert_eq!((nothing.low, nothing.high), (2.0, 2.0));
    }
}
