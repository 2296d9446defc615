//! The reference engine: candle tensors, and only operations that candle can differentiate.
//!
//! candle's fused softmax and layer norm have no backward pass and cut the gradient without a word, so both are
//! composed here. Precision and device are the tensors' own, hence f64 references and CUDA through the same code.
//!
//! On a GPU every operation is queued on a stream that belongs to the calling thread, and buffers that one call made may serve the
//! next one, on whatever thread that is. Hence a call waits for its device before it ends, whether or not somebody looks
//! at a clock.

mod attention;
mod backward;
mod convolution;
mod decoder;
mod found;
mod gradient;
mod loss;
mod ops;
mod tape;
mod transform;
mod weights;

use std::marker::PhantomData;

use candle_core::{Device, Tensor};

use crate::NnError;
use crate::batch::{Block, TokenBatch};
use crate::engine::{Dropout, Engine, ForwardOptions};
use crate::gradient::EncoderInput;
use crate::network;
use crate::ops::NORM_EPSILON;
use crate::real::Real;
use crate::taps::{Blind, Visitor};
use crate::weights::EncoderWeights;
use decoder::Memory;
use ops::ComposedOps;

pub(crate) use ops::softmax;
pub use weights::{ComposedWeights, Training};

/// Runs encoders and decoders with candle's operations.
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
        let mut blind = Blind;
        let mut ops = self.ops(weights, EncoderInput::Tokens(batch), dropout, &mut blind)?;
        let embedded = network::embed(&mut ops, weights.layout())?;
        network::encode(&mut ops, weights.layout(), embedded)
    }

    /// The operations over an input that the network can read.
    fn ops<'a, V: Visitor<T>>(
        &'a self,
        weights: &'a ComposedWeights,
        input: EncoderInput<'a>,
        dropout: Dropout,
        visitor: &'a mut V,
    ) -> Result<ComposedOps<'a, T, V>, NnError> {
        input.check(&weights.layout().network)?;
        let ids = match input {
            EncoderInput::Tokens(tokens) => tokens.ids(),
            EncoderInput::Ones { .. } => &[],
        };
        Ok(ComposedOps {
            tensors: &weights.tensors,
            ids,
            block: input.whole(),
            device: &self.device,
            dropout,
            epsilon: NORM_EPSILON,
            visitor,
            backward: None,
            segments: None,
            memory: Memory::default(),
            real: PhantomData,
        })
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
        let mut ops = self.ops(&weights, EncoderInput::Tokens(batch), options.dropout, &mut visitor)?;
        network::forward(&mut ops, weights.layout(), options.depth)?;
        self.device.synchronize()?;
        Ok(vec![visitor])
    }
}
