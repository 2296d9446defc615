//! An engine whose second derivatives are difference quotients: slow and good to some seven digits.

use candle_core::Device;
use proxyrank_nn::{
    Blind, Block, ComposedEngine, CurvatureEngine, Dropout, EncoderInput, EncoderWeights, Engine,
    ForwardOptions, GradientEngine, GradientPass, GradientVisitor, Loss, NnError, TokenBatch, Visitor,
};

use crate::definitions::moved;

/// The reference engine with second derivatives.
pub(crate) struct Differences(ComposedEngine<f64>);

impl Differences {
    pub(crate) const fn new() -> Self {
        Self(ComposedEngine::new(Device::Cpu))
    }
}

impl Engine<f64> for Differences {
    fn forward<V, F>(
        &self,
        weights: &EncoderWeights<f64>,
        batch: &TokenBatch,
        options: ForwardOptions,
        visitor: F,
    ) -> Result<Vec<V>, NnError>
    where
        V: Visitor<f64> + Send,
        F: Fn(Block) -> V + Sync,
    {
        self.0.forward(weights, batch, options, visitor)
    }
}

impl GradientEngine<f64> for Differences {
    fn gradient<V, F>(
        &self,
        weights: &EncoderWeights<f64>,
        input: EncoderInput<'_>,
        loss: Loss<'_, f64>,
        dropout: Dropout,
        visitor: F,
    ) -> Result<GradientPass<f64, V>, NnError>
    where
        V: GradientVisitor<f64> + Send,
        F: Fn(Block) -> V + Sync,
    {
        self.0.gradient(weights, input, loss, dropout, visitor)
    }
}

impl CurvatureEngine<f64> for Differences {
    fn hessian_product(
        &self,
        weights: &EncoderWeights<f64>,
        input: EncoderInput<'_>,
        loss: Loss<'_, f64>,
        dropout: Dropout,
        direction: &[f64],
    ) -> Result<Vec<f64>, NnError> {
        let norm = direction.iter().map(|value| value * value).sum::<f64>().sqrt();
        let step = 2e-3 / norm;
        let at = |steps: f64| {
            let moved = moved(weights, direction, steps * step);
            Ok::<_, NnError>(self.gradient(&moved, input, loss, dropout, |_| Blind)?.gradient.body)
        };
        // The formula of order eight.
        let mut product = vec![0.0; direction.len()];
        for (steps, factor) in [(1.0, 4.0 / 5.0), (2.0, -1.0 / 5.0), (3.0, 4.0 / 105.0), (4.0, -1.0 / 280.0)]
        {
            for ((sum, ahead), behind) in product.iter_mut().zip(at(steps)?).zip(at(-steps)?) {
                *sum += factor * (ahead - behind) / step;
            }
        }
        Ok(product)
    }
}
