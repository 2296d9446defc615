//! Losses: their values, and the gradients from which the way back starts.

use super::{Node, Observer, Place, Tape};
use crate::NnError;
use crate::gradient::MaskedToken;
use crate::kernels;
use crate::network;
use crate::number::Number;
use crate::pair::TextPair;
use crate::readout::Readout;
use crate::real::Real;
use crate::weights::{EncoderLayout, GeneratorLayout, HeadLayout, Linear};

/// Probabilities below this have lost digits in single precision.
const VANISHED: f64 = 1e-30;

/// One block's share of a loss.
#[derive(Debug)]
pub(in crate::fast) enum Share<'a, T> {
    /// Sum of the hidden state.
    HiddenSum,
    /// Inner product of the hidden state with these rows.
    Cotangent(&'a [T]),
    /// Sum of the logits.
    LogitSum(&'a HeadLayout),
    /// Binary cross-entropy of the logits, over `total` tokens of the batch.
    ReplacedTokens { head: &'a HeadLayout, labels: &'a [bool], total: usize },
    /// Cross-entropy at some rows of the block, over `total` of the batch.
    MaskedTokens { head: &'a GeneratorLayout, tokens: Vec<MaskedToken>, total: usize },
    /// Inner products of the segments' outputs with these rows, one slice a segment.
    Segments(Vec<&'a [T]>),
    /// Cross-entropy of the classes of some sequences, over `total` of the batch.
    Classes { head: &'a Linear, labels: &'a [u32], readout: Readout<'a>, total: usize },
    /// Squared differences from numbers of some sequences.
    Numbers { head: &'a Linear, targets: &'a [T], readout: Readout<'a>, total: usize },
    /// Squared differences of cosines from numbers of some sequences.
    Similarities { targets: &'a [T], pairs: &'a [TextPair], total: usize },
    /// Cross-entropy of both ends of the spans of some sequences.
    Spans { head: &'a Linear, spans: &'a [[u32; 2]], total: usize },
}

impl<N: Number, O: Observer<N>> Tape<'_, N, O> {
    /// The share of the loss; its gradient is left for [`Tape::backward`].
    pub(in crate::fast) fn loss(
        &mut self,
        layout: &EncoderLayout,
        hidden: Node,
        share: &Share<'_, N::Real>,
    ) -> Result<f64, NnError> {
        match share {
            // The cuts have left their gradients on the way.
            Share::Segments(_) => Ok(self.segments.sum),
            Share::HiddenSum => Ok(self.weighted_sum(hidden, |_| N::Real::ONE)),
            Share::Cotangent(cotangent) => Ok(self.weighted_sum(hidden, |index| cotangent[index])),
            Share::LogitSum(head) => {
                let logits = network::logits(self, layout, head, &hidden)?;
                Ok(self.weighted_sum(logits, |_| N::Real::ONE))
            }
            Share::ReplacedTokens { head, labels, total } => {
                let logits = network::logits(self, layout, head, &hidden)?;
                Ok(self.binary_cross_entropy(logits, labels, *total))
            }
            Share::MaskedTokens { tokens, .. } if tokens.is_empty() => {
                let value = self.values.get(hidden);
                let place = Place { node: hidden, start: 0, width: value.width };
                self.gradients.sums(self.pass.workspace, place, value);
                Ok(0.0)
            }
            Share::MaskedTokens { head, tokens, total } => {
                let rows = tokens.iter().map(|token| token.row).collect();
                let logits = self.predictions(layout, head, hidden, rows);
                Ok(self.cross_entropy(logits, tokens.iter().map(|token| token.id), *total))
            }
            Share::Classes { head, labels, readout, total } => {
                let logits = self.sequence_outputs(hidden, head, *readout);
                Ok(self.cross_entropy(logits, labels.iter().copied(), *total))
            }
            Share::Numbers { head, targets, readout, total } => {
                let outputs = self.sequence_outputs(hidden, head, *readout);
                Ok(self.squared_error(outputs, targets, *total))
            }
            Share::Similarities { targets, pairs, total } => {
                Ok(self.cosine_error(hidden, targets, pairs, *total))
            }
            Share::Spans { head, spans, total } => {
                let outputs = self.token_outputs(hidden, head);
                Ok(self.span_cross_entropy(outputs, spans, *total))
            }
        }
    }

    /// Sum of a value's elements times their weights.
    pub(super) fn weighted_sum(&mut self, node: Node, weight: impl Fn(usize) -> N::Real) -> f64 {
        let value = self.values.get(node);
        let mut gradient = self.pass.workspace.take(value.rows(), value.width);
        let mut sum = 0.0;
        for (index, (gradient, value)) in gradient.values_mut().iter_mut().zip(value.values()).enumerate() {
            let weight = weight(index);
            *gradient = N::constant(weight);
            sum += value.value().as_f64() * weight.as_f64();
        }
        self.gradients.add(self.pass.workspace, node, gradient);
        sum
    }

    fn binary_cross_entropy(&mut self, logits: Node, labels: &[bool], total: usize) -> f64 {
        let value = self.values.get(logits);
        let mut gradient = self.pass.workspace.take(value.rows(), value.width);
        let share = N::Real::of_f64(1.0 / total as f64);
        let mut sum = 0.0;
        for ((gradient, &logit), &label) in gradient.values_mut().iter_mut().zip(value.values()).zip(labels) {
            let target = if label { N::Real::ONE } else { N::Real::ZERO };
            *gradient = (sigmoid(logit) - N::constant(target)).times(share);
            let z = logit.value().as_f64();
            sum += z.max(0.0) - z * target.as_f64() + (-z.abs()).exp().ln_1p();
        }
        self.gradients.add(self.pass.workspace, logits, gradient);
        sum / total as f64
    }

    fn cross_entropy(&mut self, logits: Node, ids: impl Iterator<Item = u32>, total: usize) -> f64 {
        let value = self.values.get(logits);
        let width = value.width;
        let mut gradient = self.pass.workspace.copy(value);
        kernels::softmax_rows(gradient.values_mut(), width);
        let share = N::Real::of_f64(1.0 / total as f64);
        let mut sum = 0.0;
        let rows = gradient.values_mut().chunks_exact_mut(width).zip(value.values().chunks_exact(width));
        for ((gradient, logits), id) in rows.zip(ids) {
            let id = id as usize;
            // A logarithm a row instead of an exponential an entry; one that has vanished needs the long way.
            let probability = gradient[id].value().as_f64();
            sum += if probability > VANISHED {
                -probability.ln()
            } else {
                log_sum_exp(logits) - logits[id].value().as_f64()
            };
            gradient[id] -= N::constant(N::Real::ONE);
            for number in gradient {
                *number = number.times(share);
            }
        }
        self.gradients.add(self.pass.workspace, logits, gradient);
        sum / total as f64
    }
}

fn sigmoid<N: Number>(x: N) -> N {
    let one = N::constant(N::Real::ONE);
    if x.value() > N::Real::ZERO {
        (one + (N::default() - x).exp_nonpositive()).reciprocal()
    } else {
        let power = x.exp_nonpositive();
        power * (one + power).reciprocal()
    }
}

/// ln Σ eˣ, in double precision.
pub(super) fn log_sum_exp<N: Number>(row: &[N]) -> f64 {
    let values = || row.iter().map(|number| number.value().as_f64());
    let largest = values().fold(f64::NEG_INFINITY, f64::max);
    largest + values().map(|value| (value - largest).exp()).sum::<f64>().ln()
}
