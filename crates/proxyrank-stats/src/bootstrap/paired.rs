//! Do two proxies really differ, and which ones form a group that the data cannot tell apart.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use statrs::function::erf::erfc;

use super::analysis::{Table, analyse};
use super::{BootstrapOptions, Panel};
use crate::error::{StatsError, constant};
use crate::estimate::Estimate;
use crate::moments::sample_variance;

/// A paired bootstrap comparison of two proxies by one correlation, tau-b unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The index of the first proxy.
    pub a: usize,
    /// The index of the second proxy.
    pub b: usize,
    /// The correlation of the first minus that of the second, with its percentile interval over shared resamples.
    pub difference: Estimate,
    /// The two-sided p-value of a difference of zero.
    ///
    /// With k of B resampled differences on the other side of zero (or at it) it is `2 (k + 1) / (B + 1)`,
    /// at most 1. At k = 0 the resamples only say that it lies below `2 / (B + 1)`, too coarse for Holm's
    /// correction over hundreds of comparisons; the p-value is then the smaller one of a normal test with
    /// the resamples' standard error.
    pub p_value: f64,
    /// The p-value after Holm's correction over all comparisons of the analysis.
    pub p_holm: f64,
}

/// Compares the tau-b of two score series with the same truth; larger is better in all three.
///
/// An error when a series is unusable or constant.
pub fn compare(
    truth: &[f64],
    a: &[f64],
    b: &[f64],
    options: &BootstrapOptions,
) -> Result<Comparison, StatsError> {
    let panel = Panel { truth: truth.to_vec(), scores: vec![a.to_vec(), b.to_vec()], ..Panel::default() };
    let analysis = analyse(&panel, options)?;
    analysis.comparisons.first().copied().ok_or_else(|| {
        let a_is_constant = analysis.proxies.first().is_some_and(|a| a.tau_b.is_none());
        constant(if a_is_constant { "proxy 0" } else { "proxy 1" })
    })
}

/// Holm's step-down correction: p-values that may each be compared with the family-wise error rate.
///
/// The i-th smallest of m is multiplied by `m - i + 1`, made monotone and capped at 1 (Holm 1979); the
/// order of the input is kept.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let m = p_values.len();
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; m];
    let mut largest: f64 = 0.0;
    for (position, &index) in order.iter().enumerate() {
        largest = largest.max((p_values[index] * (m - position) as f64).min(1.0));
        adjusted[index] = largest;
    }
    adjusted
}

/// Compares pairs of series by the statistic in a column of the table; pairs for which it is undefined are left out.
pub(super) fn compare_pairs(
    table: &Table,
    column: usize,
    pairs: &[(usize, usize)],
    n: usize,
    confidence: f64,
) -> Vec<Comparison> {
    let series = pairs.iter().map(|&(a, b)| a.max(b) + 1).max().unwrap_or(0);
    let replicates: Vec<Vec<f64>> =
        (0..series).into_par_iter().map(|index| table.replicates(index, column)).collect();
    let compare = |&(a, b): &(usize, usize)| {
        let point = table.point(a, column)? - table.point(b, column)?;
        let mut differences: Vec<f64> =
            replicates[a].iter().zip(&replicates[b]).map(|(a, b)| a - b).filter(|d| !d.is_nan()).collect();
        let p_value = p_value(point, &differences);
        let difference = Estimate::from_replicates(point, &mut differences, confidence, n);
        Some(Comparison { a, b, difference, p_value, p_holm: p_value })
    };
    let mut comparisons: Vec<Comparison> = pairs.par_iter().filter_map(compare).collect();
    let raw: Vec<f64> = comparisons.iter().map(|c| c.p_value).collect();
    for (comparison, adjusted) in comparisons.iter_mut().zip(holm(&raw)) {
        comparison.p_holm = adjusted;
    }
    comparisons
}

/// The two-sided p-value described at [`Comparison::p_value`].
fn p_value(point: f64, differences: &[f64]) -> f64 {
    let at_most = differences.iter().filter(|&&d| d <= 0.0).count();
    let at_least = differences.iter().filter(|&&d| d >= 0.0).count();
    let beyond = at_most.min(at_least);
    let counted = (2.0 * (beyond as f64 + 1.0) / (differences.len() as f64 + 1.0)).min(1.0);
    if beyond > 0 {
        return counted;
    }
    let standard_error = sample_variance(differences).sqrt();
    if standard_error == 0.0 {
        return counted;
    }
    let normal = erfc(point.abs() / standard_error / std::f64::consts::SQRT_2);
    counted.min(normal)
}

/// The tie group of each proxy, from 1; `None` for those without a tau-b.
pub(super) fn tie_groups(taus: &[Option<f64>], comparisons: &[Comparison], alpha: f64) -> Vec<Option<usize>> {
    let differs = |x: usize, y: usize| {
        comparisons.iter().any(|c| (c.a, c.b) == (x.min(y), x.max(y)) && c.p_holm < alpha)
    };
    let mut waiting: Vec<(usize, f64)> =
        taus.iter().enumerate().filter_map(|(proxy, tau)| Some((proxy, (*tau)?))).collect();
    waiting.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut groups = vec![None; taus.len()];
    let mut group = 0;
    while let Some(&(leader, _)) = waiting.first() {
        group += 1;
        waiting.retain(|&(proxy, _)| {
            let joins = !differs(leader, proxy);
            if joins {
                groups[proxy] = Some(group);
            }
            !joins
        });
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holm_is_monotone_and_capped() {
        // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm").
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (adjusted, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((adjusted - expected).abs() < 1e-15);
        }
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn p_values_count_the_other_side_of_zero() {
        let differences: Vec<f64> = (0..99).map(|i| f64::from(i) - 4.5).collect();
        assert!((p_value(44.5, &differences) - 2.0 * 6.0 / 100.0).abs() < 1e-15);
        assert!((p_value(0.0, &[0.0; 9]) - 1.0).abs() < 1e-15);
        assert!((p_value(1.0, &[1.0; 9]) - 0.2).abs() < 1e-15);
    }

    #[test]
    fn beyond_the_resolution_of_the_resamples_the_normal_tail_takes_over() {
        let differences: Vec<f64> = (0..99).map(|i| 10.0 + f64::from(i % 3)).collect();
        let p = p_value(11.0, &differences);
        assert!(p > 0.0 && p < 1e-30, "{p}");
    }

    fn comparison(a: usize, b: usize, p_holm: f64) -> Comparison {
        let difference = Estimate { point: 0.0, low: 0.0, high: 0.0, n: 9 };
        Comparison { a, b, difference, p_value: p_holm, p_holm }
    }

    #[test]
    fn the_best_without_a_group_leads_the_next() {
        let taus = [Some(0.2), Some(0.9), None, Some(0.8), Some(0.1)];
        let comparisons = [
            comparison(0, 1, 0.01),
            comparison(0, 3, 0.6),
            comparison(0, 4, 0.7),
            comparison(1, 3, 0.5),
            comparison(1, 4, 0.001),
            comparison(3, 4, 0.2),
        ];
        // 3 joins 1 although 0 would not differ from 3; 0 then leads.
        assert_eq!(tie_groups(&taus, &comparisons, 0.05), [Some(2), Some(1), None, Some(1), Some(2)]);
    }
}
