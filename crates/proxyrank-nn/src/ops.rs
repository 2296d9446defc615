//! The seam between the network and what computes it.
//!
//! [`crate::network::forward`] says once what an encoder is, in these operations. An implementation decides what an
//! activation is: a candle tensor of the whole batch, differentiable and at home on any device, or a buffer in the
//! workspace of one block, computed by kernels that fuse what stands together here (a linear layer with its GELU, or
//! with dropout, residual sum and norm). A test pins each to the other.

use crate::NnError;
use crate::decoder::Sight;
use crate::dropout::DropoutSite;
use crate::taps::Site;
use crate::weights::{EncoderLayout, Linear, Norm, RelativeLayout, Span, Transform};

/// ELECTRA's epsilon in every layer norm.
pub(crate) const NORM_EPSILON: f64 = 1e-12;

/// Some adjacent columns of an activation matrix.
#[derive(Debug)]
pub(crate) struct Columns<'a, V> {
    /// The whole matrix.
    pub of: &'a V,
    /// First column.
    pub start: usize,
    /// Number of columns.
    pub width: usize,
}

// Derived, these would ask for a copyable V.
impl<V> Clone for Columns<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Columns<'_, V> {}

impl<'a, V> Columns<'a, V> {
    /// The first `width` columns.
    pub(crate) const fn first(of: &'a V, width: usize) -> Self {
        Self { of, start: 0, width }
    }

    /// Columns `index·width` to `(index+1)·width`.
    pub(crate) const fn nth(of: &'a V, index: usize, width: usize) -> Self {
        Self { of, start: index * width, width }
    }
}

/// Queries, keys and values of some heads, merged: head i has the i-th part of the columns.
#[derive(Debug)]
pub(crate) struct Heads<'a, V> {
    /// The layer.
    pub layer: usize,
    /// Number of heads.
    pub count: usize,
    /// What a token attends to.
    pub sight: Sight,
    /// Queries.
    pub query: Columns<'a, V>,
    /// Keys.
    pub key: Columns<'a, V>,
    /// Values.
    pub value: Columns<'a, V>,
    /// Where probabilities fall out, if they may.
    pub dropout: Option<DropoutSite>,
}

/// Heads whose scores also depend on distances.
#[derive(Debug)]
pub(crate) struct RelativeHeads<'a, V> {
    /// The layer.
    pub layer: usize,
    /// Number of heads.
    pub count: usize,
    /// Queries, of the context as keys and values; those of what is remembered are not read.
    pub query: Columns<'a, V>,
    /// Keys.
    pub key: Columns<'a, V>,
    /// Values.
    pub value: Columns<'a, V>,
    /// A key for each distance, the largest first.
    pub distance: Columns<'a, V>,
    /// What is added to queries.
    pub biases: &'a RelativeLayout,
}

/// Where a visitor looks: [`crate::Event`] without its values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tap {
    pub site: Site,
    pub layer: usize,
    pub index: usize,
    pub heads: usize,
}

/// The operations of an encoder over activations of B·S rows.
pub(crate) trait Ops {
    /// An activation matrix.
    type Value;

    /// Whether the visitor wants a place.
    fn wants(&self, site: Site) -> bool;

    /// Shows columns to the visitor; the caller has asked [`Ops::wants`].
    fn show(&mut self, tap: Tap, values: Columns<'_, Self::Value>) -> Result<(), NnError>;

    /// Ends a segment of the network, counted from 0 over all layers: under a loss of segments the way back starts anew
    /// here.
    fn cut(&mut self, _segment: usize, x: Self::Value) -> Result<Self::Value, NnError> {
        Ok(x)
    }

    /// Says that a value is not needed any more.
    fn release(&mut self, value: Self::Value);

    /// Word, type and position embeddings, summed, normed, with dropout: (B·S, E).
    fn embed(&mut self, layout: &EncoderLayout) -> Result<Self::Value, NnError>;

    /// x Wᵀ + b.
    fn linear(&mut self, x: Columns<'_, Self::Value>, linear: &Linear) -> Result<Self::Value, NnError>;

    /// GELU in place.
    fn gelu(&mut self, x: Self::Value) -> Result<Self::Value, NnError>;

    /// gelu(x Wᵀ + b).
    fn linear_gelu(&mut self, x: &Self::Value, linear: &Linear) -> Result<Self::Value, NnError>;

    /// norm(residual + dropout(x Wᵀ + b)).
    fn linear_residual_norm(
        &mut self,
        x: &Self::Value,
        linear: &Linear,
        site: DropoutSite,
        residual: &Self::Value,
        norm: &Norm,
    ) -> Result<Self::Value, NnError>;

    /// softmax(q kᵀ / √d) v for each head as far as it sees, merged; shows the probabilities as [`Site::Attention`].
    fn attention(&mut self, heads: &Heads<'_, Self::Value>) -> Result<Self::Value, NnError>;

    /// The two-dimensional transform of each head over tokens and head features.
    fn transform(&mut self, x: &Self::Value, heads: usize, kind: Transform) -> Result<Self::Value, NnError>;

    /// Softmax over each head's columns.
    fn head_softmax(&mut self, x: &Self::Value, heads: usize) -> Result<Self::Value, NnError>;

    /// Convolves every column with its own kernel of `kernel` tokens, zero outside the sequence. The span holds
    /// (columns, 1, kernel).
    fn depthwise(&mut self, x: &Self::Value, weight: &Span, kernel: usize) -> Result<Self::Value, NnError>;

    /// Element-wise product.
    fn multiply(&mut self, x: Self::Value, y: Columns<'_, Self::Value>) -> Result<Self::Value, NnError>;

    /// Dynamic convolution: for each token and head, the softmax of its `kernel` logits weighs the values of the
    /// tokens around it, zero outside the sequence.
    fn convolve(
        &mut self,
        logits: Self::Value,
        values: Columns<'_, Self::Value>,
        heads: usize,
        kernel: usize,
    ) -> Result<Self::Value, NnError>;

    /// The columns of `x`, then those of `y`.
    fn concatenate(&mut self, x: Self::Value, y: Self::Value) -> Result<Self::Value, NnError>;
}

/// What a decoder needs besides.
pub(crate) trait DecoderOps: Ops {
    /// norm(x).
    fn norm(&mut self, x: &Self::Value, norm: &Norm) -> Result<Self::Value, NnError>;

    /// GELU in its tanh form, in place.
    fn tanh_gelu(&mut self, x: Self::Value) -> Result<Self::Value, NnError>;

    /// x + dropout(y).
    fn add(&mut self, x: Self::Value, y: Self::Value, site: DropoutSite) -> Result<Self::Value, NnError>;

    /// max(x, 0), in place.
    fn relu(&mut self, x: Self::Value) -> Result<Self::Value, NnError>;

    /// dropout(x), in place.
    fn drop_out(&mut self, x: Self::Value, site: DropoutSite) -> Result<Self::Value, NnError>;

    /// What a layer with the input `x` remembers, then `x`, sequence by sequence: (B·(M+S), d). Nothing where there is no
    /// memory, and `x` is all.
    fn remember(&mut self, layer: usize, x: &Self::Value) -> Result<Option<Self::Value>, NnError>;

    /// Sines, then cosines, of the distances from M + S - 1 down to 0, with dropout: (M+S, d), the same for all sequences.
    fn distances(&mut self, d: usize) -> Result<Self::Value, NnError>;

    /// Attention to the past with scores ((q + u) kᵀ + (q + v) rᵀ) / √d, where r is the key of the two tokens' distance, merged;
    /// shows the probabilities as [`Site::Attention`].
    fn relative_attention(&mut self, heads: &RelativeHeads<'_, Self::Value>) -> Result<Self::Value, NnError>;
}
