//! Means of maxima, the "confidence" of a head.
//!
//! A tensor's confidence is a maximum over one axis, averaged over the others; a network's is the sum over its tensors,
//! or their mean where it is normalised. Each block adds to the sums of its tensors, so nothing is kept but two numbers
//! a tensor.

use proxyrank_nn::{Block, Event, Real, Site, View};

use super::tree::Merge;

/// One number for each tensor that was looked at, in order of computation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TensorMeans {
    /// The numbers.
    pub values: Vec<f64>,
}

impl TensorMeans {
    /// Their sum.
    pub fn sum(&self) -> f64 {
        // The sum of no numbers is minus zero, which a reader would wonder about.
        self.values.iter().sum::<f64>() + 0.0
    }

    /// The sum over the number of tensors; not a number where there is none.
    pub fn mean(&self) -> f64 {
        self.sum() / self.values.len() as f64
    }
}

/// Sum and number of the maxima of one tensor.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Tensor {
    site: Site,
    layer: usize,
    index: usize,
    sum: f64,
    count: usize,
}

/// The tensors of some blocks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums(Vec<Tensor>);

impl Sums {
    fn add(&mut self, (site, layer, index): (Site, usize, usize), sum: f64, count: usize) {
        // A tensor may come in several events, which follow each other.
        match self
            .0
            .last_mut()
            .filter(|tensor| (tensor.site, tensor.layer, tensor.index) == (site, layer, index))
        {
            Some(tensor) => {
                tensor.sum += sum;
                tensor.count += count;
            }
            None => self.0.push(Tensor { site, layer, index, sum, count }),
        }
    }

    pub(super) fn means(&self) -> TensorMeans {
        TensorMeans { values: self.0.iter().map(|tensor| tensor.sum / tensor.count as f64).collect() }
    }
}

impl Merge for Sums {
    fn merge(&mut self, next: Self) {
        if self.0.is_empty() {
            *self = next;
            return;
        }
        // Every block runs through the same network, so the tensors are the same in the same order.
        for (tensor, next) in self.0.iter_mut().zip(next.0) {
            tensor.sum += next.sum;
            tensor.count += next.count;
        }
    }
}

/// Maxima over the tokens of a sequence, for each column of queries, keys, values, weighted queries and transforms'
/// inputs, or of every linear layer's outputs in a decoder.
#[derive(Debug, Default)]
pub(crate) struct OverTokens {
    sums: Sums,
}

impl OverTokens {
    pub(super) const SITES: [Site; 6] =
        [Site::Query, Site::Key, Site::Value, Site::Weight, Site::TransformInput, Site::Linear];

    pub(super) fn visit<T: Real>(&mut self, event: &Event<'_, T>) {
        let Block { sequences, seq_len, .. } = event.block;
        let sum = over_tokens(event.values, seq_len);
        let tensor = (event.site, event.layer, event.index);
        self.sums.add(tensor, sum, sequences * event.values.columns());
    }

    pub(super) fn into_sums(self) -> Sums {
        self.sums
    }
}

/// The sum over sequences and columns of the maximum over a sequence's tokens.
pub(crate) fn over_tokens<T: Real>(values: View<'_, T>, seq_len: usize) -> f64 {
    let mut sum = 0.0;
    let mut maxima = vec![T::LOWEST; values.columns()];
    for first in (0..values.rows()).step_by(seq_len) {
        maxima.fill(T::LOWEST);
        for row in values.subrows(first, seq_len).iter_rows() {
            raise(&mut maxima, row);
        }
        sum += total(&maxima);
    }
    sum
}

/// Maxima over the heads, for each entry of a layer's softmax.
#[derive(Debug)]
pub(crate) struct OverHeads<T> {
    sums: Sums,
    /// Maxima over the heads so far; empty between sequences.
    maxima: Vec<T>,
}

impl<T> Default for OverHeads<T> {
    fn default() -> Self {
        Self { sums: Sums::default(), maxima: Vec::new() }
    }
}

impl<T: Real> OverHeads<T> {
    pub(super) const SITES: [Site; 2] = [Site::Attention, Site::TransformSoftmax];

    pub(super) fn visit(&mut self, event: &Event<'_, T>) {
        match event.site {
            Site::Attention => self.visit_attention(event),
            _ => self.visit_transform(event),
        }
    }

    /// One head of one sequence (S, S), heads in order.
    fn visit_attention(&mut self, event: &Event<'_, T>) {
        if event.index == 0 {
            self.maxima.clear();
            event.values.iter_rows().for_each(|row| self.maxima.extend_from_slice(row));
        } else {
            let width = event.values.columns();
            for (maxima, row) in self.maxima.chunks_mut(width).zip(event.values.iter_rows()) {
                raise(maxima, row);
            }
        }
        if event.index + 1 == event.heads {
            // Visitors live until the end of the pass, and a long sequence's matrix is large.
            let maxima = std::mem::take(&mut self.maxima);
            self.sums.add((event.site, event.layer, 0), total(&maxima), maxima.len());
        }
    }

    /// All sequences; each row has the heads one after the other.
    fn visit_transform(&mut self, event: &Event<'_, T>) {
        let width = event.values.columns() / event.heads;
        let mut maxima = vec![T::LOWEST; width];
        let mut sum = 0.0;
        for row in event.values.iter_rows() {
            maxima.fill(T::LOWEST);
            row.chunks(width).for_each(|head| raise(&mut maxima, head));
            sum += total(&maxima);
        }
        self.sums.add((event.site, event.layer, 0), sum, event.values.rows() * width);
    }

    pub(super) fn into_sums(self) -> Sums {
        self.sums
    }
}

fn raise<T: Real>(maxima: &mut [T], values: &[T]) {
    for (maximum, &value) in maxima.iter_mut().zip(values) {
        // Not `larger`, which would lose a value that is not a number.
        *maximum = if *maximum >= value { *maximum } else { value };
    }
}

fn total<T: Real>(values: &[T]) -> f64 {
    values.iter().map(|value| value.as_f64()).sum()
}
