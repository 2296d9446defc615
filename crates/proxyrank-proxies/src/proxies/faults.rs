//! What several proxies have against them, in the same words.

/// Of every proxy that reads a gradient.
pub(super) const ONES: &str = "Under the signal `ones` at initialisation it is rounding noise: behind a layer norm the gradient of a sum is zero.";

/// Of sums over matrices.
pub(super) const SUMMED: &str =
    "A sum over matrices, so it grows with their number and size whatever they hold.";

/// Of every proxy that looks at single sequences.
pub(super) const SAMPLES: &str =
    "It takes as many backward passes as there are sequences, and memory for all their gradients.";

/// Of the forms that keep element 0 of a list.
pub(super) const FIRST: &str = "It looks at one matrix: the embeddings' projection, or the first layer's first matrix where there is none.";
