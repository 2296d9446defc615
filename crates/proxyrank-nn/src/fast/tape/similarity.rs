//! The cosine of the mean hidden states of two texts, and how far it is from a number.

use std::ops::Range;

use super::{Node, Observer, Tape};
use crate::kernels;
use crate::loss::SMALLEST_SQUARE;
use crate::number::Number;
use crate::pair::TextPair;
use crate::real::Real;

impl<N: Number, O: Observer<N>> Tape<'_, N, O> {
    /// Squared differences between cosines and numbers, one a sequence.
    ///
    /// A cosine does not change with the length of its vectors, so sums stand for means.
    pub(super) fn cosine_error(
        &mut self,
        hidden: Node,
        targets: &[N::Real],
        pairs: &[TextPair],
        total: usize,
    ) -> f64 {
        let value = self.values.get(hidden);
        let width = value.width;
        let sequence = self.pass.block.seq_len * width;
        let mut gradient = self.pass.workspace.take(value.rows(), width);
        gradient.values_mut().fill(N::default());
        let share = N::Real::of_f64(2.0 / total as f64);
        let mut sum = 0.0;
        let rows =
            value.values().chunks_exact(sequence).zip(gradient.values_mut().chunks_exact_mut(sequence));
        for ((rows, gradient), (pair, &target)) in rows.zip(pairs.iter().zip(targets)) {
            let sums = pair.texts().map(|text| column_sums(&rows[elements(text, width)], width));
            let [first, second] = &sums;
            let scales = [first, second].map(|sum| inverse_length(sum));
            let cosine = inner(first, second) * scales[0] * scales[1];
            let difference = cosine - N::constant(target);
            sum += difference.value().as_f64().powi(2);
            for (text, [own, other], [scale, others]) in [
                (&pair.first, [first, second], scales),
                (&pair.second, [second, first], [scales[1], scales[0]]),
            ] {
                // d cos(a, b) / da = (b / |b| - cos a / |a|) / |a|.
                let factor = difference.times(share) * scale;
                let slopes = own.iter().zip(other);
                let slopes: Vec<N> =
                    slopes.map(|(&a, &b)| factor * (b * others - cosine * a * scale)).collect();
                for row in gradient[elements(text, width)].chunks_exact_mut(width) {
                    kernels::residual(row, &slopes);
                }
            }
        }
        self.gradients.add(self.pass.workspace, hidden, gradient);
        sum / total as f64
    }
}

fn elements(text: &Range<u32>, width: usize) -> Range<usize> {
    text.start as usize * width..text.end as usize * width
}

fn column_sums<N: Number>(rows: &[N], width: usize) -> Vec<N> {
    let mut sum = vec![N::default(); width];
    rows.chunks_exact(width).for_each(|row| kernels::residual(&mut sum, row));
    sum
}

fn inner<N: Number>(one: &[N], other: &[N]) -> N {
    let mut sum = N::default();
    one.iter().zip(other).for_each(|(&a, &b)| sum += a * b);
    sum
}

/// One over a vector's length; of no vector something large.
fn inverse_length<N: Number>(vector: &[N]) -> N {
    (inner(vector, vector) + N::constant(N::Real::of_f64(SMALLEST_SQUARE))).inverse_sqrt()
}
