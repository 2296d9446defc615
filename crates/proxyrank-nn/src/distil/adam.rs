//! AdamW (Loshchilov and Hutter 2019) with clipped gradients, and the schedule of learning rates.

use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};

use crate::NnError;

/// Decay of the means of gradients and of their squares.
const DECAY: [f64; 2] = [0.9, 0.999];
const EPSILON: f64 = 1e-8;
/// Decay of weights; biases and what belongs to norms are left alone.
const WEIGHT_DECAY: f64 = 0.01;
/// The largest norm of all gradients together.
const CLIP: f64 = 1.0;

/// The learning rate of a step: up to `peak` over the first tenth of the steps, then down to zero, both in a line.
pub fn rate(peak: f64, step: usize, steps: usize) -> f64 {
    let warm = (steps as f64 / 10.0).max(1.0);
    let step = step as f64;
    let left = (steps as f64 - step) / (steps as f64 - warm).max(1.0);
    peak * ((step + 1.0) / warm).min(left).clamp(0.0, 1.0)
}

/// The optimiser of some parameters.
#[derive(Debug)]
pub struct Adam {
    /// Each with the means of its gradient and of the square, once it had a gradient.
    parameters: Vec<(String, Var, Option<[Tensor; 2]>)>,
    steps: i32,
}

impl Adam {
    /// An optimiser of parameters with their paths.
    pub fn new<'a>(parameters: impl IntoIterator<Item = &'a (String, Var)>) -> Self {
        let parameters = parameters.into_iter().map(|(path, var)| (path.clone(), var.clone(), None));
        Self { parameters: parameters.collect(), steps: 0 }
    }

    /// One step. Every parameter must have a gradient.
    pub fn step(&mut self, gradients: &GradStore, rate: f64) -> Result<(), NnError> {
        let mut total = 0.0;
        for (path, var, _) in &self.parameters {
            let gradient = gradients.get(var);
            let gradient = gradient.ok_or_else(|| NnError::MissingParameter { path: path.clone() })?;
            total += gradient.sqr()?.sum_all()?.to_dtype(candle_core::DType::F64)?.to_scalar::<f64>()?;
        }
        let scale = (CLIP / total.sqrt().max(1e-12)).min(1.0);
        self.steps += 1;
        let [first, second] = DECAY.map(|decay| 1.0 - decay.powi(self.steps));
        for (path, var, means) in &mut self.parameters {
            let Some(gradient) = gradients.get(var) else { continue };
            let gradient = (gradient.detach() * scale)?;
            let [mean, square] = match means.take() {
                None => [(&gradient * (1.0 - DECAY[0]))?, (gradient.sqr()? * (1.0 - DECAY[1]))?],
                Some([mean, square]) => [
                    ((mean * DECAY[0])? + (&gradient * (1.0 - DECAY[0]))?)?,
                    ((square * DECAY[1])? + (gradient.sqr()? * (1.0 - DECAY[1]))?)?,
                ],
            };
            let update = ((&mean * (1.0 / first))? / ((&square * (1.0 / second))?.sqrt()? + EPSILON)?)?;
            let spared = path.ends_with("bias") || path.to_lowercase().contains("norm");
            let decay = if spared { 0.0 } else { WEIGHT_DECAY };
            let value = var.as_tensor().detach();
            var.set(&((&value * (1.0 - rate * decay))? - (update * rate)?)?)?;
            *means = Some([mean.detach(), square.detach()]);
        }
        Ok(())
    }
}
