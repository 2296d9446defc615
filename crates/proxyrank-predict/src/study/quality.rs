//! How good one ranking of test architectures is.

use proxyrank_stats::{
    Estimate, StatsError, kendall_tau_a, kendall_tau_b, quantile, spearman_rho, within_cell_tau,
};

use crate::gaussian_process::NINETY;
use crate::{PredictError, Prediction};

/// Statistics of one ranking. A value is absent where it is undefined: a constant ranking has no tau-b, a rule no coverage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Kendall tau-b with the labels.
    pub tau_b: Option<f64>,
    /// Kendall tau-a, which does not reward ties.
    pub tau_a: f64,
    /// Spearman rho.
    pub rho: Option<f64>,
    /// Tau-b over the pairs of equal depth and width.
    pub within_cell: Option<f64>,
    /// Share of the labels that lie inside their 90% intervals.
    pub coverage: Option<f64>,
}

/// Judges scores by labels; predictions come with the labels' places on the scale that they were fitted on.
pub(super) fn quality(
    scores: &[f64],
    truth: &[f64],
    cells: &[u32],
    predictions: Option<(&[Prediction], &[f64])>,
) -> Result<Quality, PredictError> {
    Ok(Quality {
        tau_b: defined(kendall_tau_b(scores, truth))?,
        tau_a: kendall_tau_a(scores, truth)?,
        rho: defined(spearman_rho(scores, truth))?,
        within_cell: defined(within_cell_tau(scores, truth, cells))?,
        coverage: predictions.and_then(|(predictions, places)| coverage(predictions, places)),
    })
}

/// A statistic, or nothing where a series is constant.
fn defined(value: Result<f64, StatsError>) -> Result<Option<f64>, StatsError> {
    match value {
        Ok(value) => Ok(Some(value)),
        Err(StatsError::Constant { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn coverage(predictions: &[Prediction], places: &[f64]) -> Option<f64> {
    let inside: Option<Vec<bool>> = predictions
        .iter()
        .zip(places)
        .map(|(prediction, place)| Some((place - prediction.mean).abs() <= NINETY * prediction.sd?))
        .collect();
    let inside = inside.filter(|inside| !inside.is_empty())?;
    Some(inside.iter().filter(|inside| **inside).count() as f64 / inside.len() as f64)
}

/// The mean over repeats and the central 95% of their values; nothing where no repeat has one.
pub fn summarise(values: impl IntoIterator<Item = f64>) -> Option<Estimate> {
    let mut values: Vec<f64> = values.into_iter().collect();
    let n = values.len();
    let point = values.iter().sum::<f64>() / n as f64;
    Some(Estimate { point, low: quantile(&mut values, 0.025)?, high: quantile(&mut values, 0.975)?, n })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_undefined_is_absent() {
        let truth = [1.0, 2.0, 3.0];
        let constant = quality(&[5.0; 3], &truth, &[0; 3], None).unwrap();
        assert_eq!((constant.tau_b, constant.tau_a, constant.coverage), (None, 0.0, None));
        let lonely = quality(&[1.0, 2.0, 3.0], &truth, &[0, 1, 2], None).unwrap();
        assert_eq!((lonely.tau_b, lonely.within_cell), (Some(1.0), None));
        assert!(quality(&[f64::NAN; 3], &truth, &[0; 3], None).is_err());
    }

    #[test]
    fn coverage_counts_labels_inside_their_intervals() {
        let at = |mean| Prediction { mean, sd: Some(1.0) };
        assert_eq!(coverage(&[at(0.0), at(0.0)], &[1.6, 1.7]), Some(0.5));
        assert_eq!(coverage(&[Prediction { mean: 0.0, sd: None }], &[0.0]), None);
    }

    #[test]
    fn summaries_hold_mean_and_percentiles() {
        let summary = summarise((0..=40).map(f64::from)).unwrap();
        assert_eq!((summary.point, summary.low, summary.high, summary.n), (20.0, 1.0, 39.0, 41));
        assert_eq!(summarise([]), None);
    }
}
