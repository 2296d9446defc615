//! What becomes of labels before a predictor sees them.
//!
//! A predictor is judged by the ranking it gives, and fitted by squared errors. With labels as they are, a few trainings that
//! failed carry most of the error. With labels replaced by their ranks every architecture counts alike.

use std::fmt;

use serde::Serialize;

/// The scale on which labels are learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Their ranks among the labelled architectures, spread evenly over 0 to 1.
    #[default]
    Ranks,
    /// The labels themselves.
    Labels,
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ranks => "ranks",
            Self::Labels => "labels",
        })
    }
}

impl Scale {
    /// Where labels lie on the scale that `known` labels define. Nothing but `known` decides the scale.
    pub fn place(self, known: &[f64], labels: &[f64]) -> Vec<f64> {
        if self == Self::Labels {
            return labels.to_vec();
        }
        let mut sorted = known.to_vec();
        sorted.sort_by(f64::total_cmp);
        let place = |&label: &f64| {
            let below = sorted.partition_point(|&other| other < label);
            let up_to = sorted.partition_point(|&other| other <= label);
            (below + up_to) as f64 / (2 * sorted.len().max(1)) as f64
        };
        labels.iter().map(place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_even_and_ties_share_one() {
        let known = [10.0, 30.0, 20.0, 20.0];
        assert_eq!(Scale::Ranks.place(&known, &known), [0.125, 0.875, 0.5, 0.5]);
        assert_eq!(Scale::Ranks.place(&known, &[0.0, 25.0, 99.0]), [0.0, 0.75, 1.0]);
        assert_eq!(Scale::Labels.place(&known, &[0.0, 25.0]), [0.0, 25.0]);
    }
}
