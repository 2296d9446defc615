//! Fourier and cosine transforms as matrix products; the matrices are the fast engine's.

use candle_core::Tensor;

use crate::NnError;
use crate::fast::Table;
use crate::real::Real;
use crate::weights::Transform;

/// x is (B, S, heads·d).
pub(super) fn transform<T: Real>(x: &Tensor, heads: usize, kind: Transform) -> Result<Tensor, NnError> {
    match kind {
        Transform::Cosine => separable::<T>(x, heads, Table::CosineTwo),
        Transform::Fourier => {
            Ok((separable::<T>(x, heads, Table::Cosine)? - separable::<T>(x, heads, Table::Sine)?)?)
        }
    }
}

/// Over each head's columns, then over the tokens.
fn separable<T: Real>(x: &Tensor, heads: usize, table: Table) -> Result<Tensor, NnError> {
    let (batch, seq_len, width) = x.dims3()?;
    let matrix = |n: usize| Tensor::from_vec(table.values::<T>(n), (n, n), x.device());
    let d = width / heads;
    let over_head = x.reshape(((), d))?.matmul(&matrix(d)?.t()?)?.reshape((batch, seq_len, width))?;
    Ok(matrix(seq_len)?.broadcast_matmul(&over_head)?)
}
