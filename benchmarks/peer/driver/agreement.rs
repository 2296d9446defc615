//! Whether both sides compute the same.
//!
//! Both have the same weights and tokens, in f32, so scores may differ by rounding and by nothing else.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::protocol::Scores;

/// Relative difference up to which two scores are the same.
pub(crate) const TOLERANCE: f64 = 1e-4;

/// What may be said against comparing a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rule {
    /// Nothing: it must agree.
    Same,
    /// A count of eigenvalues up to a share of the variance: rounding can move the share of one.
    Count,
    /// Its terms cancel: the difference is measured against their size, which is SNIP.
    Cancels,
    /// Rounding noise on both sides, whatever the precision.
    Noise,
}

impl Rule {
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "v_pca.strict" | "w_pca.strict" => Self::Count,
            "plain" => Self::Cancels,
            // Behind a layer norm the gradient of the hidden state's sum is zero; EZNAS takes the determinant of matrices that
            // are mostly singular.
            "synflow.lpzero" | "logsynflow.lpzero" | "eznas" => Self::Noise,
            _ => Self::Same,
        }
    }

    /// The largest relative difference that it lets pass.
    const fn tolerance(self) -> f64 {
        match self {
            Self::Same | Self::Cancels => TOLERANCE,
            // One of about a hundred components a layer.
            Self::Count => 0.01,
            Self::Noise => f64::INFINITY,
        }
    }
}

/// The largest difference of each score so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Agreement {
    differences: BTreeMap<String, f64>,
}

impl Agreement {
    /// Takes in the scores of one task.
    pub(crate) fn add(&mut self, ours: &Scores, torch: &Scores) {
        for name in ours.keys().chain(torch.keys()) {
            let difference = difference(name, ours, torch);
            let largest = self.differences.entry(name.clone()).or_insert(0.0);
            *largest = largest.max(difference);
        }
    }

    /// Scores by name with their largest relative difference, infinite where only one side has the score.
    pub(crate) fn differences(&self) -> impl Iterator<Item = (&str, f64)> {
        self.differences.iter().map(|(name, difference)| (name.as_str(), *difference))
    }

    /// The scores that differ by more than they may, in words; none if all is well.
    pub(crate) fn complaint(&self) -> Option<String> {
        let off = self.differences().filter(|(name, difference)| *difference > Rule::of(name).tolerance());
        let off: Vec<String> = off.map(|(name, difference)| format!("{name} by {difference:.1e}")).collect();
        if off.is_empty() { None } else { Some(off.join(", ")) }
    }
}

/// The relative difference of a score.
fn difference(name: &str, ours: &Scores, torch: &Scores) -> f64 {
    let of = |scores: &Scores, name: &str| scores.get(name).copied().flatten();
    match (of(ours, name), of(torch, name)) {
        (Some(ours_score), Some(torch_score)) => {
            let size = match Rule::of(name) {
                Rule::Cancels => of(ours, "snip").unwrap_or(ours_score),
                _ => ours_score,
            };
            if ours_score.to_bits() == torch_score.to_bits() {
                0.0
            } else {
                (torch_score - ours_score).abs() / size.abs().max(f64::MIN_POSITIVE)
            }
        }
        // Both are not finite, or both have no such score.
        (None, None) => 0.0,
        _ => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(values: &[(&str, Option<f64>)]) -> Scores {
        values.iter().map(|&(name, score)| (name.to_owned(), score)).collect()
    }

    fn complaint(ours: &[(&str, Option<f64>)], torch: &[(&str, Option<f64>)]) -> Option<String> {
        let mut agreement = Agreement::default();
        agreement.add(&scores(ours), &scores(torch));
        agreement.complaint()
    }

    #[test]
    fn rounding_passes_and_more_does_not() {
        assert_eq!(complaint(&[("snip", Some(1.0))], &[("snip", Some(1.000_05))]), None);
        assert_eq!(
            complaint(&[("snip", Some(-1.0))], &[("snip", Some(1.0))]).as_deref(),
            Some("snip by 2.0e0")
        );
        assert_eq!(complaint(&[("w_pca.strict", Some(238.0))], &[("w_pca.strict", Some(239.0))]), None);
        assert!(complaint(&[("w_pca.strict", Some(238.0))], &[("w_pca.strict", Some(244.0))]).is_some());
        assert_eq!(complaint(&[("eznas", Some(0.0))], &[("eznas", Some(4.0))]), None);
    }

    #[test]
    fn a_score_must_be_there_on_both_sides() {
        assert!(complaint(&[("snip", Some(1.0))], &[]).is_some());
        assert!(complaint(&[], &[("snip", Some(1.0))]).is_some());
        assert!(complaint(&[("snip", Some(1.0))], &[("snip", None)]).is_some());
        assert_eq!(complaint(&[("snip", None)], &[]), None);
        assert_eq!(complaint(&[("head_importance", Some(0.0))], &[("head_importance", Some(0.0))]), None);
    }

    #[test]
    fn a_sum_that_cancels_is_held_against_its_terms() {
        let ours = [("plain", Some(1e-6)), ("snip", Some(1.0))];
        assert_eq!(complaint(&ours, &[("plain", Some(2e-6)), ("snip", Some(1.0))]), None);
        assert!(complaint(&ours, &[("plain", Some(1e-3)), ("snip", Some(1.0))]).is_some());
    }

    #[test]
    fn the_largest_difference_stays() {
        let mut agreement = Agreement::default();
        for torch in [1.0, 1.5, 1.25] {
            agreement.add(&scores(&[("snip", Some(1.0))]), &scores(&[("snip", Some(torch))]));
        }
        assert_eq!(agreement.differences().collect::<Vec<_>>(), [("snip", 0.5)]);
    }
}
