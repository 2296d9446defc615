//! Scaled dot products of all heads at once.

use candle_core::Tensor;

use super::ops::{ComposedOps, narrow, softmax};
use crate::NnError;
use crate::batch::Block;
use crate::decoder::Sight;
use crate::gradient::GradientOf;
use crate::ops::Heads;
use crate::real::Real;
use crate::taps::{Event, Site, View, Visitor};

/// What released code puts in place of the scores of tokens that are not seen, if the sign of its mask is lost.
const LOST_SIGN: f64 = 10_000.0;

pub(super) fn attention<T: Real, V: Visitor<T>>(
    ops: &mut ComposedOps<'_, T, V>,
    heads: &Heads<'_, Tensor>,
) -> Result<Tensor, NnError> {
    let part = |columns| split(&narrow(columns)?, heads.count);
    let [query, key, value] = [part(heads.query)?, part(heads.key)?, part(heads.value)?];
    let scores = scaled(&query.matmul(&key.t()?)?, &query)?;
    let scores = match heads.sight {
        Sight::All => scores,
        Sight::Past => with_future_at::<T>(&scores, f64::NEG_INFINITY)?,
        Sight::Future => with_future_at::<T>(&scores, LOST_SIGN)?,
    };
    let probabilities = ops.carried(softmax(&scores)?)?;
    show(ops, heads.layer, &probabilities)?;
    let probabilities = match heads.dropout {
        Some(site) => ops.masked(probabilities, site)?,
        None => probabilities,
    };
    merged(&probabilities.matmul(&value)?)
}

/// (B, S, heads·d) as (B, heads, S, d).
pub(super) fn split(x: &Tensor, heads: usize) -> Result<Tensor, NnError> {
    let (batch, rows, width) = x.dims3()?;
    Ok(x.reshape((batch, rows, heads, width / heads))?.transpose(1, 2)?.contiguous()?)
}

/// (B, heads, S, d) as (B, S, heads·d).
pub(super) fn merged(x: &Tensor) -> Result<Tensor, NnError> {
    let (batch, heads, rows, d) = x.dims4()?;
    Ok(x.transpose(1, 2)?.reshape((batch, rows, heads * d))?)
}

/// Scores over √d, where d is the width of the queries (B, heads, S, d).
pub(super) fn scaled(scores: &Tensor, query: &Tensor) -> Result<Tensor, NnError> {
    let (_, _, _, d) = query.dims4()?;
    Ok((scores * (1.0 / (d as f64).sqrt()))?)
}

/// Scores (B, heads, queries, keys) with `value` in place of those of keys in a query's future. The last key is that of the last
/// query; what is remembered comes in front.
pub(super) fn with_future_at<T: Real>(scores: &Tensor, value: f64) -> Result<Tensor, NnError> {
    let (_, _, queries, keys) = scores.dims4()?;
    let remembered = keys - queries;
    let row = |query| (0..keys).map(move |key| u8::from(key > remembered + query));
    let future = Tensor::from_iter((0..queries).flat_map(row), scores.device())?;
    let future = future.reshape((queries, keys))?.broadcast_as(scores.shape())?;
    let value = Tensor::full(T::of_f64(value), scores.shape(), scores.device())?;
    Ok(future.where_cond(&value, scores)?)
}

/// Shows probabilities (B, heads, queries, keys) tile by tile, as the fast engine computes them.
pub(super) fn show<T: Real, V: Visitor<T>>(
    ops: &mut ComposedOps<'_, T, V>,
    layer: usize,
    probabilities: &Tensor,
) -> Result<(), NnError> {
    let (batch, heads, queries, keys) = probabilities.dims4()?;
    if ops.wants_gradient(Site::Attention)
        && let Some(backward) = &mut ops.backward
    {
        for tile in 0..batch * heads {
            let of = GradientOf::Activation { site: Site::Attention, layer, index: tile % heads };
            backward.tape.mark_tile(of, probabilities, tile, heads);
        }
    }
    if !ops.visitor.wants(Site::Attention) {
        return Ok(());
    }
    let values = probabilities.flatten_all()?.to_vec1::<T>()?;
    for (tile, values) in values.chunks_exact(queries * keys).enumerate() {
        let block = Block { first_sequence: tile / heads, sequences: 1, ..ops.block };
        ops.visitor.visit(&Event {
            site: Site::Attention,
            layer,
            index: tile % heads,
            heads,
            block,
            values: View::new(values, queries, keys, keys),
        });
    }
    Ok(())
}
