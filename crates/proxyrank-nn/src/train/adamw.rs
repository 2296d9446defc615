//! Adam with decoupled weight decay, as BERT and ELECTRA use it: without bias correction, which can be asked for.
//!
//! m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², w ← w - η (m / (√v + ε) + λ w), with g the gradient after clipping by the
//! norm over all parameters (Loshchilov & Hutter, ICLR 2019). Norms and biases do not decay.

use std::ops::Range;

use rayon::prelude::*;

use crate::kernels::{self, AdamStep};
use crate::weights::{Arena, EncoderLayout, Parameter};

/// Parameters that a thread updates at a time.
const STRETCH: usize = 1 << 14;

/// Constants of the optimiser.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamW {
    /// Decay of the mean of gradients.
    pub beta1: f32,
    /// Decay of the mean of their squares.
    pub beta2: f32,
    /// Keeps quotients finite.
    pub epsilon: f32,
    /// λ.
    pub decay: f32,
    /// Largest norm of the gradient of all parameters together.
    pub clip: f64,
    /// Whether moments are corrected for their start at zero. Without it the first steps are up to six times as long as the rate
    /// says, and still three times after a hundred: what makes short fine-tuning fail (Zhang et al., "Revisiting few-sample BERT
    /// fine-tuning", ICLR 2021, §4).
    pub corrected: bool,
}

impl AdamW {
    /// What ELECTRA is trained with.
    pub const ELECTRA: Self =
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, decay: 0.01, clip: 1.0, corrected: false };

    /// 1 - β₁ᵗ and √(1 - β₂ᵗ) at the t-th step, by which the two moments are too small; ones without correction.
    fn correction(&self, step: u64) -> (f64, f64) {
        if !self.corrected {
            return (1.0, 1.0);
        }
        let left = |beta: f32| 1.0 - f64::from(beta).powf(step as f64 + 1.0);
        (left(self.beta1), left(self.beta2).sqrt())
    }

    /// What gradients are multiplied by so that their norm does not exceed the bound.
    pub(super) fn clipping(&self, squared_norm: f64) -> f64 {
        self.clip / squared_norm.sqrt().max(self.clip)
    }

    /// Updates a stretch of parameters at the rate of a step, counted from 0; gradients are multiplied by `scale` first.
    pub(super) fn update(
        &self,
        values: &mut [f32],
        moments: &mut Moments,
        gradient: &[f32],
        (step, rate): (u64, f64),
        scale: f64,
    ) {
        let (first, second) = self.correction(step);
        let Moments { rules, first: means, second: squares } = moments;
        for rule in rules {
            let step = AdamStep {
                beta1: self.beta1,
                beta2: self.beta2,
                epsilon: narrow(f64::from(self.epsilon) * second),
                // The kernel's rate stands before the whole step, so decay is freed of the correction.
                decay: if rule.decays { narrow(f64::from(self.decay) * first / second) } else { 0.0 },
                rate: narrow(rate * rule.factor * second / first),
                scale: narrow(scale),
            };
            let range = || rule.elements.clone();
            let values = values[range()].par_chunks_mut(STRETCH);
            let moments =
                means[range()].par_chunks_mut(STRETCH).zip(squares[range()].par_chunks_mut(STRETCH));
            values.zip(moments).zip(gradient[range()].par_chunks(STRETCH)).for_each(
                |((values, (first, second)), gradient)| kernels::adam(values, first, second, gradient, step),
            );
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "rates and scales are far from the ends of the range")]
const fn narrow(value: f64) -> f32 {
    value as f32
}

/// Sum of the squares of a gradient, in an order that does not depend on threads.
pub(super) fn squared_norm(gradient: &[f32]) -> f64 {
    let parts: Vec<f32> = gradient.par_chunks(STRETCH).map(kernels::sum_of_squares).collect();
    parts.into_iter().map(f64::from).sum()
}

/// How some parameters are updated.
#[derive(Debug, Clone, PartialEq)]
struct Rule {
    elements: Range<usize>,
    decays: bool,
    /// Of the learning rate.
    factor: f64,
}

/// The optimiser's memory of one stretch of parameters.
#[derive(Debug)]
pub(super) struct Moments {
    rules: Vec<Rule>,
    pub(super) first: Vec<f32>,
    pub(super) second: Vec<f32>,
}

impl Moments {
    /// Zeros for an arena of a layout; `factor` says what part of the learning rate a parameter has.
    pub(super) fn new(layout: &EncoderLayout, arena: Arena, factor: impl Fn(&Parameter) -> f64) -> Self {
        let mut rules: Vec<Rule> = Vec::new();
        for parameter in layout.parameters.iter().filter(|parameter| parameter.arena == arena) {
            let (decays, factor) = (decays(&parameter.path), factor(parameter));
            match rules.last_mut() {
                // Equal factors come from the same computation, so they have the same bits.
                Some(last) if last.decays == decays && last.factor.to_bits() == factor.to_bits() => {
                    last.elements.end = parameter.elements.end;
                }
                _ => rules.push(Rule { elements: parameter.elements.clone(), decays, factor }),
            }
        }
        let len = rules.last().map_or(0, |rule| rule.elements.end);
        Self { rules, first: vec![0.0; len], second: vec![0.0; len] }
    }
}

/// Whether a parameter decays.
fn decays(path: &str) -> bool {
    !path.contains("LayerNorm") && path.rsplit('.').next() != Some("bias")
}

#[cfg(test)]
mod tests {
    use proxyrank_space::Operation;
    use proxyrank_space::flexibert::{EncoderLayer, EncoderNetwork};

    use super::*;
    use crate::weights::Head;

    fn layout() -> EncoderLayout {
        let layer = EncoderLayer { operation: Operation::Sdp, heads: 2, ffn_widths: vec![8, 12, 8] };
        let network =
            EncoderNetwork { vocab_size: 11, embedding_size: 4, ..EncoderNetwork::new(8, vec![layer]) };
        EncoderLayout::new(&network, Head::Task { outputs: 3 }).unwrap()
    }

    #[test]
    fn rules_cover_every_parameter_once_and_norms_and_biases_do_not_decay() {
        let layout = layout();
        for arena in [Arena::Embeddings, Arena::Body] {
            let moments = Moments::new(&layout, arena, |_| 1.0);
            let mut next = 0;
            for rule in &moments.rules {
                assert_eq!(rule.elements.start, next);
                next = rule.elements.end;
                for parameter in layout.parameters.iter().filter(|p| p.arena == arena) {
                    if rule.elements.contains(&parameter.elements.start) {
                        let plain = parameter.path.contains("Norm") || parameter.path.ends_with("bias");
                        assert_eq!(rule.decays, !plain, "{}", parameter.path);
                    }
                }
            }
            assert_eq!(next, crate::weights::Layout::len(&layout, arena));
        }
    }

    #[test]
    fn corrected_steps_begin_at_the_rate() {
        let layout = layout();
        let len = Moments::new(&layout, Arena::Body, |_| 1.0).first.len();
        let gradient: Vec<f32> = (0..len).map(|i| if i % 2 == 0 { 0.5 } else { -3.0 }).collect();
        let moved = |corrected: bool| {
            let optimiser = AdamW { corrected, decay: 0.0, ..AdamW::ELECTRA };
            let (mut values, mut moments) = (vec![0.0; len], Moments::new(&layout, Arena::Body, |_| 1.0));
            (0..3).for_each(|step| {
                optimiser.update(&mut values, &mut moments, &gradient, (step, 0.01), 1.0);
            });
            values
        };
        // A gradient that stays is its own mean, and its square's: every corrected step has the length of the rate.
        for (value, gradient) in moved(true).into_iter().zip(&gradient) {
            assert!((value + 0.03 * gradient.signum()).abs() < 1e-5, "{value}");
        }
        assert!(
            moved(false).iter().all(|value| value.abs() > 0.1),
            "uncorrected ones are several times as long"
        );
    }

    #[test]
    fn decay_is_not_corrected() {
        let layout = layout();
        let optimiser = AdamW { corrected: true, ..AdamW::ELECTRA };
        let mut moments = Moments::new(&layout, Arena::Body, |_| 1.0);
        let len = moments.first.len();
        let mut values = vec![2.0; len];
        optimiser.update(&mut values, &mut moments, &vec![0.0; len], (0, 0.1), 1.0);
        for rule in &moments.rules {
            let wanted = if rule.decays { 2.0 - 0.1 * 0.01 * 2.0 } else { 2.0 };
            assert!(values[rule.elements.clone()].iter().all(|value| (value - wanted).abs() < 1e-6));
        }
    }

    #[test]
    fn steps_follow_the_definition() {
        let layout = layout();
        let mut moments = Moments::new(&layout, Arena::Body, |p| if p.in_head { 1.0 } else { 0.5 });
        let rules = moments.rules.clone();
        let len = moments.first.len();
        let start: Vec<f32> = (0..len).map(|i| (0.3 * i as f32).sin()).collect();
        let mut values = start.clone();
        let optimiser = AdamW::ELECTRA;
        let mut wanted: Vec<(f64, f64, f64)> = start.iter().map(|&w| (f64::from(w), 0.0, 0.0)).collect();
        for step in 0..5_u8 {
            let gradient: Vec<f32> = (0..len).map(|i| (0.7 * (i + usize::from(step)) as f32).cos()).collect();
            let scale = optimiser.clipping(squared_norm(&gradient));
            let norm = gradient.iter().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt();
            assert!((scale - 1.0 / norm).abs() < 1e-6, "a norm of {norm} is clipped to one");
            optimiser.update(&mut values, &mut moments, &gradient, (u64::from(step), 0.01), scale);
            for rule in &rules {
                for i in rule.elements.clone() {
                    let (w, m, v) = &mut wanted[i];
                    let g = f64::from(gradient[i]) * scale;
                    *m = 0.9 * *m + 0.1 * g;
                    *v = 0.999 * *v + 0.001 * g * g;
                    let decay = if rule.decays { 0.01 } else { 0.0 };
                    *w -= 0.01 * rule.factor * (*m / (v.sqrt() + 1e-6) + decay * *w);
                }
            }
        }
        for (index, (found, wanted)) in values.iter().zip(&wanted).enumerate() {
            assert!((f64::from(*found) - wanted.0).abs() < 1e-5, "{index}: {found} {}", wanted.0);
        }
    }

    #[test]
    fn a_short_gradient_is_not_lengthened() {
        assert!((AdamW::ELECTRA.clipping(0.25) - 1.0).abs() < 1e-12);
    }
}
