//! The optimiser's pass over parameters and their moments.

use super::lanes::inner;

/// What one update is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AdamStep {
    pub beta1: f32,
    pub beta2: f32,
    pub epsilon: f32,
    pub decay: f32,
    pub rate: f32,
    /// Multiplies the gradient.
    pub scale: f32,
}

kernel! {
    /// One step of Adam with decoupled decay.
    pub(crate) fn adam<'a>(
        values: &'a mut [f32],
        first: &'a mut [f32],
        second: &'a mut [f32],
        gradient: &'a [f32],
        step: AdamStep,
    ) {
        let moments = first.iter_mut().zip(second);
        for ((value, (first, second)), &gradient) in values.iter_mut().zip(moments).zip(gradient) {
            let gradient = gradient * step.scale;
            *first = step.beta1 * *first + (1.0 - step.beta1) * gradient;
            *second = step.beta2 * *second + (1.0 - step.beta2) * (gradient * gradient);
            let update = *first / (second.sqrt() + step.epsilon) + step.decay * *value;
            *value -= step.rate * update;
        }
    }
}

/// Sum of squares, in a fixed number of lanes.
pub(crate) fn sum_of_squares(values: &[f32]) -> f32 {
    let mut sum = 0.0;
    sum_of_squares_loop(values, &mut sum);
    sum
}

kernel! {
    fn sum_of_squares_loop<'a>(values: &'a [f32], sum: &'a mut f32) {
        *sum = inner(values, values);
    }
}

kernel! {
    /// `target += weight · part`.
    pub(crate) fn add_scaled<'a>(target: &'a mut [f32], part: &'a [f32], weight: f32) {
        for (target, &part) in target.iter_mut().zip(part) {
            *target += weight * part;
        }
    }
}
