//! Softmaxes of square score matrices of which a row sees only a part.
//!
//! What is not seen has a probability of exactly zero, so the way back through a softmax serves these as well.

use super::rows::softmax;
use crate::number::Number;
use crate::real::Real;

kernel! {
    /// Row i sees the columns up to i.
    pub(crate) fn softmax_of_past<'a, N: Number>(scores: &'a mut [N], width: usize) {
        for (index, row) in scores.chunks_exact_mut(width).enumerate() {
            let (seen, hidden) = row.split_at_mut((index + 1).min(width));
            softmax(seen);
            hidden.fill(N::default());
        }
    }
}

kernel! {
    /// Row i sees the columns after i, all alike whatever the scores; the last row sees all by its scores.
    pub(crate) fn softmax_of_future<'a, N: Number>(scores: &'a mut [N], width: usize) {
        for (index, row) in scores.chunks_exact_mut(width).enumerate() {
            let (hidden, seen) = row.split_at_mut((index + 1).min(width));
            if seen.is_empty() {
                softmax(hidden);
            } else {
                hidden.fill(N::default());
                seen.fill(N::constant(N::Real::ONE / N::Real::of_f64(seen.len() as f64)));
            }
        }
    }
}

kernel! {
    /// Sets the gradient of the scores that [`softmax_of_future`] does not read to zero.
    pub(crate) fn forget_all_but_last<'a, N: Number>(gradient: &'a mut [N], width: usize) {
        let last = gradient.len().saturating_sub(width);
        gradient[..last].fill(N::default());
    }
}
