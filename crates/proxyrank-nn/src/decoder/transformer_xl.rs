//! Transformer-XL between embeddings and softmax.
//!
//! Dai et al. (ACL 2019), in the form of LiteTransformerSearch. Norms stand behind the residual sums, so the last one's output is
//! the hidden state. A layer attends to its own inputs of earlier segments, which are constants and are not normed again, and to
//! the past of the segment; scores depend on distances instead of positions.

use super::network::{linear, show, tap};
use crate::NnError;
use crate::dropout::DropoutSite;
use crate::ops::{Columns, DecoderOps, RelativeHeads};
use crate::taps::Site;
use crate::weights::{DecoderLayerLayout, DecoderLayout, Norm, RelativeLayout};

/// All layers on the embedded input `x`, (B·S, d); shows the hidden state and gives it.
pub(super) fn forward<O: DecoderOps>(
    ops: &mut O,
    layout: &DecoderLayout,
    x: O::Value,
) -> Result<O::Value, NnError> {
    let (d, count) = (layout.network.d_model, layout.layers.len());
    let mut x = ops.drop_out(x, DropoutSite::Embeddings)?;
    let distances = ops.distances(d)?;
    for (index, layer) in layout.layers.iter().enumerate() {
        show(ops, tap(Site::LayerInput, index, 0), Columns::first(&x, d))?;
        if let Some(relative) = &layer.relative {
            x = attention(ops, (layer, relative), index, &distances, x)?;
        }
        x = feed_forward(ops, layer, index, x)?;
        show(ops, tap(Site::LayerOutput, index, 0), Columns::first(&x, d))?;
    }
    ops.release(distances);
    let hidden = ops.drop_out(x, DropoutSite::Output)?;
    show(ops, tap(Site::Hidden, count - 1, 0), Columns::first(&hidden, d))?;
    Ok(hidden)
}

/// norm(x + attention(memory and x)).
fn attention<O: DecoderOps>(
    ops: &mut O,
    (layer, biases): (&DecoderLayerLayout, &RelativeLayout),
    index: usize,
    distances: &O::Value,
    x: O::Value,
) -> Result<O::Value, NnError> {
    let d = layer.qkv.inputs;
    let remembered = ops.remember(index, &x)?;
    let qkv = linear(ops, remembered.as_ref().unwrap_or(&x), &layer.qkv, (index, 0))?;
    if let Some(remembered) = remembered {
        ops.release(remembered);
    }
    let keys = linear(ops, distances, &biases.keys, (index, 1))?;
    let [query, key, value] = [0, 1, 2].map(|part| Columns::nth(&qkv, part, d));
    let distance = Columns::first(&keys, d);
    let heads = RelativeHeads { layer: index, count: layer.heads, query, key, value, distance, biases };
    let merged = ops.relative_attention(&heads)?;
    ops.release(qkv);
    ops.release(keys);
    let output = linear(ops, &merged, &layer.output, (index, 2))?;
    ops.release(merged);
    let sum = ops.add(x, output, DropoutSite::Operation(index))?;
    normed(ops, sum, &layer.attention_norm)
}

/// norm(x + ffn(x)).
fn feed_forward<O: DecoderOps>(
    ops: &mut O,
    layer: &DecoderLayerLayout,
    index: usize,
    x: O::Value,
) -> Result<O::Value, NnError> {
    let (d, inner) = (layer.ffn_in.inputs, layer.ffn_in.outputs);
    show(ops, tap(Site::FfnInput, index, 0), Columns::first(&x, d))?;
    let raw = linear(ops, &x, &layer.ffn_in, (index, 3))?;
    show(ops, tap(Site::FfnPreactivation, index, 0), Columns::first(&raw, inner))?;
    let activated = ops.relu(raw)?;
    show(ops, tap(Site::Gelu, index, 0), Columns::first(&activated, inner))?;
    let activated = ops.drop_out(activated, DropoutSite::FfnInner(index))?;
    let output = linear(ops, &activated, &layer.ffn_out, (index, 4))?;
    ops.release(activated);
    let sum = ops.add(x, output, DropoutSite::Ffn(index))?;
    normed(ops, sum, &layer.ffn_norm)
}

fn normed<O: DecoderOps>(ops: &mut O, sum: O::Value, norm: &Norm) -> Result<O::Value, NnError> {
    let y = ops.norm(&sum, norm)?;
    ops.release(sum);
    Ok(y)
}
