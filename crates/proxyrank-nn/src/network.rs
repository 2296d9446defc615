//! What a FlexiBERT encoder computes, written once for every engine.
//!
//! Serianni & Kalita (ACL 2023): embeddings, then layers of an operation and a feed-forward chain with one residual
//! over the whole chain. No attention mask anywhere: the released code computes one and does not use it.

use crate::NnError;
use crate::decoder::Sight;
use crate::dropout::DropoutSite;
use crate::engine::Depth;
use crate::ops::{Columns, Heads, Ops, Tap};
use crate::taps::Site;
use crate::weights::{
    AttentionLayout, EncoderLayout, HeadLayout, LayerLayout, Linear, OperationLayout, SpanConvolutionLayout,
    TransformLayout,
};

/// Runs the network; gives the hidden state, or nothing if `depth` ends before it.
pub(crate) fn forward<O: Ops>(
    ops: &mut O,
    layout: &EncoderLayout,
    depth: Depth,
) -> Result<Option<O::Value>, NnError> {
    let x = embed(ops, layout)?;
    if depth == Depth::LastFfnInput {
        let last = layout.layers.len() - 1;
        let x = layers(ops, layout, last, x)?;
        last_ffn_input(ops, &layout.layers[last], last, layout.network.hidden_size, x)?;
        return Ok(None);
    }
    let hidden = encode(ops, layout, x)?;
    if let Some(head) = &layout.head
        && ops.wants(Site::Logits)
    {
        let logits = logits(ops, layout, head, &hidden)?;
        ops.release(logits);
    }
    Ok(Some(hidden))
}

/// The embeddings' output, (B·S, h).
pub(crate) fn embed<O: Ops>(ops: &mut O, layout: &EncoderLayout) -> Result<O::Value, NnError> {
    let embedded = ops.embed(layout)?;
    match &layout.embeddings.project {
        None => Ok(embedded),
        Some(project) => {
            let x = ops.linear(Columns::first(&embedded, layout.network.embedding_size), project)?;
            ops.release(embedded);
            Ok(x)
        }
    }
}

/// All layers on the embeddings' output `x`; shows the hidden state and gives it.
pub(crate) fn encode<O: Ops>(ops: &mut O, layout: &EncoderLayout, x: O::Value) -> Result<O::Value, NnError> {
    let (h, count) = (layout.network.hidden_size, layout.layers.len());
    let hidden = layers(ops, layout, count, x)?;
    let tap = Tap { site: Site::Hidden, layer: count - 1, index: 0, heads: 1 };
    show(ops, tap, Columns::first(&hidden, h))?;
    Ok(hidden)
}

/// The first `count` layers.
fn layers<O: Ops>(
    ops: &mut O,
    layout: &EncoderLayout,
    count: usize,
    mut x: O::Value,
) -> Result<O::Value, NnError> {
    let h = layout.network.hidden_size;
    for (index, layer) in layout.layers[..count].iter().enumerate() {
        let after_operation = operation(ops, layer, index, h, x)?;
        let after_operation = ops.cut(2 * index, after_operation)?;
        let output = feed_forward(ops, layer, index, h, after_operation)?;
        x = ops.cut(2 * index + 1, output)?;
        show(ops, ffn_tap(Site::LayerOutput, index, 0), Columns::first(&x, h))?;
    }
    Ok(x)
}

/// The discriminator's logits of a hidden state, (B·S, 1); shows them.
pub(crate) fn logits<O: Ops>(
    ops: &mut O,
    layout: &EncoderLayout,
    head: &HeadLayout,
    hidden: &O::Value,
) -> Result<O::Value, NnError> {
    let dense = ops.linear_gelu(hidden, &head.dense)?;
    let logits = ops.linear(Columns::first(&dense, head.dense.outputs), &head.prediction)?;
    ops.release(dense);
    let layer = layout.layers.len() - 1;
    show(ops, Tap { site: Site::Logits, layer, index: 0, heads: 1 }, Columns::first(&logits, 1))?;
    Ok(logits)
}

fn show<O: Ops>(ops: &mut O, tap: Tap, values: Columns<'_, O::Value>) -> Result<(), NnError> {
    if ops.wants(tap.site) { ops.show(tap, values) } else { Ok(()) }
}

fn operation<O: Ops>(
    ops: &mut O,
    layer: &LayerLayout,
    index: usize,
    h: usize,
    x: O::Value,
) -> Result<O::Value, NnError> {
    let (merged, output, norm) = match &layer.operation {
        OperationLayout::Transform(transform) => {
            let output = linear_transform(ops, transform, layer.heads, index, h, &x)?;
            ops.release(x);
            return Ok(output);
        }
        OperationLayout::Attention(attention) => {
            (self_attention(ops, attention, layer.heads, index, h, &x)?, &attention.output, &attention.norm)
        }
        OperationLayout::SpanConvolution(span) => {
            (span_convolution(ops, span, index, h, &x)?, &span.output, &span.norm)
        }
    };
    let y = ops.linear_residual_norm(&merged, output, DropoutSite::Operation(index), &x, norm)?;
    ops.release(merged);
    ops.release(x);
    Ok(y)
}

/// Shows the first three of the stacked outputs, which are queries, keys and values.
fn show_qkv<O: Ops>(
    ops: &mut O,
    layer: usize,
    heads: usize,
    stacked: &O::Value,
    width: usize,
) -> Result<(), NnError> {
    for (position, site) in [Site::Query, Site::Key, Site::Value].into_iter().enumerate() {
        show(ops, Tap { site, layer, index: 0, heads }, Columns::nth(stacked, position, width))?;
    }
    Ok(())
}

fn self_attention<O: Ops>(
    ops: &mut O,
    attention: &AttentionLayout,
    heads: usize,
    layer: usize,
    h: usize,
    x: &O::Value,
) -> Result<O::Value, NnError> {
    let qkv = ops.linear(Columns::first(x, h), &attention.qkv)?;
    show_qkv(ops, layer, heads, &qkv, h)?;
    let weighted = match &attention.weight {
        None => None,
        Some(weight) => {
            let weighted = ops.linear(Columns::nth(&qkv, 0, h), weight)?;
            show(ops, Tap { site: Site::Weight, layer, index: 0, heads }, Columns::first(&weighted, h))?;
            Some(weighted)
        }
    };
    let query = weighted.as_ref().map_or(Columns::nth(&qkv, 0, h), |weighted| Columns::first(weighted, h));
    let key = Columns::nth(&qkv, 1, h);
    let value = Columns::nth(&qkv, 2, h);
    let dropout = Some(DropoutSite::Attention(layer));
    let merged =
        ops.attention(&Heads { layer, count: heads, sight: Sight::All, query, key, value, dropout })?;
    if let Some(weighted) = weighted {
        ops.release(weighted);
    }
    ops.release(qkv);
    Ok(merged)
}

fn span_convolution<O: Ops>(
    ops: &mut O,
    span: &SpanConvolutionLayout,
    layer: usize,
    h: usize,
    x: &O::Value,
) -> Result<O::Value, NnError> {
    let (heads, width) = (span.heads, span.width);
    let stacked = ops.linear(Columns::first(x, h), &span.qkvc)?;
    show_qkv(ops, layer, heads, &stacked, width)?;
    let [query, key, value, convolved] = [0, 1, 2, 3].map(|index| Columns::nth(&stacked, index, width));
    let dropout = Some(DropoutSite::Attention(layer));
    let attended =
        ops.attention(&Heads { layer, count: heads, sight: Sight::All, query, key, value, dropout })?;
    let depthwise = ops.depthwise(x, &span.depthwise, span.kernel)?;
    let key_conv = ops.linear(Columns::first(&depthwise, h), &span.pointwise)?;
    ops.release(depthwise);
    let dynamic = ops.multiply(key_conv, query)?;
    let logits = ops.linear(Columns::first(&dynamic, width), &span.kernel_logits)?;
    ops.release(dynamic);
    let convolved = ops.convolve(logits, convolved, heads, span.kernel)?;
    ops.release(stacked);
    ops.concatenate(attended, convolved)
}

/// No residual, no norm, no dropout: the raw transform goes to the feed-forward chain.
fn linear_transform<O: Ops>(
    ops: &mut O,
    transform: &TransformLayout,
    heads: usize,
    layer: usize,
    h: usize,
    x: &O::Value,
) -> Result<O::Value, NnError> {
    let input = ops.linear(Columns::first(x, h), &transform.input)?;
    show(ops, Tap { site: Site::TransformInput, layer, index: 0, heads }, Columns::first(&input, h))?;
    let output = ops.transform(&input, heads, transform.transform)?;
    ops.release(input);
    if ops.wants(Site::TransformSoftmax) {
        let softmax = ops.head_softmax(&output, heads)?;
        ops.show(Tap { site: Site::TransformSoftmax, layer, index: 0, heads }, Columns::first(&softmax, h))?;
        ops.release(softmax);
    }
    Ok(output)
}

/// What [`Depth::LastFfnInput`] promises of the last layer, whose input is `x`.
fn last_ffn_input<O: Ops>(
    ops: &mut O,
    layer: &LayerLayout,
    index: usize,
    h: usize,
    x: O::Value,
) -> Result<(), NnError> {
    let input = operation(ops, layer, index, h, x)?;
    show(ops, ffn_tap(Site::FfnInput, index, 0), Columns::first(&input, h))?;
    if ops.wants(Site::FfnPreactivation) {
        let raw = preactivation(ops, &layer.ffn[0], index, &input)?;
        ops.release(raw);
    }
    ops.release(input);
    Ok(())
}

/// A place in a chain.
const fn ffn_tap(site: Site, layer: usize, position: usize) -> Tap {
    Tap { site, layer, index: position, heads: 1 }
}

/// The chain's first layer before its GELU, shown; the caller has asked for it.
fn preactivation<O: Ops>(
    ops: &mut O,
    linear: &Linear,
    layer: usize,
    input: &O::Value,
) -> Result<O::Value, NnError> {
    let raw = ops.linear(Columns::first(input, linear.inputs), linear)?;
    ops.show(ffn_tap(Site::FfnPreactivation, layer, 0), Columns::first(&raw, linear.outputs))?;
    Ok(raw)
}

/// The chain with its residual sum.
fn feed_forward<O: Ops>(
    ops: &mut O,
    layer: &LayerLayout,
    index: usize,
    h: usize,
    input: O::Value,
) -> Result<O::Value, NnError> {
    show(ops, ffn_tap(Site::FfnInput, index, 0), Columns::first(&input, h))?;
    let last = layer.ffn.len() - 1;
    let (hidden, output) = (&layer.ffn[..last], &layer.ffn[last]);
    let mut inner: Option<O::Value> = None;
    for (position, linear) in hidden.iter().enumerate() {
        let x = inner.as_ref().unwrap_or(&input);
        let activated = if position == 0 && ops.wants(Site::FfnPreactivation) {
            let raw = preactivation(ops, linear, index, x)?;
            ops.gelu(raw)?
        } else {
            ops.linear_gelu(x, linear)?
        };
        show(ops, ffn_tap(Site::Gelu, index, position), Columns::first(&activated, linear.outputs))?;
        if let Some(previous) = inner.replace(activated) {
            ops.release(previous);
        }
    }
    let x = inner.as_ref().unwrap_or(&input);
    let output = ops.linear_residual_norm(x, output, DropoutSite::Ffn(index), &input, &layer.ffn_norm)?;
    if let Some(inner) = inner {
        ops.release(inner);
    }
    ops.release(input);
    Ok(output)
}
