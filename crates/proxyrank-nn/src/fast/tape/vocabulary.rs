//! A decoder's losses, the adaptive softmax among them.
//!
//! The softmax is the last thing that happens on the way forward, and by far the widest: logits of one block are as large
//! as all of its other activations. So it is not recorded. A cluster's logits are computed, turned into probabilities and
//! from there into the gradient in one piece of memory, and what reaches the hidden state is all that is left of them.
//! Tail clusters are computed at the tokens whose label they have.

use faer::Accum;

use super::{Node, Observer, Sink, Tape};
use crate::fast::workspace::Buffer;
use crate::kernels::{self, Operand};
use crate::number::{Factor, Number, Target};
use crate::ops::{Columns, Tap};
use crate::real::Real;
use crate::taps::{Site, View};
use crate::weights::{ClusterLayout, OutputLayout, Span, TailLayout, VocabularyLayout};

/// The likelihood of labels.
#[derive(Debug, Clone, Copy)]
pub(in crate::fast) struct NextTokens<'a> {
    pub vocabulary: &'a VocabularyLayout,
    /// One a row of the block.
    pub labels: &'a [u32],
    /// Labels of the batch.
    pub total: usize,
    /// The last layer.
    pub layer: usize,
}

/// One block's share of a decoder's loss.
#[derive(Debug)]
pub(in crate::fast) enum DecoderShare<'a, T> {
    /// Sum of the hidden state.
    HiddenSum,
    /// Inner product of the hidden state with these rows.
    Cotangent(&'a [T]),
    /// Negative log-likelihood of labels.
    NextTokens(NextTokens<'a>),
    /// Sum of the first cluster's logits.
    FirstClusterSum(&'a VocabularyLayout),
}

/// One softmax: rows of the hidden state, and for each the entry that is right.
struct Softmax<'a> {
    cluster: &'a ClusterLayout,
    output: &'a OutputLayout,
    vectors: Span,
    width: usize,
    tail: Option<&'a TailLayout>,
    rows: Vec<usize>,
    targets: Vec<usize>,
}

impl<N: Number, O: Observer<N>> Tape<'_, N, O> {
    /// The share of the loss; its gradient is left for [`Tape::backward`], but for the softmax's own, which goes to `sink`.
    pub(in crate::fast) fn decoder_loss(
        &mut self,
        hidden: Node,
        share: &DecoderShare<'_, N::Real>,
        sink: &mut Sink<N::Real>,
    ) -> f64 {
        match share {
            DecoderShare::HiddenSum => self.weighted_sum(hidden, |_| N::Real::ONE),
            DecoderShare::Cotangent(cotangent) => self.weighted_sum(hidden, |index| cotangent[index]),
            DecoderShare::NextTokens(next) => self.next_tokens(hidden, next, sink),
            DecoderShare::FirstClusterSum(vocabulary) => self.first_cluster_sum(hidden, vocabulary, sink),
        }
    }

    fn next_tokens(&mut self, hidden: Node, next: &NextTokens<'_>, sink: &mut Sink<N::Real>) -> f64 {
        let vocabulary = next.vocabulary;
        let clusters = &vocabulary.clusters;
        let cluster_of = |label: u32| vocabulary.find(label as usize).map_or(0, |(cluster, _)| cluster);
        let first = clusters.first().map_or(0, |cluster| cluster.ids.len());
        let mut losses = vec![0.0; next.labels.len()];
        for (index, cluster) in clusters.iter().enumerate() {
            let Some(output) = &cluster.output else { continue };
            let labels = next.labels.iter().copied().enumerate();
            let (rows, targets): (Vec<usize>, Vec<usize>) = if index == 0 {
                // The entry of tail cluster i stands behind the first cluster's own, in order.
                let target = |label: u32| match cluster_of(label) {
                    0 => label as usize,
                    tail => first + tail - 1,
                };
                labels.map(|(row, label)| (row, target(label))).unzip()
            } else {
                let own = labels.filter(|&(_, label)| cluster_of(label) == index);
                own.map(|(row, label)| (row, label as usize - cluster.ids.start)).unzip()
            };
            if rows.is_empty() {
                continue;
            }
            let tail = vocabulary.tail.as_ref().filter(|_| index == 0);
            let vectors = vocabulary.vectors(cluster);
            let width = vocabulary.tables[cluster.table].width;
            let softmax = Softmax { cluster, output, vectors, width, tail, rows, targets };
            self.softmax_loss(hidden, &softmax, next.total, &mut losses, sink);
        }
        if self.observer.wants(Site::TokenLoss) {
            let values: Vec<N> = losses.iter().map(|&loss| N::constant(N::Real::of_f64(loss))).collect();
            let tap = Tap { site: Site::TokenLoss, layer: next.layer, index: 0, heads: 1 };
            self.observer.see(tap, self.pass.block, View::new(&values, values.len(), 1, 1));
        }
        losses.iter().sum::<f64>() / next.total as f64
    }

    /// Adds the negative log-likelihoods of one softmax to `losses`, and its gradient to what has reached the hidden state.
    fn softmax_loss(
        &mut self,
        hidden: Node,
        softmax: &Softmax<'_>,
        total: usize,
        losses: &mut [f64],
        sink: &mut Sink<N::Real>,
    ) {
        let Softmax { cluster, output, vectors, width, tail, rows, targets } = softmax;
        let (size, width, count) = (cluster.ids.len(), *width, rows.len());
        let one = N::Real::ONE;
        let x = self.rows_of(hidden, rows);
        let d = x.width;
        let parameters = self.pass.parameters;
        let projection = output.projection.as_ref().map(|span| parameters.matrix::<N>(span, d, width));
        let projected = projection.map(|projection| {
            let mut projected = self.pass.workspace.take(count, width);
            let target = Target { values: projected.values_mut(), stride: width, accumulate: Accum::Replace };
            self.pass.product(target, one, Factor::Activations(x.operand()), projection);
            projected
        });
        let input = projected.as_ref().unwrap_or(&x);
        // The first cluster's own entries, then those of the tail clusters.
        let mut parts = vec![(vectors, &output.bias, size)];
        parts.extend(tail.map(|tail| (&tail.rows, &tail.bias, tail.bias.elements.len())));
        let entries: usize = parts.iter().map(|part| part.2).sum();
        let mut logits = self.pass.workspace.take(count, entries);
        let mut bias: Vec<N> = Vec::with_capacity(entries);
        let mut start = 0;
        for &(span, biases, len) in &parts {
            let values = &mut logits.values_mut()[start..];
            let target = Target { values, stride: entries, accumulate: Accum::Replace };
            let matrix = parameters.matrix::<N>(span, len, width);
            self.pass.product(target, one, Factor::Activations(input.operand()), matrix.t());
            bias.extend_from_slice(&self.pass.values(biases));
            start += len;
        }
        kernels::add_bias(logits.values_mut(), &bias);
        kernels::softmax_rows(logits.values_mut(), entries);
        let share = N::Real::of_f64(1.0 / total as f64);
        for ((row, &target), &place) in logits.values_mut().chunks_exact_mut(entries).zip(targets).zip(rows) {
            losses[place] -= row[target].value().as_f64().ln();
            row[target] -= N::constant(one);
        }
        let mut back = self.pass.workspace.take(count, width);
        let (mut start, mut accumulate) = (0, Accum::Replace);
        for &(span, biases, len) in &parts {
            let gradient = Columns { of: &logits, start, width: len }.operand();
            let target = Target { values: back.values_mut(), stride: width, accumulate };
            let matrix = parameters.matrix::<N>(span, len, width);
            self.pass.product(target, share, Factor::Activations(gradient), matrix);
            self.table_gradient((span, biases), gradient, input, share, sink);
            (start, accumulate) = (start + len, Accum::Add);
        }
        self.pass.workspace.give(logits);
        let back = match (&output.projection, projection) {
            (Some(span), Some(projection)) => {
                if let Some(values) = sink.table(span) {
                    let target = Target { values, stride: width, accumulate: Accum::Add };
                    let [x, back] = [&x, &back].map(|buffer| Factor::Activations(buffer.operand()));
                    N::product_part(&mut self.pass.workspace.scratch, target, x.t(), back);
                }
                let mut through = self.pass.workspace.take(count, d);
                let target = Target { values: through.values_mut(), stride: d, accumulate: Accum::Replace };
                self.pass.product(target, one, Factor::Activations(back.operand()), projection.t());
                self.pass.workspace.give(back);
                through
            }
            _ => back,
        };
        self.add_to_rows(hidden, rows, &back);
        for buffer in [Some(back), Some(x), projected].into_iter().flatten() {
            self.pass.workspace.give(buffer);
        }
    }

    /// Adds the gradients of word vectors and biases, if somebody wants them.
    fn table_gradient(
        &mut self,
        (vectors, biases): (&Span, &Span),
        gradient: Operand<'_, N>,
        input: &Buffer<N>,
        share: N::Real,
        sink: &mut Sink<N::Real>,
    ) {
        if let Some(sums) = sink.table(biases) {
            for row in gradient.stored_rows() {
                for (sum, gradient) in sums.iter_mut().zip(row) {
                    *sum += gradient.times(share).part();
                }
            }
        }
        if let Some(values) = sink.table(vectors) {
            let mut scaled = self.pass.workspace.copy(input);
            for value in scaled.values_mut() {
                *value = value.times(share);
            }
            let target = Target { values, stride: input.width, accumulate: Accum::Add };
            let (gradient, scaled_input) =
                (Factor::Activations(gradient).t(), Factor::Activations(scaled.operand()));
            N::product_part(&mut self.pass.workspace.scratch, target, gradient, scaled_input);
            self.pass.workspace.give(scaled);
        }
    }

    /// Sum of the first cluster's own logits over all rows: an inner product with the sum of its vectors.
    fn first_cluster_sum(
        &mut self,
        hidden: Node,
        vocabulary: &VocabularyLayout,
        sink: &mut Sink<N::Real>,
    ) -> f64 {
        let Some((cluster, output)) =
            vocabulary.clusters.first().and_then(|cluster| Some((cluster, cluster.output.as_ref()?)))
        else {
            return 0.0;
        };
        let parameters = self.pass.parameters;
        let width = vocabulary.tables[cluster.table].width;
        let mut sum = vec![N::Real::ZERO; width];
        let vectors = vocabulary.vectors(cluster);
        kernels::column_sums(parameters.values(&vectors), &mut sum);
        self.first_cluster_tables(hidden, (output, &vectors), &sum, sink);
        let weights: Vec<N::Real> = match &output.projection {
            None => sum,
            Some(span) => {
                parameters.values(span).chunks_exact(width).map(|row| kernels::inner(row, &sum)).collect()
            }
        };
        let biases: f64 = parameters.values(&output.bias).iter().map(|bias| bias.as_f64()).sum();
        let d = self.values.get(hidden).width;
        self.weighted_sum(hidden, |index| weights[index % d]) + self.pass.block.rows() as f64 * biases
    }

    /// Adds the gradients of that sum with respect to vectors, whose sum is given, biases and projection, if somebody wants them.
    fn first_cluster_tables(
        &self,
        hidden: Node,
        (output, vectors): (&OutputLayout, &Span),
        vector_sum: &[N::Real],
        sink: &mut Sink<N::Real>,
    ) {
        let Some(biases) = sink.table(&output.bias) else { return };
        for bias in biases {
            *bias += N::Real::of_f64(self.pass.block.rows() as f64);
        }
        let hidden = self.values.get(hidden);
        let (d, width, one) = (hidden.width, vector_sum.len(), N::Real::ONE);
        let mut row_sum = vec![N::Real::ZERO; d];
        kernels::column_sums(hidden.values(), &mut row_sum);
        let projected = match &output.projection {
            None => row_sum,
            Some(span) => {
                let rows = Operand::dense(&row_sum, 1, d);
                if let Some(target) = sink.table(span) {
                    let vectors = Operand::dense(vector_sum, 1, width);
                    kernels::product(target, width, Accum::Add, one, rows.t(), vectors);
                }
                let projection = Operand::dense(self.pass.parameters.values(span), d, width);
                let mut projected = vec![N::Real::ZERO; width];
                kernels::product(&mut projected, width, Accum::Replace, one, rows, projection);
                projected
            }
        };
        for vector in sink.table(vectors).into_iter().flat_map(|vectors| vectors.chunks_exact_mut(width)) {
            kernels::residual(vector, &projected);
        }
    }
}
