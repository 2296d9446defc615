//! Scaled dot products of all heads at once.

use candle_core::Tensor;

use super::ops::{ComposedOps, narrow, softmax};
use crate::NnError;
use crate::batch::Block;
use crate::decoder::Sight;
use crate::gradient::GradientOf;
use crate::ops::{Columns, Heads};
use crate::real::Real;
use crate::taps::{Event, Site, View, Visitor};

pub(super) fn attention<T: Real, V: Visitor<T>>(
    ops: &mut ComposedOps<'_, T, V>,
    heads: &Heads<'_, Tensor>,
) -> Result<Tensor, NnError> {
    // Only encoders run here, and they see everything.
    debug_assert_eq!(heads.sight, Sight::All);
    let (batch, seq_len) = (ops.block.sequences, ops.block.seq_len);
    let width = heads.query.width;
    let d = width / heads.count;
    let split = |columns: Columns<'_, Tensor>| -> Result<Tensor, NnError> {
        let split = narrow(columns)?.reshape((batch, seq_len, heads.count, d))?;
        Ok(split.transpose(1, 2)?.contiguous()?)
    };
    let scores = (split(heads.query)?.matmul(&split(heads.key)?.t()?)? * (1.0 / (d as f64).sqrt()))?;
    let probabilities = ops.carried(softmax(&scores)?)?;
    show(ops, heads, &probabilities)?;
    let probabilities = match heads.dropout {
        Some(site) => ops.masked(probabilities, site)?,
        None => probabilities,
    };
    let merged = probabilities.matmul(&split(heads.value)?)?.transpose(1, 2)?;
    Ok(merged.reshape((batch, seq_len, width))?)
}

/// Shows the probabilities tile by tile, as the fast engine computes them.
fn show<T: Real, V: Visitor<T>>(
    ops: &mut ComposedOps<'_, T, V>,
    heads: &Heads<'_, Tensor>,
    probabilities: &Tensor,
) -> Result<(), NnError> {
    let (layer, tiles) = (heads.layer, ops.block.sequences * heads.count);
    if ops.wants_gradient(Site::Attention)
        && let Some(backward) = &mut ops.backward
    {
        for tile in 0..tiles {
            let of = GradientOf::Activation { site: Site::Attention, layer, index: tile % heads.count };
            backward.tape.mark_tile(of, probabilities, tile, heads.count);
        }
    }
    if !ops.visitor.wants(Site::Attention) {
        return Ok(());
    }
    let seq_len = ops.block.seq_len;
    let values = probabilities.flatten_all()?.to_vec1::<T>()?;
    for (tile, values) in values.chunks_exact(seq_len * seq_len).enumerate() {
        let block = Block { first_sequence: tile / heads.count, sequences: 1, ..ops.block };
        ops.visitor.visit(&Event {
            site: Site::Attention,
            layer,
            index: tile % heads.count,
            heads: heads.count,
            block,
            values: View::new(values, seq_len, seq_len, seq_len),
        });
    }
    Ok(())
}
