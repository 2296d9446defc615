//! Attention with scores that depend on distances (Dai et al., ACL 2019), and the distances.

use candle_core::{Device, Tensor};

use crate::NnError;
use crate::composed::attention::{merged, scaled, show, split, with_future_at};
use crate::composed::ops::{ComposedOps, narrow, softmax};
use crate::ops::RelativeHeads;
use crate::real::Real;
use crate::taps::Visitor;

/// The longest wavelength, over 2π.
const LONGEST: f64 = 10_000.0;

/// Sines, then cosines, of the distances from `count` - 1 down to 0: (`count`, d).
pub(super) fn distances<T: Real>(count: usize, d: usize, device: &Device) -> Result<Tensor, NnError> {
    let angle = |distance: usize, k: usize| distance as f64 * LONGEST.powf(-2.0 * k as f64 / d as f64);
    let row = |distance: usize| {
        let sines = (0..d / 2).map(move |k| angle(distance, k).sin());
        sines.chain((0..d / 2).map(move |k| angle(distance, k).cos()))
    };
    let values = (0..count).rev().flat_map(row).map(T::of_f64);
    Ok(Tensor::from_iter(values, device)?.reshape((count, d))?)
}

/// softmax(((q + u) kᵀ + (q + v) rᵀ) / √d) values, of all heads.
pub(super) fn attention<T: Real, V: Visitor<T>>(
    ops: &mut ComposedOps<'_, T, V>,
    heads: &RelativeHeads<'_, Tensor>,
) -> Result<Tensor, NnError> {
    let RelativeHeads { layer, count, biases, .. } = *heads;
    let part = |columns| split(&narrow(columns)?, count);
    let [context, key, value] = [part(heads.query)?, part(heads.key)?, part(heads.value)?];
    let seq_len = ops.block.seq_len;
    // Queries of what is remembered are not read.
    let query = context.narrow(2, context.dim(2)? - seq_len, seq_len)?;
    // The same for all sequences.
    let distance = split(&narrow(heads.distance)?.unsqueeze(0)?, count)?;
    let biased = |span| -> Result<Tensor, NnError> {
        let bias = ops.tensors.stacked(span, (1, count, 1, ()))?;
        Ok(query.broadcast_add(&bias)?)
    };
    let by_content = biased(&biases.content_bias)?.matmul(&key.t()?)?;
    let by_distance = shifted(&biased(&biases.distance_bias)?.broadcast_matmul(&distance.t()?)?)?;
    let scores = scaled(&(by_content + by_distance)?, &query)?;
    let probabilities = ops.carried(softmax(&with_future_at::<T>(&scores, f64::NEG_INFINITY)?)?)?;
    show(ops, layer, &probabilities)?;
    merged(&probabilities.matmul(&value)?)
}

/// From scores of distances, the largest first, to those of keys: (B, heads, queries, keys), every row moved to the left by the
/// number of queries behind it. What comes in from the right belongs to keys in the future and means nothing.
///
/// As in the published code: with a column in front, the rows of the same numbers cut one shorter are moved by one each.
fn shifted(scores: &Tensor) -> Result<Tensor, NnError> {
    let (batch, heads, queries, keys) = scores.dims4()?;
    let padded = scores.pad_with_zeros(3, 1, 0)?.reshape((batch, heads, keys + 1, queries))?;
    Ok(padded.narrow(2, 1, keys)?.reshape((batch, heads, queries, keys))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two queries, one remembered token: distances 2, 1, 0.
    #[test]
    fn each_query_meets_its_own_distances() {
        let scores = Tensor::new(&[[9.0, 0.1, 0.2], [0.3, 0.4, 0.5]], &Device::Cpu).unwrap();
        let rows = shifted(&scores.reshape((1, 1, 2, 3)).unwrap()).unwrap();
        let rows = rows.reshape((2, 3)).unwrap().to_vec2::<f64>().unwrap();
        assert_eq!((&rows[0][..2], &rows[1][..]), (&[0.1, 0.2][..], &[0.3, 0.4, 0.5][..]));
    }
}
