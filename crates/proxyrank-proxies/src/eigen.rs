//! Eigenvalues of symmetric matrices, without vectors.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{LltRegularization, cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::triangular_solve::{solve_lower_triangular_in_place, solve_upper_triangular_in_place};
use faer::{Mat, MatRef, Par, Spec};

/// The eigenvalues of a symmetric matrix, smallest first; its lower triangle counts. None where an
/// entry is not finite.
///
/// On one thread: callers work on several matrices at a time.
pub(crate) fn symmetric_eigenvalues(matrix: MatRef<'_, f64>) -> Option<Vec<f64>> {
    if !matrix.col_iter().all(|column| column.iter().all(|entry| entry.is_finite())) {
        return None;
    }
    let mut values = Diag::zeros(matrix.nrows());
    let scratch =
        self_adjoint_evd_scratch::<f64>(matrix.nrows(), ComputeEigenvectors::No, Par::Seq, Spec::default());
    let mut memory = MemBuffer::new(scratch);
    let stack = MemStack::new(&mut memory);
    self_adjoint_evd(matrix, values.as_mut(), None, Par::Seq, stack, Spec::default()).ok()?;
    Some(values.column_vector().iter().copied().collect())
}

/// Below so many rows all eigenvalues cost no more than one.
const ALL: usize = 96;

/// Steps of Lanczos's method between two looks at its result.
const STRIDE: usize = 8;

/// Relative change over a stride at which the result stands.
const SETTLED: f64 = 1e-12;

/// The smallest eigenvalue of a symmetric matrix that is positive semidefinite but for rounding; its lower triangle counts.
/// None where an entry is not finite.
///
/// For large matrices it is one over the largest eigenvalue of the inverse, by Lanczos's method with full
/// orthogonalisation on the Cholesky factor: a third of the work at 512 rows, a quarter at 1024. A matrix without a
/// factor is singular to rounding, and all its eigenvalues are computed.
pub(crate) fn smallest_eigenvalue(matrix: MatRef<'_, f64>) -> Option<f64> {
    let n = matrix.nrows();
    let by_inverse =
        if n > ALL { cholesky(matrix).and_then(|factor| lanczos_inverse(&factor)) } else { None };
    by_inverse.or_else(|| symmetric_eigenvalues(matrix)?.first().copied())
}

fn cholesky(matrix: MatRef<'_, f64>) -> Option<Mat<f64>> {
    let n = matrix.nrows();
    let mut factor = matrix.to_owned();
    let mut memory = MemBuffer::new(cholesky_in_place_scratch::<f64>(n, Par::Seq, Spec::default()));
    let stack = MemStack::new(&mut memory);
    cholesky_in_place(factor.as_mut(), LltRegularization::default(), Par::Seq, stack, Spec::default())
        .ok()?;
    let pivots = (0..n).map(|i| factor[(i, i)]);
    pivots.into_iter().all(|pivot| pivot.is_finite() && pivot > 0.0).then_some(factor)
}

/// One over the largest eigenvalue of (L Lᵀ)⁻¹; nothing if the method does not settle.
fn lanczos_inverse(factor: &Mat<f64>) -> Option<f64> {
    let n = factor.nrows();
    // No eigenvector is likely to be orthogonal to a start without a pattern.
    let mut next = Mat::from_fn(n, 1, |row, _| 1.0 + 0.5 * (1.7 * (row * row) as f64).sin());
    let mut basis: Vec<Mat<f64>> = Vec::new();
    let (mut diagonal, mut beside): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let mut before = 0.0;
    while basis.len() < n {
        let length = next.norm_l2();
        if length <= f64::EPSILON * diagonal.iter().copied().fold(0.0, f64::max) {
            // What was found so far is a space of its own.
            let small = tridiagonal(&diagonal, &beside);
            return symmetric_eigenvalues(small.as_ref())?.last().map(|largest| 1.0 / largest);
        }
        let unit = next * faer::Scale(1.0 / length);
        if !basis.is_empty() {
            beside.push(length);
        }
        next = unit.clone();
        solve_lower_triangular_in_place(factor.as_ref(), next.as_mut(), Par::Seq);
        solve_upper_triangular_in_place(factor.transpose(), next.as_mut(), Par::Seq);
        basis.push(unit);
        for (index, vector) in basis.iter().enumerate().rev() {
            let share = (vector.transpose() * &next)[(0, 0)];
            next -= vector * faer::Scale(share);
            if index + 1 == basis.len() {
                diagonal.push(share);
            }
        }
        if basis.len().is_multiple_of(STRIDE) {
            let small = tridiagonal(&diagonal, &beside);
            let largest = symmetric_eigenvalues(small.as_ref())?.last().copied()?;
            if largest - before <= SETTLED * largest {
                return Some(1.0 / largest);
            }
            before = largest;
        }
    }
    None
}

fn tridiagonal(diagonal: &[f64], beside: &[f64]) -> Mat<f64> {
    Mat::from_fn(diagonal.len(), diagonal.len(), |row, column| match row.abs_diff(column) {
        0 => diagonal[row],
        1 => beside[row.min(column)],
        _ => 0.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Gram matrix over fewer directions than rows if `rank` is small.
    fn gram(n: usize, rank: usize, noise: f64) -> Mat<f64> {
        let factor = Mat::from_fn(n, rank, |i, j| ((i * 31 + 17 * j * j + i * j) as f64).sin());
        let mut gram = &factor * factor.transpose();
        for i in 0..n {
            gram[(i, i)] += noise * (1.0 + i as f64 / n as f64);
        }
        gram
    }

    #[test]
    fn one_eigenvalue_is_that_of_all() {
        for (n, rank, noise) in [(20, 30, 0.1), (97, 60, 0.5), (200, 400, 1e-3), (260, 100, 1e-6)] {
            let matrix = gram(n, rank, noise);
            let wanted = symmetric_eigenvalues(matrix.as_ref()).unwrap()[0];
            let found = smallest_eigenvalue(matrix.as_ref()).unwrap();
            assert!((found - wanted).abs() <= 1e-9 * wanted + 1e-11 * n as f64, "{n}: {found}, not {wanted}");
        }
    }

    #[test]
    fn singular_matrices_and_bad_numbers() {
        let singular = smallest_eigenvalue(gram(150, 40, 0.0).as_ref()).unwrap();
        assert!(singular.abs() < 1e-10, "{singular}");
        let mut bad = gram(150, 200, 0.1);
        bad[(7, 3)] = f64::NAN;
        assert_eq!(smallest_eigenvalue(bad.as_ref()), None);
        let identity = smallest_eigenvalue(Mat::<f64>::identity(120, 120).as_ref()).unwrap();
        assert!((identity - 1.0).abs() < 1e-12);
    }
}
