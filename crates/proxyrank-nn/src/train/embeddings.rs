//! The gradient of the embedding tables as one flat slice.

use crate::gradient::EmbeddingGradient;
use crate::kernels;
use crate::weights::EmbeddingLayout;

/// Adds `weight` times a gradient to `target`, which has the layout of the embedding tables. `ids` are the tokens that were
/// embedded.
pub(super) fn accumulate(
    target: &mut [f32],
    layout: &EmbeddingLayout,
    ids: &[u32],
    gradient: &EmbeddingGradient<f32>,
    weight: f32,
) {
    let width = gradient.gain.len();
    let words = layout.word.elements.clone();
    let positions = layout.position.elements.clone();
    let kinds = layout.token_type.elements.clone();
    for (index, (&id, row)) in ids.iter().zip(gradient.sum.chunks_exact(width)).enumerate() {
        let word = words.start + id as usize * width;
        let position = positions.start + index % gradient.seq_len * width;
        // Every token has type 0.
        for start in [word, position, kinds.start] {
            kernels::add_scaled(&mut target[start..start + width], row, weight);
        }
    }
    let norm = &layout.norm;
    for (span, part) in [(&norm.gain, &gradient.gain), (&norm.shift, &gradient.shift)] {
        kernels::add_scaled(&mut target[span.elements.clone()], part, weight);
    }
    if !gradient.output_words.is_empty() {
        kernels::add_scaled(&mut target[words], &gradient.output_words, weight);
    }
}
