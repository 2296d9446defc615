//! Similarities between architectures.

use faer::{Mat, MatRef};

use crate::spectrum::product;

/// How alike two rows of standardised features are. Distances and products are means over the columns, so that a kernel
/// keeps its scale when columns are added.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kernel {
    /// The mean product: functions that are linear in the features.
    Linear,
    /// Matérn with smoothness 5/2 at this length scale: `(1 + r + r^2 / 3) exp(-r)`, `r = sqrt(5) d / length`.
    Matern {
        /// Length scale, in standard deviations of a feature.
        length: f64,
    },
}

/// Rows of features as a matrix.
pub(crate) fn matrix(rows: &[Vec<f64>]) -> Mat<f64> {
    Mat::from_fn(rows.len(), rows.first().map_or(0, Vec::len), |row, column| rows[row][column])
}

/// Inner products and squared lengths, from which every kernel of two sets of rows is made.
#[derive(Debug)]
pub(crate) struct Affinity {
    inner: Mat<f64>,
    left: Vec<f64>,
    right: Vec<f64>,
    columns: f64,
}

impl Affinity {
    /// Between the rows of two matrices with the same columns.
    pub(crate) fn between(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Self {
        let lengths = |m: MatRef<'_, f64>| -> Vec<f64> {
            m.row_iter().map(|row| row.iter().map(|x| x * x).sum()).collect()
        };
        Self {
            inner: product(a, b.transpose()),
            left: lengths(a),
            right: lengths(b),
            columns: a.ncols().max(1) as f64,
        }
    }

    /// The kernel between row i of the first matrix and row j of the second.
    pub(crate) fn kernel(&self, kernel: Kernel, i: usize, j: usize) -> f64 {
        let inner = self.inner[(i, j)] / self.columns;
        match kernel {
            Kernel::Linear => inner,
            Kernel::Matern { length } => {
                let squared = (self.left[i] + self.right[j]) / self.columns - 2.0 * inner;
                matern(squared.max(0.0).sqrt() / length)
            }
        }
    }

    /// The kernel between all rows.
    pub(crate) fn matrix(&self, kernel: Kernel) -> Mat<f64> {
        Mat::from_fn(self.left.len(), self.right.len(), |i, j| self.kernel(kernel, i, j))
    }

    /// The squared distance between row i of the first matrix and row j of the second, a mean over the columns.
    pub(crate) fn squared_distance(&self, i: usize, j: usize) -> f64 {
        ((self.left[i] + self.right[j] - 2.0 * self.inner[(i, j)]) / self.columns).max(0.0)
    }
}

fn matern(distance: f64) -> f64 {
    let r = 5.0_f64.sqrt() * distance;
    (1.0 + r + r * r / 3.0) * (-r).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matern_falls_from_one() {
        assert_eq!(matern(0.0).to_bits(), 1.0_f64.to_bits());
        // scikit-learn's Matern(nu=2.5) at distance 1 and length scale 1.
        assert!((matern(1.0) - 0.523_994_108_831_820_3).abs() < 1e-12);
    }

    #[test]
    fn distances_are_means_over_columns() {
        let a = matrix(&[vec![0.0, 0.0], vec![1.0, 3.0]]);
        let affinity = Affinity::between(a.as_ref(), a.as_ref());
        assert!((affinity.squared_distance(0, 1) - 5.0).abs() < 1e-15);
        assert!((affinity.kernel(Kernel::Linear, 1, 1) - 5.0).abs() < 1e-15);
        assert!((affinity.kernel(Kernel::Matern { length: 2.0 }, 1, 1) - 1.0).abs() < 1e-15);
    }
}
