//! Draws the generator's tokens from its own logits, on its way to the loss.

use crate::batch::Block;
use crate::dropout::mix;
use crate::gradient::{GradientVisitor, MaskedToken};
use crate::kernels;
use crate::taps::{Event, Site, Visitor};

/// Draws a token for each masked position of a block. Which one follows from seed, position and logits alone.
#[derive(Debug)]
pub(super) struct Sampler {
    seed: u64,
    /// Positions of the block, in the order of their logits.
    rows: Vec<usize>,
    /// Position and token.
    pub(super) drawn: Vec<(usize, u32)>,
    scratch: Vec<f32>,
}

impl Sampler {
    pub(super) fn new(seed: u64, block: Block, targets: &[MaskedToken]) -> Self {
        let here = block.first_row()..block.first_row() + block.rows();
        let rows = targets.iter().map(|token| token.row).filter(|row| here.contains(row)).collect();
        Self { seed, rows, drawn: Vec::new(), scratch: Vec::new() }
    }
}

impl Visitor<f32> for Sampler {
    fn wants(&self, site: Site) -> bool {
        site == Site::Predictions
    }

    fn visit(&mut self, event: &Event<'_, f32>) {
        for (&row, logits) in self.rows.iter().zip(event.values.iter_rows()) {
            self.scratch.clear();
            self.scratch.extend_from_slice(logits);
            kernels::softmax_rows(&mut self.scratch, logits.len());
            let uniform = (mix(self.seed.wrapping_add(row as u64)) >> 40) as f32 / (1_u32 << 24) as f32;
            self.drawn.push((row, pick(&self.scratch, uniform)));
        }
    }
}

impl GradientVisitor<f32> for Sampler {}

/// The index at which the sum of probabilities exceeds a number from [0, 1); the last one that is possible if rounding lets the
/// sum end below it.
fn pick(probabilities: &[f32], uniform: f32) -> u32 {
    let (mut sum, mut last) = (0.0_f32, 0);
    for (index, &probability) in (0..).zip(probabilities) {
        sum += probability;
        if probability > 0.0 {
            last = index;
        }
        if sum > uniform {
            return index;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Tap;
    use crate::taps::View;

    #[test]
    fn the_inverse_of_the_distribution_is_taken() {
        let probabilities = [0.25, 0.0, 0.5, 0.25, 0.0];
        let drawn = [0.0, 0.24, 0.25, 0.74, 0.75, 0.999].map(|u| pick(&probabilities, u));
        assert_eq!(drawn, [0, 0, 2, 2, 3, 3]);
        assert_eq!(pick(&[0.5, 0.4, 0.0], 0.95), 1, "what cannot be drawn is not drawn");
    }

    #[test]
    fn tokens_come_as_often_as_the_logits_say() {
        let rows = 40_000;
        let logits: Vec<f32> = (0..rows).flat_map(|_| [0.0, 2.0_f32.ln(), 5.0_f32.ln(), 0.0]).collect();
        let targets: Vec<MaskedToken> = (0..rows).map(|row| MaskedToken { row, id: 0 }).collect();
        let block = Block { index: 0, first_sequence: 0, sequences: rows, seq_len: 1 };
        let mut sampler = Sampler::new(7, block, &targets);
        let tap = Tap { site: Site::Predictions, layer: 0, index: 0, heads: 1 };
        sampler.visit(&Event::new(tap, block, View::new(&logits, rows, 4, 4)));
        for (id, wanted) in [1.0, 2.0, 5.0, 1.0].map(|weight: f64| weight / 9.0).into_iter().enumerate() {
            let share =
                sampler.drawn.iter().filter(|(_, drawn)| *drawn as usize == id).count() as f64 / rows as f64;
            // Five standard errors.
            assert!((share - wanted).abs() < 5.0 * (wanted / rows as f64).sqrt(), "{id}: {share} {wanted}");
        }
    }
}
