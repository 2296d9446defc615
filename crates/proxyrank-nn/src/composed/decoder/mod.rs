//! Decoders with candle's operations.
//!
//! Layers run through the operations of [`crate::ops`], as an encoder's do; here stands what a decoder needs besides, and both
//! ends of the network: the adaptive embedding and softmax. Everything follows the definition and not the fast engine: a mask
//! replaces scores, distances are shifted as in the published code, a token's likelihood is a sum over two whole softmaxes.

mod embed;
mod gradient;
mod memory;
mod ops;
mod relative;
mod vocabulary;

use std::marker::PhantomData;

use candle_core::Device;

use super::ComposedEngine;
use super::ops::ComposedOps;
use super::weights::Tensors;
use crate::NnError;
use crate::batch::{Block, TokenBatch};
use crate::decoder::network::{NORM_EPSILON, forward};
use crate::decoder::{DecoderInput, Sight};
use crate::engine::{Dropout, Engine, ForwardOptions};
use crate::real::Real;
use crate::taps::Visitor;
use crate::weights::{DecoderLayout, DecoderWeights, VocabularyLayout};
pub(super) use memory::Memory;

/// The parameters of a decoder on a device, and where they stand.
#[derive(Debug, Clone, Copy)]
struct Decoder<'a> {
    layout: &'a DecoderLayout,
    vocabulary: &'a VocabularyLayout,
    tensors: &'a Tensors,
    device: &'a Device,
}

impl<'a> Decoder<'a> {
    /// The operations over a block, of which layers remember something.
    fn ops<T: Real, V: Visitor<T>>(
        self,
        (block, memory): (Block, Memory),
        dropout: Dropout,
        visitor: &'a mut V,
    ) -> ComposedOps<'a, T, V> {
        ComposedOps {
            tensors: self.tensors,
            ids: &[],
            block,
            device: self.device,
            dropout,
            epsilon: NORM_EPSILON,
            visitor,
            backward: None,
            segments: None,
            memory,
            real: PhantomData,
        }
    }
}

/// As on the fast engine, [`crate::Depth`] has no meaning for a decoder.
impl<T: Real> Engine<T, DecoderLayout> for ComposedEngine<T> {
    fn forward<V, F>(
        &self,
        weights: &DecoderWeights<T>,
        batch: &TokenBatch,
        options: ForwardOptions,
        visitor: F,
    ) -> Result<Vec<V>, NnError>
    where
        V: Visitor<T> + Send,
        F: Fn(Block) -> V + Sync,
    {
        let (layout, input) = (weights.layout(), DecoderInput::Tokens(batch));
        input.check(layout)?;
        let mut visitor = visitor(batch.whole());
        let tensors = Tensors::new(weights, |_| false, &self.device)?;
        let decoder =
            Decoder { layout, vocabulary: layout.vocabulary()?, tensors: &tensors, device: &self.device };
        let memory = decoder.memory::<T>(input, options.dropout)?;
        let x = decoder.embedded::<T>(input)?;
        let mut ops = decoder.ops((batch.whole(), memory), options.dropout, &mut visitor);
        forward(&mut ops, layout, Sight::Past, x)?;
        self.device.synchronize()?;
        Ok(vec![visitor])
    }
}
