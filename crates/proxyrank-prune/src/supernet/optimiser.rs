//! `AdamW` (Loshchilov and Hutter 2019) as PyTorch has it: with bias correction, and every parameter decays.
//!
//! A parameter that no sub-network of a step has counts as one whose gradient is zero: its moments go on and it decays. PyTorch
//! leaves parameters out that have no gradient at all, such as those of a layer that was passed by.

use rayon::prelude::*;

use crate::encoder::kernels::{AdamStep, adam, add};
use crate::encoder::{Gradient, Layout};

/// Decay of the means of gradients and of their squares.
const DECAY: [f64; 2] = [0.9, 0.999];
const EPSILON: f32 = 1e-8;
/// Parameters that a thread updates at a time.
const STRETCH: usize = 1 << 14;

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

impl Moments {
    /// Zeros.
    pub(super) fn new(layout: &Layout) -> Self {
        let zeros = || vec![0.0; layout.len()];
        Self { first: zeros(), second: zeros(), words: vec![0.0; layout.words.range().len()] }
    }

    /// A step, counted from 0, at a learning rate.
    pub(super) fn update(
        &mut self,
        (values, layout): (&mut [f32], &Layout),
        gradient: &Gradient,
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
        let d = layout.words.columns;
        for (&id, row) in gradient.words.ids.iter().zip(gradient.words.rows.chunks_exact(d)) {
            add(&mut self.words[id as usize * d..][..d], row);
        }
        // The word table is the first in the slice.
        let table = layout.words.range().end;
        let mut part = |from: usize, to: usize, gradient: &[f32]| {
            let values = values[from..to].par_chunks_mut(STRETCH);
            let first = self.first[from..to].par_chunks_mut(STRETCH);
            let second = self.second[from..to].par_chunks_mut(STRETCH);
            let all = values.zip(first).zip(second).zip(gradient.par_chunks(STRETCH));
            all.for_each(|(((values, first), second), gradient)| adam(values, first, second, gradient, step));
        };
        part(0, table, &self.words);
        part(table, layout.len(), &gradient.values[table..]);
        for &id in &gradient.words.ids {
            self.words[id as usize * d..][..d].fill(0.0);
        }
    }
}
