//! How a forward pass hands out what proxies look at.
//!
//! A visitor is made for each block and sees the block's activations as they lie in the workspace, in the order of
//! computation; what it wants to keep, it reduces (a Gram matrix, a sum of maxima) or copies. One pass thus serves all
//! proxies, nothing is stored that nobody asked for, and blocks run at the same time without locks. The visitors come
//! back in block order, so a reduction over them does not depend on the number of threads.
//!
//! The reference engine computes the batch as one block and calls the same visitors.

use faer::MatRef;

use crate::batch::Block;
use crate::ops::Tap;
use crate::real::Real;

/// A place at which a visitor may look. Shapes are given as (rows, columns) of [`Event::values`]; B sequences of S
/// tokens in the block, hidden size h, attention width A (h, or h/2 in a span convolution), head width d.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Site {
    /// Output of the query layer: (B·S, A).
    Query,
    /// Output of the key layer: (B·S, A).
    Key,
    /// Output of the value layer: (B·S, A).
    Value,
    /// Output of weighted multiplicative attention's extra matrix: (B·S, h).
    Weight,
    /// Output of the linear layer before a transform: (B·S, h).
    TransformInput,
    /// Input of a Transformer-XL's layer, which is what the layer remembers of the segment: (B·S, h).
    LayerInput,
    /// Output of a matrix of a decoder's layer, bias included, before activation, dropout and residual: (B·S, outputs).
    ///
    /// In a Transformer-XL with M tokens of memory queries, keys and values have (B·(M+S)) rows, and what stands for
    /// distances M + S for all sequences together, the largest distance first; [`Event::block`] says so.
    Linear,
    /// Attention probabilities of one head in one sequence, before dropout: (S, S), or (S, M+S) with M tokens of memory. Sequence
    /// by sequence, head by head.
    Attention,
    /// Softmax over each head's d columns of a transform: (B·S, h). The network does not use it; it is computed for
    /// visitors that want it.
    TransformSoftmax,
    /// Input of the first feed-forward layer: (B·S, h).
    ///
    /// The layer's pre-activation is W x + b, so its covariance is W C Wᵀ with the h x h covariance C of this input,
    /// and has the eigenvalues of an h x h matrix besides zeros.
    FfnInput,
    /// Output of the first feed-forward layer before its GELU: (B·S, F).
    FfnPreactivation,
    /// Output of a GELU in the feed-forward chain, or of a Transformer-XL's rectifier: (B·S, F).
    Gelu,
    /// Output of a layer: (B·S, h). The last layer's is [`Site::Hidden`] as well.
    LayerOutput,
    /// Output of the last layer: (B·S, h).
    Hidden,
    /// Logits of the head: (B·S, 1).
    Logits,
    /// The generator's logits over the vocabulary, which the fast engine shows on the way to a loss of masked tokens: a row for
    /// each masked token of the block, in their order.
    Predictions,
    /// Negative log-likelihood of the following token, where that is the loss: (B·S, 1).
    TokenLoss,
}

/// Activations of one block at one place.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a, T> {
    /// The place.
    pub site: Site,
    /// The layer, from 0; for hidden state and logits the last one.
    pub layer: usize,
    /// Which head ([`Site::Attention`]), GELU of the chain ([`Site::Gelu`]) or matrix of the layer ([`Site::Linear`]), from 0;
    /// else 0.
    pub index: usize,
    /// Heads that the place has (query to [`Site::TransformSoftmax`]); else 1.
    pub heads: usize,
    /// The sequences that `values` speaks of, and its rows in each; one sequence where all of them share the rows.
    pub block: Block,
    /// The activations.
    pub values: View<'a, T>,
}

impl<'a, T> Event<'a, T> {
    /// Activations at a tap.
    pub(crate) const fn new(tap: Tap, block: Block, values: View<'a, T>) -> Self {
        let Tap { site, layer, index, heads } = tap;
        Self { site, layer, index, heads, block, values }
    }
}

/// A row-major matrix that lies somewhere in a workspace.
#[derive(Debug, Clone, Copy)]
pub struct View<'a, T> {
    values: &'a [T],
    rows: usize,
    columns: usize,
    stride: usize,
}

impl<'a, T> View<'a, T> {
    /// `rows` rows of `columns` numbers, `stride` apart from the start of `values` on.
    pub const fn new(values: &'a [T], rows: usize, columns: usize, stride: usize) -> Self {
        Self { values, rows, columns, stride }
    }
}

impl<'a, T: Real> View<'a, T> {
    /// Number of rows.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// One row.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    pub fn row(&self, index: usize) -> &'a [T] {
        assert!(index < self.rows, "row {index} of {}", self.rows);
        let start = index * self.stride;
        &self.values[start..start + self.columns]
    }

    /// All rows in order.
    pub fn iter_rows(self) -> impl Iterator<Item = &'a [T]> {
        (0..self.rows).map(move |index| self.row(index))
    }

    /// Some of the rows.
    ///
    /// # Panics
    ///
    /// If there are no such rows.
    #[must_use]
    pub fn subrows(&self, start: usize, rows: usize) -> Self {
        assert!(start + rows <= self.rows, "rows {start}..{} of {}", start + rows, self.rows);
        Self { values: &self.values[start * self.stride..], rows, ..*self }
    }

    /// As a matrix of faer, without a copy.
    pub fn as_matrix(&self) -> MatRef<'a, T> {
        MatRef::from_row_major_slice_with_stride(self.values, self.rows, self.columns, self.stride)
    }
}

/// Looks at one block on its way through the network.
pub trait Visitor<T> {
    /// Whether it wants to see a place. It is asked before each event; a place that nobody wants costs nothing.
    fn wants(&self, site: Site) -> bool;

    /// Looks at activations.
    fn visit(&mut self, event: &Event<'_, T>);
}

/// Looks at nothing: for passes of which only the results are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Blind;

impl<T> Visitor<T> for Blind {
    fn wants(&self, _site: Site) -> bool {
        false
    }

    fn visit(&mut self, _event: &Event<'_, T>) {}
}

/// Copies the activations of one place: the plainest visitor, and the one that tests use.
#[derive(Debug, Clone)]
pub struct Collect<T> {
    site: Site,
    /// The values of all events, one after the other, row-major.
    pub values: Vec<T>,
}

impl<T> Collect<T> {
    /// A collector for a place.
    pub const fn new(site: Site) -> Self {
        Self { site, values: Vec::new() }
    }
}

impl<T: Real> Visitor<T> for Collect<T> {
    fn wants(&self, site: Site) -> bool {
        site == self.site
    }

    fn visit(&mut self, event: &Event<'_, T>) {
        for row in event.values.iter_rows() {
            self.values.extend_from_slice(row);
        }
    }
}
