//! Convolutions as sums over the kernel of shifted copies: candle's own has no fast path for these shapes, and a sum
//! of narrowed tensors can be differentiated.

use candle_core::Tensor;

use super::ops::softmax;
use crate::NnError;

/// Zeros before and behind each sequence, so that every kernel position is a narrowing.
fn padded(x: &Tensor, kernel: usize) -> Result<Tensor, NnError> {
    Ok(x.pad_with_zeros(1, kernel / 2, kernel / 2)?)
}

/// x is (B, S, columns), `weight` (columns, k).
pub(super) fn depthwise(x: &Tensor, weight: &Tensor) -> Result<Tensor, NnError> {
    let seq_len = x.dim(1)?;
    let (columns, kernel) = weight.dims2()?;
    let x = padded(x, kernel)?;
    let mut sum = x.narrow(1, 0, seq_len)?.zeros_like()?;
    for position in 0..kernel {
        let weight = weight.narrow(1, position, 1)?.reshape(columns)?;
        sum = (sum + x.narrow(1, position, seq_len)?.broadcast_mul(&weight)?)?;
    }
    Ok(sum)
}

/// Logits are (B, S, heads·k), values (B, S, heads·d).
pub(super) fn convolve(
    logits: &Tensor,
    values: &Tensor,
    heads: usize,
    kernel: usize,
) -> Result<Tensor, NnError> {
    let (batch, seq_len, width) = values.dims3()?;
    let weights = softmax(&logits.reshape((batch, seq_len, heads, kernel))?)?;
    let values = padded(values, kernel)?;
    let split = (batch, seq_len, heads, width / heads);
    let mut sum = values.narrow(1, 0, seq_len)?.zeros_like()?.reshape(split)?;
    for position in 0..kernel {
        let shifted = values.narrow(1, position, seq_len)?.contiguous()?.reshape(split)?;
        sum = (sum + shifted.broadcast_mul(&weights.narrow(3, position, 1)?)?)?;
    }
    Ok(sum.reshape((batch, seq_len, width))?)
}
