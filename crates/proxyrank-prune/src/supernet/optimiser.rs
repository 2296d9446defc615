//! `AdamW` (Loshchilov and Hutter 2019) as PyTorch has it: with bias correction, and every parameter decays.
//!
//! A parameter that no sub-network of a step has counts as one whose gradient is zero: its moments go on and it decays. PyTorch
//! leaves parameters out that have no gradient at all, such as those of a layer that was passed by.

use rayon::prelude::*;

use crate::encoder::kernels::{AdamStep, adam, add, scale};
use crate::encoder::{Gradient, Layout};

/// Decay of the means of gradients and of their squares.
const DECAY: [f64; 2] = [0.9, 0.999];
const EPSILON: f32 = 1e-8;
/// Parameters that a thread updates at a time.
const STRETCH: usize = 1 << 14;
/// Rows of the word table that a thread updates at a time.
const ROWS: usize = 64;

/// The optimiser's memory.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moments {
    /// Means of gradients.
    pub first: Vec<f32>,
    /// Means of their squares.
    pub second: Vec<f32>,
    /// Gradient of the whole word table; zeros between steps.
    words: Vec<f32>,
}

/// Parameters and what belongs to them, in the same order.
struct Stretch<'a> {
    values: &'a mut [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
}

impl Moments {
    /// Zeros.
    pub(super) fn new(layout: &Layout) -> Self {
        let zeros = || vec![0.0; layout.len()];
        Self { first: zeros(), second: zeros(), words: vec![0.0; layout.words.range().len()] }
    }

    /// A step, counted from 0, at a learning rate; the gradient is the sum of the lanes', in their order.
    pub(super) fn update(
        &mut self,
        (values, layout): (&mut [f32], &Layout),
        lanes: &[Gradient],
        (step, rate, decay): (u64, f64, f64),
    ) {
        let left = DECAY.map(|decay| 1.0 - decay.powf(step as f64 + 1.0));
        #[expect(clippy::cast_possible_truncation, reason = "constants and rates, rounded")]
        let step = AdamStep {
            beta1: DECAY[0] as f32,
            beta2: DECAY[1] as f32,
            epsilon: EPSILON,
            shrink: (1.0 - rate * decay) as f32,
            rate: (rate / left[0]) as f32,
            correction: (1.0 / left[1].sqrt()) as f32,
        };
        // The word table is the first in the slice.
        let table = layout.words.range().end;
        let (words, others) = values.split_at_mut(table);
        let (first_words, first_others) = self.first.split_at_mut(table);
        let (second_words, second_others) = self.second.split_at_mut(table);
        let rest = stretches(others, first_others, second_others, STRETCH);
        rest.enumerate().for_each(|(index, Stretch { values, first, second })| {
            let here = table + index * STRETCH..table + index * STRETCH + values.len();
            let mut sum = lanes.first().map_or_else(Vec::new, |lane| lane.values[here.clone()].to_vec());
            lanes.iter().skip(1).for_each(|lane| add(&mut sum, &lane.values[here.clone()]));
            adam(values, first, second, &sum, step);
        });
        let d = layout.words.columns;
        let rows =
            || lanes.iter().flat_map(|lane| lane.words.ids.iter().zip(lane.words.rows.chunks_exact(d)));
        for (&id, row) in rows() {
            add(&mut self.words[id as usize * d..][..d], row);
        }
        let table = stretches(words, first_words, second_words, d).zip(self.words.par_chunks(d));
        table.with_min_len(ROWS).for_each(|(Stretch { values, first, second }, gradient)| {
            let is_zero = |numbers: &[f32]| numbers.iter().all(|number| *number == 0.0);
            // Of a word that no text has had only the decay is left: the same bits for a third of the memory traffic.
            if is_zero(second) && is_zero(first) && is_zero(gradient) {
                scale(values, step.shrink);
            } else {
                adam(values, first, second, gradient, step);
            }
        });
        for (&id, _) in rows() {
            self.words[id as usize * d..][..d].fill(0.0);
        }
    }
}

/// Cuts parameters and moments into stretches.
fn stretches<'a>(
    values: &'a mut [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
    len: usize,
) -> impl IndexedParallelIterator<Item = Stretch<'a>> {
    let moments = first.par_chunks_mut(len).zip(second.par_chunks_mut(len));
    let all = values.par_chunks_mut(len).zip(moments);
    all.map(|(values, (first, second))| Stretch { values, first, second })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::EncoderConfig;

    fn layout() -> Layout {
        let config = EncoderConfig {
            vocab_size: 5,
            hidden_size: 2,
            num_hidden_layers: 0,
            num_attention_heads: 1,
            intermediate_size: 1,
            hidden_act: "gelu".to_owned(),
            hidden_dropout_prob: 0.0,
            attention_probs_dropout_prob: 0.0,
            max_position_embeddings: 1,
            type_vocab_size: 1,
            layer_norm_eps: 1e-12,
            initializer_range: 0.02,
        };
        Layout::new(&config, 1)
    }

    #[test]
    fn steps_are_those_of_the_definition() {
        let layout = layout();
        let mut values = vec![1.0_f32; layout.len()];
        let mut moments = Moments::new(&layout);
        let mut lanes = vec![Gradient::new(&layout); 2];
        // Word 3 stands in both lanes, in the first one twice; word 1 comes in the second step only.
        let place = layout.classifier.1.start;
        let (mut exact, mut means) = ([1.0_f64; 3], [[0.0_f64; 2]; 3]);
        for step in 0..2 {
            lanes.iter_mut().for_each(Gradient::clear);
            lanes[0].values[place] = 0.5;
            lanes[1].values[place] = 0.25;
            lanes[0].words.ids = vec![3, 3];
            lanes[0].words.rows = vec![1.0, 0.0, 2.0, 0.0];
            lanes[1].words.ids = vec![if step == 0 { 3 } else { 1 }];
            lanes[1].words.rows = vec![-1.0, 0.0];
            moments.update((&mut values, &layout), &lanes, (step, 0.1, 0.01));
            let gradients = if step == 0 { [0.75, 2.0, 0.0] } else { [0.75, 3.0, -1.0] };
            for ((value, [m, v]), g) in exact.iter_mut().zip(&mut means).zip(gradients) {
                *m = 0.9 * *m + 0.1 * g;
                *v = 0.999 * *v + 0.001 * g * g;
                let left = [0.9_f64, 0.999].map(|decay| 1.0 - decay.powf(step as f64 + 1.0));
                *value = *value * (1.0 - 0.1 * 0.01) - 0.1 * (*m / left[0]) / ((*v / left[1]).sqrt() + 1e-8);
            }
        }
        for (place, wanted) in [place, 3 * 2, 2].into_iter().zip(exact) {
            assert!((f64::from(values[place]) - wanted).abs() < 1e-5, "{place}: {} {wanted}", values[place]);
        }
        // What never had a gradient decays.
        let decayed = 0.999_f32 * 0.999;
        assert!((values[0] - decayed).abs() < 1e-6 && (values[3 * 2 + 1] - decayed).abs() < 1e-6);
        assert!(moments.words.iter().all(|gradient| *gradient == 0.0), "zeros between steps");
    }
}
