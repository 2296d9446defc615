//! The gradient of the position table, and how its features relate.

use faer::Mat;

use crate::eigen::symmetric_eigenvalues;

/// The gradient of the first S rows of the position table, whose width is E. A feature is a column.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionGradient {
    /// (S, E), row-major.
    pub values: Vec<f64>,
    /// E.
    pub features: usize,
}

impl PositionGradient {
    /// Eigenvalues of the E x E correlation matrix of the features over positions, smallest first.
    ///
    /// Empty where there is no such matrix: a feature does not vary, or is not finite.
    pub fn correlation_eigenvalues(&self) -> Vec<f64> {
        let mut features = self.by_feature();
        for feature in &mut features {
            let mean = feature.iter().sum::<f64>() / feature.len() as f64;
            for value in feature.iter_mut() {
                *value -= mean;
            }
        }
        let correlations = cosines(features);
        symmetric_eigenvalues(correlations.as_ref()).unwrap_or_default()
    }

    /// The E x E cosines between features.
    pub fn cosines(&self) -> Mat<f64> {
        cosines(self.by_feature())
    }

    fn by_feature(&self) -> Vec<Vec<f64>> {
        let feature = |feature: usize| self.values.iter().skip(feature).step_by(self.features).copied();
        (0..self.features).map(|index| feature(index).collect()).collect()
    }
}

/// Inner products of the vectors brought to unit length; not a number where one is zero.
fn cosines(mut vectors: Vec<Vec<f64>>) -> Mat<f64> {
    for vector in &mut vectors {
        let length = vector.iter().map(|value| value * value).sum::<f64>().sqrt();
        for value in vector.iter_mut() {
            *value /= length;
        }
    }
    let positions = vectors.first().map_or(0, Vec::len);
    let unit = Mat::from_fn(vectors.len(), positions, |row, column| vectors[row][column]);
    &unit * unit.transpose()
}
