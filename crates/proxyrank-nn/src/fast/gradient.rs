//! First and second derivatives.

use super::FastEngine;
use super::pass::Pass;
use super::problem::Problem;
use super::sweep::{Idle, Lane, Outcome, Swept, sweep};
use super::tape::{Observer, Shown, Tape, Unseen};
use crate::NnError;
use crate::batch::Block;
use crate::engine::Dropout;
use crate::gradient::{
    CurvatureEngine, EmbeddingGradient, EncoderInput, Gradient, GradientEngine, GradientPass,
    GradientVisitor, Loss,
};
use crate::kernels;
use crate::network;
use crate::number::{Dual, Number, Parameters};
use crate::ops::NORM_EPSILON;
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
        let problem = Problem::new((weights, None), input, loss, dropout)?;
        let memory = Idle::<T> { workspaces: &self.workspaces, bodies: &self.bodies, tables: &self.tables };
        let run = |block, lane: &mut Lane<'_, T>| run_block(&problem, block, lane, Shown(visitor(block)));
        let Swept { body, tables, outcomes } = sweep(weights.layout(), &problem.blocks(), &memory, run)?;
        let loss = outcomes.iter().map(|outcome| outcome.loss).sum();
        let embeddings = match input {
            EncoderInput::Tokens(tokens) => Some(embeddings(weights, &outcomes, tables, tokens.seq_len())),
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
        let problem = Problem::new((weights, Some(direction)), input, loss, dropout)?;
        let memory = Idle { workspaces: &self.dual_workspaces, bodies: &self.bodies, tables: &self.tables };
        let run = |block, lane: &mut Lane<'_, Dual<T>>| run_block(&problem, block, lane, Unseen);
        Ok(sweep(weights.layout(), &problem.blocks(), &memory, run)?.body)
    }
}

fn run_block<N: Number, O: Observer<N>>(
    problem: &Problem<'_, N::Real>,
    block: Block,
    lane: &mut Lane<'_, N>,
    mut observer: O,
) -> Result<Outcome<N::Real, O>, NnError> {
    let layout = problem.weights.layout();
    let pass = Pass {
        parameters: Parameters::new(problem.weights, problem.direction),
        block,
        dropout: problem.dropout,
        epsilon: NORM_EPSILON,
        workspace: &mut lane.workspace,
        tables: lane.tables,
        memory: None,
    };
    let share = problem.share(&block);
    let mut tape = Tape::new(pass, problem.ids(&block), &mut observer);
    tape.expect_segments(&share);
    let input = match problem.input {
        EncoderInput::Tokens(_) => network::embed(&mut tape, layout)?,
        EncoderInput::Ones { .. } => tape.ones(layout.network.hidden_size),
    };
    let hidden = network::encode(&mut tape, layout, input)?;
    let loss = tape.loss(layout, hidden, &share)?;
    let embeddings = tape.backward(&mut lane.sink);
    Ok(Outcome { block, loss, embeddings, observer })
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
