//! First and second derivatives.

use super::FastEngine;
use super::problem::Problem;
use super::sweep::{Memory, Outcome, Swept, sweep};
use super::tape::{Shown, Unseen};
use crate::NnError;
use crate::batch::Block;
use crate::engine::Dropout;
use crate::gradient::{
    CurvatureEngine, EmbeddingGradient, EncoderInput, Gradient, GradientEngine, GradientPass,
    GradientVisitor, Loss,
};
use crate::kernels;
use crate::number::Parameters;
use crate::real::Real;
use crate::weights::EncoderWeights;

impl<T: Real> FastEngine<T> {
    /// Takes the memory of a gradient or of a Hessian-vector product for the next one, which then need not be asked from
    /// the system.
    pub fn recycle(&self, body: Vec<T>) {
        self.bodies.give(body);
    }
}

impl<T: Real> GradientEngine<T> for FastEngine<T> {
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
        let problem = Problem::new(Parameters { weights, direction: None }, input, loss, dropout)?;
        let memory = Memory::<T> { workspaces: &self.workspaces, bodies: &self.bodies, tables: &self.tables };
        let Swept { body, words, outcomes } = sweep(&problem, &memory, |block| Shown(visitor(block)))?;
        let loss = outcomes.iter().map(|outcome| outcome.loss).sum();
        let embeddings = match input {
            EncoderInput::Tokens(tokens) => Some(embeddings(weights, &outcomes, words, tokens.seq_len())),
            EncoderInput::Ones { .. } => None,
        };
        let visitors = outcomes.into_iter().map(|outcome| outcome.observer.0).collect();
        Ok(GradientPass { loss, gradient: Gradient { body, embeddings }, visitors })
    }
}

impl<T: Real> CurvatureEngine<T> for FastEngine<T> {
    fn hessian_product(
        &self,
        weights: &EncoderWeights<T>,
        input: EncoderInput<'_>,
        loss: Loss<'_, T>,
        dropout: Dropout,
        direction: &[T],
    ) -> Result<Vec<T>, NnError> {
        let parameters = Parameters { weights, direction: Some(direction) };
        let problem = Problem::new(parameters, input, loss, dropout)?;
        let memory = Memory { workspaces: &self.dual_workspaces, bodies: &self.bodies, tables: &self.tables };
        let swept = sweep(&problem, &memory, |_| Unseen)?;
        Ok(swept.body)
    }
}

/// Puts the blocks' parts together, in order.
fn embeddings<T: Real, O>(
    weights: &EncoderWeights<T>,
    outcomes: &[Outcome<T, O>],
    output_words: Vec<T>,
    seq_len: usize,
) -> EmbeddingGradient<T> {
    let width = weights.layout().network.embedding_size;
    let (mut gain, mut shift) = (vec![T::ZERO; width], vec![T::ZERO; width]);
    let mut sum = Vec::with_capacity(outcomes.iter().map(|outcome| outcome.embeddings.sum.len()).sum());
    for Outcome { embeddings, .. } in outcomes {
        sum.extend_from_slice(&embeddings.sum);
        kernels::residual(&mut gain, &embeddings.gain);
        kernels::residual(&mut shift, &embeddings.shift);
    }
    EmbeddingGradient { sum, gain, shift, seq_len, output_words }
}
