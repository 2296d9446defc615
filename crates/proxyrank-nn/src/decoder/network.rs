//! What a decoder computes between embeddings and softmax, written once for every engine: GPT-2, whose norms stand in front of
//! the residual branches.

use proxyrank_space::decoder::DecoderFamily;

use super::{Sight, transformer_xl};
use crate::NnError;
use crate::dropout::DropoutSite;
use crate::ops::{Columns, DecoderOps, Heads, Tap};
use crate::taps::Site;
use crate::weights::{DecoderLayerLayout, DecoderLayout, Linear};

/// The epsilon in every layer norm.
pub(crate) const NORM_EPSILON: f64 = 1e-5;

/// The whole network on the embedded input `x`, (B·S, d); shows the hidden state and gives it. A Transformer-XL sees the past
/// alone.
pub(crate) fn forward<O: DecoderOps>(
    ops: &mut O,
    layout: &DecoderLayout,
    sight: Sight,
    x: O::Value,
) -> Result<O::Value, NnError> {
    match layout.network.family {
        DecoderFamily::Gpt2 => gpt2(ops, layout, sight, x),
        DecoderFamily::TransformerXl => transformer_xl::forward(ops, layout, x),
    }
}

/// All layers and the last norm.
fn gpt2<O: DecoderOps>(
    ops: &mut O,
    layout: &DecoderLayout,
    sight: Sight,
    mut x: O::Value,
) -> Result<O::Value, NnError> {
    let (d, count) = (layout.network.d_model, layout.layers.len());
    for (index, layer) in layout.layers.iter().enumerate() {
        x = attention(ops, layer, index, sight, x)?;
        x = feed_forward(ops, layer, index, x)?;
        show(ops, tap(Site::LayerOutput, index, 0), Columns::first(&x, d))?;
    }
    let hidden = match &layout.final_norm {
        Some(norm) => {
            let hidden = ops.norm(&x, norm)?;
            ops.release(x);
            hidden
        }
        None => x,
    };
    show(ops, tap(Site::Hidden, count - 1, 0), Columns::first(&hidden, d))?;
    Ok(hidden)
}

pub(super) const fn tap(site: Site, layer: usize, index: usize) -> Tap {
    Tap { site, layer, index, heads: 1 }
}

pub(super) fn show<O: DecoderOps>(
    ops: &mut O,
    tap: Tap,
    values: Columns<'_, O::Value>,
) -> Result<(), NnError> {
    if ops.wants(tap.site) { ops.show(tap, values) } else { Ok(()) }
}

/// Matrix `index` of a layer on `x`, shown.
pub(super) fn linear<O: DecoderOps>(
    ops: &mut O,
    x: &O::Value,
    linear: &Linear,
    (layer, index): (usize, usize),
) -> Result<O::Value, NnError> {
    let y = ops.linear(Columns::first(x, linear.inputs), linear)?;
    show(ops, tap(Site::Linear, layer, index), Columns::first(&y, linear.outputs))?;
    Ok(y)
}

/// x + attention(norm(x)).
fn attention<O: DecoderOps>(
    ops: &mut O,
    layer: &DecoderLayerLayout,
    index: usize,
    sight: Sight,
    x: O::Value,
) -> Result<O::Value, NnError> {
    let d = layer.qkv.inputs;
    let normed = ops.norm(&x, &layer.attention_norm)?;
    let qkv = linear(ops, &normed, &layer.qkv, (index, 0))?;
    ops.release(normed);
    let [query, key, value] = [0, 1, 2].map(|part| Columns::nth(&qkv, part, d));
    let heads = Heads { layer: index, count: layer.heads, sight, query, key, value, dropout: None };
    let merged = ops.attention(&heads)?;
    ops.release(qkv);
    let output = linear(ops, &merged, &layer.output, (index, 1))?;
    ops.release(merged);
    ops.add(x, output, DropoutSite::Operation(index))
}

/// x + ffn(norm(x)).
fn feed_forward<O: DecoderOps>(
    ops: &mut O,
    layer: &DecoderLayerLayout,
    index: usize,
    x: O::Value,
) -> Result<O::Value, NnError> {
    let input = ops.norm(&x, &layer.ffn_norm)?;
    show(ops, tap(Site::FfnInput, index, 0), Columns::first(&input, layer.ffn_in.inputs))?;
    let raw = linear(ops, &input, &layer.ffn_in, (index, 2))?;
    ops.release(input);
    show(ops, tap(Site::FfnPreactivation, index, 0), Columns::first(&raw, layer.ffn_in.outputs))?;
    let activated = ops.tanh_gelu(raw)?;
    show(ops, tap(Site::Gelu, index, 0), Columns::first(&activated, layer.ffn_in.outputs))?;
    let output = linear(ops, &activated, &layer.ffn_out, (index, 3))?;
    ops.release(activated);
    ops.add(x, output, DropoutSite::Ffn(index))
}
