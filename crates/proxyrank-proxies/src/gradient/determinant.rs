//! The determinant of a sign matrix's Gram matrix.
//!
//! The entries of S are -1, 0 and 1, so S Sᵀ has whole numbers, which a product in f32 gives exactly, and its determinant is
//! a whole number too: either zero, or at least one. There is nothing between, which is what makes EZNAS saturate.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{LltRegularization, cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, Mat, MatRef, Par, Spec};
use proxyrank_nn::Real;

/// ln abs(det(S Sᵀ)) with S the signs of a matrix; minus infinity if S Sᵀ is singular, as it is where the matrix has more
/// rows than columns. Not a number where the matrix has entries that are none.
pub(super) fn sign_determinant<T: Real>(matrix: MatRef<'_, T>) -> f64 {
    let (rows, columns) = matrix.shape();
    if matrix.col_iter().any(|column| column.iter().any(|value| value.as_f64().is_nan())) {
        return f64::NAN;
    }
    if rows > columns {
        return f64::NEG_INFINITY;
    }
    let signs = Mat::from_fn(rows, columns, |row, column| sign(matrix[(row, column)]));
    let mut gram = Mat::<f32>::zeros(rows, rows);
    matmul(
        gram.as_mut(),
        BlockStructure::TriangularLower,
        Accum::Replace,
        signs.as_ref(),
        BlockStructure::Rectangular,
        signs.transpose(),
        BlockStructure::Rectangular,
        1.0,
        Par::Seq,
    );
    let mut factor = Mat::from_fn(rows, rows, |row, column| f64::from(gram[(row, column)]));
    let mut memory = MemBuffer::new(cholesky_in_place_scratch::<f64>(rows, Par::Seq, Spec::default()));
    let stack = MemStack::new(&mut memory);
    let found =
        cholesky_in_place(factor.as_mut(), LltRegularization::default(), Par::Seq, stack, Spec::default());
    let pivots = (0..rows).map(|row| (factor[(row, row)].powi(2), f64::from(gram[(row, row)])));
    // A pivot is the squared distance of a row from those before it: zero, and rounded, where the row depends on them.
    if found.is_err() || pivots.clone().any(|(pivot, length)| pivot <= 1e-9 * length) {
        return f64::NEG_INFINITY;
    }
    pivots.map(|(pivot, _)| pivot.ln()).sum()
}

fn sign<T: Real>(value: T) -> f32 {
    if value > T::ZERO {
        1.0
    } else if value < T::ZERO {
        -1.0
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], rows: usize, columns: usize) -> f64 {
        sign_determinant(MatRef::from_row_major_slice(values, rows, columns))
    }

    #[test]
    fn determinants_by_hand() {
        // Signs (1, 1) and (1, -1): the Gram matrix is 2 on the diagonal.
        assert!((of(&[0.5, 3.0, 0.1, -7.0], 2, 2) - 4.0_f64.ln()).abs() < 1e-15);
        assert!((of(&[2.0, -3.0, 0.0], 1, 3) - 2.0_f64.ln()).abs() < 1e-15);
        // Equal rows, a row of zeros, more rows than columns.
        for singular in
            [of(&[1.0, 2.0, 3.0, 4.0], 2, 2), of(&[0.0, 0.0, 1.0, -1.0], 2, 2), of(&[1.0, -1.0], 2, 1)]
        {
            assert!(singular < f64::MIN);
        }
        assert!(of(&[f64::NAN, 1.0], 1, 2).is_nan());
    }

    #[test]
    fn dependent_rows_of_a_large_matrix_are_found() {
        let mut values: Vec<f64> = (0..96 * 128).map(|i| f64::from(i * i % 7919).sin()).collect();
        assert!(of(&values, 96, 128) > 96.0);
        values.copy_within(0..128, 50 * 128);
        assert!(of(&values, 96, 128) < f64::MIN);
    }
}
