//! Gradients by candle's autograd: the slow reference that fast kernels are pinned to.

use super::found::Found;
use super::ops::Segments;
use super::tape::of_variable;
use super::{ComposedEngine, Training};
use crate::NnError;
use crate::batch::Block;
use crate::engine::Dropout;
use crate::gradient::{
    EmbeddingGradient, EncoderInput, Gradient, GradientEngine, GradientPass, GradientVisitor, Loss,
};
use crate::loss::CheckedLoss;
use crate::network;
use crate::real::Real;
use crate::weights::{Arena, EncoderWeights};

impl<T: Real> GradientEngine<T> for ComposedEngine<T> {
    fn gradient<V, F>(
        &self,
        weights: &EncoderWeights<T>,
        input: EncoderInput<'_>,
        loss: Loss<'_, T>,
        dropout: Dropout,
        visitor: F,
    ) -> Result<GradientPass<T, V>, NnError>
    where
        V: GradientVisitor<T> + Send,
        F: Fn(Block) -> V + Sync,
    {
        // Made first: a visitor may read a clock, and moving the weights to a device is a part of the way forward.
        let block = input.whole();
        let mut visitor = visitor(block);
        let weights = self.weights(weights, Training::Trainable)?;
        let layout = weights.layout();
        let mut ops = self.ops(&weights, input, dropout, &mut visitor)?;
        let loss = CheckedLoss::new(&loss, layout, block)?;
        if let CheckedLoss::Segments(cotangents) = loss {
            ops.segments = Some(Segments { cotangents, sum: None });
        }
        ops.expect_backward();
        let x = match input {
            EncoderInput::Tokens(_) => network::embed(&mut ops, layout)?,
            EncoderInput::Ones { .. } => ops.ones(layout.network.hidden_size)?,
        };
        let hidden = network::encode(&mut ops, layout, x)?;
        let loss = ops.loss(layout, &hidden, &loss)?;
        let (tape, gradients) = ops.turn(&loss)?;
        let found = Found { tensors: &weights.tensors, gradients: &gradients };
        let of_zeros = |zeros| Ok::<_, NnError>(of_variable(&gradients, zeros)?.flatten_all()?.to_vec1()?);
        let embeddings = match &tape.embeddings {
            None => None,
            Some(zeros) => Some(EmbeddingGradient {
                sum: of_zeros(zeros)?,
                gain: found.span(layout, &layout.embeddings.norm.gain)?,
                shift: found.span(layout, &layout.embeddings.norm.shift)?,
                seq_len: block.seq_len,
                output_words: tape.output_words.as_ref().map(of_zeros).transpose()?.unwrap_or_default(),
            }),
        };
        let gradient = Gradient { body: found.arena(layout, Arena::Body)?, embeddings };
        let loss = loss.to_scalar::<T>()?.as_f64();
        self.device.synchronize()?;
        Ok(GradientPass { loss, gradient, visitors: vec![visitor] })
    }
}
