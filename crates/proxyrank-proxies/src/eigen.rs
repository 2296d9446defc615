//! Eigenvalues of symmetric matrices, without vectors.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{MatRef, Par, Spec};

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
