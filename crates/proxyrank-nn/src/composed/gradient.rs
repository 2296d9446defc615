//! Gradients by candle's autograd: the slow reference that fast kernels are pinned to.

use candle_core::backprop::GradStore;

use super::ops::{Backward, Segments};
use super::tape::{Tape, of_variable};
use super::{ComposedEngine, ComposedWeights, Training};
use crate::NnError;
use crate::batch::Block;
use crate::engine::Dropout;
use crate::gradient::{
    EmbeddingGradient, EncoderInput, Gradient, GradientEngine, GradientPass, GradientVisitor, Loss,
};
use crate::loss::CheckedLoss;
use crate::network;
use crate::real::Real;
use crate::weights::{Arena, EncoderWeights, Layout, Parameter, Span};

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
        let outputs = ops.visitor.wants_outputs();
        ops.backward = Some(Backward { tape: Tape::default(), outputs, wants: V::wants_gradient });
        let x = match input {
            EncoderInput::Tokens(_) => network::embed(&mut ops, layout)?,
            EncoderInput::Ones { .. } => ops.ones()?,
        };
        let hidden = network::encode(&mut ops, layout, x)?;
        let loss = ops.loss(&hidden, &loss)?;
        let tape = ops.backward.take().map(|backward| backward.tape).unwrap_or_default();
        self.device.synchronize()?;
        visitor.turn();
        let gradients = loss.backward()?;
        tape.show(&gradients, block, &mut visitor)?;
        let found = Found { weights: &weights, gradients: &gradients };
        let of_zeros = |zeros| Ok::<_, NnError>(of_variable(&gradients, zeros)?.flatten_all()?.to_vec1()?);
        let embeddings = match &tape.embeddings {
            None => None,
            Some(zeros) => Some(EmbeddingGradient {
                sum: of_zeros(zeros)?,
                gain: found.span(&layout.embeddings.norm.gain)?,
                shift: found.span(&layout.embeddings.norm.shift)?,
                seq_len: block.seq_len,
                output_words: tape.output_words.as_ref().map(of_zeros).transpose()?.unwrap_or_default(),
            }),
        };
        let gradient = Gradient { body: found.body()?, embeddings };
        let loss = loss.to_scalar::<T>()?.as_f64();
        self.device.synchronize()?;
        Ok(GradientPass { loss, gradient, visitors: vec![visitor] })
    }
}

/// The gradients of one network's parameters.
struct Found<'a> {
    weights: &'a ComposedWeights,
    gradients: &'a GradStore,
}

impl Found<'_> {
    fn body<T: Real>(&self) -> Result<Vec<T>, NnError> {
        let layout = self.weights.layout();
        let mut body = Vec::with_capacity(layout.len(Arena::Body));
        for parameter in layout.parameters.iter().filter(|parameter| parameter.arena == Arena::Body) {
            body.extend(self.parameter::<T>(parameter)?);
        }
        Ok(body)
    }

    fn span<T: Real>(&self, span: &Span) -> Result<Vec<T>, NnError> {
        let parameters = &self.weights.layout().parameters[span.parameters.clone()];
        let mut values = Vec::with_capacity(span.elements.len());
        for parameter in parameters {
            values.extend(self.parameter::<T>(parameter)?);
        }
        Ok(values)
    }

    /// Zeros if the loss does not depend on the parameter, such as that of a head which it does not read.
    fn parameter<T: Real>(&self, parameter: &Parameter) -> Result<Vec<T>, NnError> {
        match self.weights.variables().get(&parameter.path) {
            Some(variable) => Ok(of_variable(self.gradients, variable)?.flatten_all()?.to_vec1()?),
            None => Ok(vec![T::ZERO; parameter.elements.len()]),
        }
    }
}
