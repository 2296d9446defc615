//! The lists of an encoder: which activations and which matrices.

use proxyrank_nn::{EncoderLayout, Linear, OperationLayout, Site};

use super::primitive::Input;

/// The lists that the activations of a place belong to.
pub(crate) const fn encoder_inputs_at(site: Site) -> &'static [Input] {
    match site {
        Site::Gelu => &[Input::Act],
        Site::Query | Site::TransformInput => &[Input::Head],
        Site::Attention | Site::TransformSoftmax => &[Input::Softmax],
        _ => &[],
    }
}

/// The weights of the operations' linear layers without output projections, as indices of parameters in module order.
pub(crate) fn inner_weights(layout: &EncoderLayout) -> Vec<usize> {
    let weights = |linear: &Linear| linear.weight.parameters.clone();
    let mut indices = Vec::new();
    for layer in &layout.layers {
        match &layer.operation {
            OperationLayout::Attention(attention) => {
                indices.extend(weights(&attention.qkv));
                indices.extend(attention.weight.iter().flat_map(weights));
            }
            OperationLayout::Transform(transform) => indices.extend(weights(&transform.input)),
            OperationLayout::SpanConvolution(span) => {
                // The convolved values are stacked behind query, key and value, but come after the kernel's logits as a module.
                let mut stacked: Vec<usize> = weights(&span.qkvc).collect();
                let convolved = stacked.pop();
                indices.extend(stacked);
                indices.extend(weights(&span.kernel_logits));
                indices.extend(convolved);
            }
        }
    }
    indices
}
