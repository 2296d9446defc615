//! The reference engine: candle tensors, and only operations that candle can differentiate.
//!
//! candle's fused softmax and layer norm have no backward pass and cut the gradient without a word, so both are
//! composed here. Precision and device are the tensors' own, hence f64 references and CUDA through the same code.

mod attention;
mod convolution;
mod ops;
mod transform;
mod weights;

use std::marker::PhantomData;

use candle_core::{Device, Tensor};

use crate::NnError;
use crate::batch::{Block, TokenBatch};
use crate::engine::{Depth, Dropout, Engine, ForwardOptions};
use crate::network;
use crate::real::Real;
use crate::taps::{Event, Site, Visitor};
use crate::weights::EncoderWeights;
use ops::ComposedOps;

pub use weights::{ComposedWeights, Training};

/// Runs encoders with candle's operations.
#[derive(Debug, Clone)]
pub struct ComposedEngine<T> {
    device: Device,
    real: PhantomData<T>,
}

impl<T: Real> ComposedEngine<T> {
    /// An engine on a device.
    pub const fn new(device: Device) -> Self {
        Self { device, real: PhantomData }
    }

    /// Copies weights to the engine's device.
    pub fn weights(
        &self,
        weights: &EncoderWeights<T>,
        training: Training,
    ) -> Result<ComposedWeights, NnError> {
        ComposedWeights::new(weights, training, &self.device)
    }

    /// The hidden state (B, S, h) as a tensor with its graph.
    pub fn hidden_state(
        &self,
        weights: &ComposedWeights,
        batch: &TokenBatch,
        dropout: Dropout,
    ) -> Result<Tensor, NnError> {
        let options = ForwardOptions { depth: Depth::Full, dropout };
        let hidden = self.run(weights, batch, options, &mut Blind)?;
        hidden.ok_or_else(|| {
            candle_core::Error::Msg("the pass ended before the hidden state".to_owned()).into()
        })
    }

    fn run(
        &self,
        weights: &ComposedWeights,
        batch: &TokenBatch,
        options: ForwardOptions,
        visitor: &mut impl Visitor<T>,
    ) -> Result<Option<Tensor>, NnError> {
        batch.check(&weights.layout().network)?;
        let mut ops = ComposedOps::<T, _> {
            weights,
            batch,
            device: &self.device,
            dropout: options.dropout,
            visitor,
            real: PhantomData,
        };
        network::forward(&mut ops, weights.layout(), options.depth)
    }
}

impl<T: Real> Engine<T> for ComposedEngine<T> {
    fn forward<V, F>(
        &self,
        weights: &EncoderWeights<T>,
        batch: &TokenBatch,
        options: ForwardOptions,
        visitor: F,
    ) -> Result<Vec<V>, NnError>
    where
        V: Visitor<T> + Send,
        F: Fn(Block) -> V + Sync,
    {
        let weights = self.weights(weights, Training::Constant)?;
        let mut visitor = visitor(batch.whole());
        self.run(&weights, batch, options, &mut visitor)?;
        Ok(vec![visitor])
    }
}

/// Looks at nothing.
#[derive(Debug)]
struct Blind;

impl<T> Visitor<T> for Blind {
    fn wants(&self, _site: Site) -> bool {
        false
    }

    fn visit(&mut self, _event: &Event<'_, T>) {}
}
