//! Decoders on the fast engine.
//!
//! The layers run through the same operations, recorded or not, as an encoder's. What is different stands at the two ends:
//! the adaptive embedding is computed before the tape begins, in real numbers even where the tape has dual ones, for
//! directions never move it; the adaptive softmax is the tape's last operation. What a Transformer-XL remembers is computed
//! before the tape as well.

mod embed;
mod memory;
mod problem;

use rayon::prelude::*;

use super::ops::FastOps;
use super::pass::Pass;
use super::sweep::{Idle, Lane, Outcome, Swept, sweep};
use super::tape::{Observer, Shown, Tape, Unseen};
use super::workspace::{Buffer, Workspace};
use super::{FastEngine, TransformTables};
use crate::NnError;
use crate::batch::{Block, TokenBatch};
use crate::decoder::network::{NORM_EPSILON, forward};
use crate::decoder::{DecoderInput, DecoderLoss, Sight, VocabularyGradient};
use crate::engine::{Dropout, Engine, ForwardOptions};
use crate::gradient::{CurvatureEngine, Gradient, GradientEngine, GradientPass, GradientVisitor};
use crate::number::{Dual, Number, Parameters};
use crate::real::Real;
use crate::taps::Visitor;
use crate::weights::{Arena, DecoderLayout, DecoderWeights, Layout};
use embed::Embedding;
pub(super) use memory::Memory;
use problem::DecoderProblem;

/// Where a pass ends is decided by what its visitors want: [`crate::Depth`] has no meaning for a decoder, whose last layers
/// cost as much as the others.
impl<T: Real> Engine<T, DecoderLayout> for FastEngine<T> {
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
        let layout = weights.layout();
        DecoderInput::Tokens(batch).check(layout)?;
        let embedding = Embedding::new(weights)?;
        let run = |block: Block| {
            let mut visitor = visitor(block);
            let mut workspace = self.workspaces.take();
            let memory = Memory::of(self, (weights, &embedding), batch, block, options.dropout)?;
            let embedded = embedding.tokens(batch.block_ids(&block), block.seq_len)?;
            let x = constant(&mut workspace, &embedded, layout.network.d_model);
            let run =
                Run { weights, direction: None, block, dropout: options.dropout, memory: memory.as_ref() };
            let pass = run.pass(&mut workspace, &self.tables);
            let mut ops = FastOps { pass, ids: &[], visitor: &mut visitor };
            let hidden = forward(&mut ops, layout, Sight::Past, x)?;
            workspace.give(hidden);
            self.workspaces.give(workspace);
            Ok(visitor)
        };
        batch.blocks(layout.network.d_model).into_par_iter().map(run).collect()
    }
}

impl<T: Real> GradientEngine<T, DecoderLayout> for FastEngine<T> {
    fn gradient<V, F>(
        &self,
        weights: &DecoderWeights<T>,
        input: DecoderInput<'_>,
        loss: DecoderLoss<'_, T>,
        dropout: Dropout,
        visitor: F,
    ) -> Result<GradientPass<T, V, VocabularyGradient<T>>, NnError>
    where
        V: GradientVisitor<T> + Send,
        F: Fn(Block) -> V + Sync,
    {
        let problem = DecoderProblem::new(self, (weights, None), input, loss, dropout)?;
        let memory = Idle::<T> { workspaces: &self.workspaces, bodies: &self.bodies, tables: &self.tables };
        let run = |block, lane: &mut Lane<'_, T>| run_block(&problem, block, lane, Shown(visitor(block)));
        let Swept { body, tables, outcomes } = sweep(weights.layout(), &problem.blocks(), &memory, run)?;
        let loss = outcomes.iter().map(|outcome| outcome.loss).sum();
        let input_gradient: Vec<T> =
            outcomes.iter().flat_map(|outcome| outcome.embeddings.sum.iter().copied()).collect();
        let mut tables = (!tables.is_empty()).then_some(tables);
        if let Some(tables) = &mut tables {
            problem.embedding.scatter(input, &input_gradient, tables);
        }
        let seq_len = input.whole().seq_len;
        let width = weights.layout().network.d_model;
        let embeddings = VocabularyGradient { input: input_gradient, seq_len, width, tables };
        let visitors = outcomes.into_iter().map(|outcome| outcome.observer.0).collect();
        Ok(GradientPass { loss, gradient: Gradient { body, embeddings }, visitors })
    }
}

impl<T: Real> CurvatureEngine<T, DecoderLayout> for FastEngine<T> {
    fn hessian_product(
        &self,
        weights: &DecoderWeights<T>,
        input: DecoderInput<'_>,
        loss: DecoderLoss<'_, T>,
        dropout: Dropout,
        direction: &[T],
    ) -> Result<Vec<T>, NnError> {
        let problem = DecoderProblem::new(self, (weights, Some(direction)), input, loss, dropout)?;
        let memory = Idle { workspaces: &self.dual_workspaces, bodies: &self.bodies, tables: &self.tables };
        let run = |block, lane: &mut Lane<'_, Dual<T>>| run_block(&problem, block, lane, Unseen);
        Ok(sweep(weights.layout(), &problem.blocks(), &memory, run)?.body)
    }
}

fn run_block<N: Number, O: Observer<N>>(
    problem: &DecoderProblem<'_, N::Real>,
    block: Block,
    lane: &mut Lane<'_, N>,
    mut observer: O,
) -> Result<Outcome<N::Real, O>, NnError> {
    let layout = problem.weights.layout();
    let embedded = problem.embedded(&block)?;
    let x = constant(&mut lane.workspace, &embedded, layout.network.d_model);
    if observer.wants_tables() {
        lane.sink.expect_tables(layout.len(Arena::Embeddings));
    }
    let DecoderProblem { weights, direction, dropout, .. } = *problem;
    let run = Run { weights, direction, block, dropout, memory: problem.memory(&block) };
    let pass = run.pass(&mut lane.workspace, lane.tables);
    let mut tape = Tape::new(pass, &[], &mut observer);
    let x = tape.input(x);
    let hidden = forward(&mut tape, layout, problem.input.sight(), x)?;
    let loss = tape.decoder_loss(hidden, &problem.share(&block), &mut lane.sink);
    let embeddings = tape.backward(&mut lane.sink);
    Ok(Outcome { block, loss, embeddings, observer })
}

/// What a block's pass through a decoder reads.
#[derive(Debug, Clone, Copy)]
struct Run<'a, T> {
    weights: &'a DecoderWeights<T>,
    direction: Option<&'a [T]>,
    block: Block,
    dropout: Dropout,
    memory: Option<&'a Memory<T>>,
}

impl<'a, T: Real> Run<'a, T> {
    fn pass<N: Number<Real = T>>(
        self,
        workspace: &'a mut Workspace<N, N::Scratch>,
        tables: &'a TransformTables<T>,
    ) -> Pass<'a, N> {
        let Self { weights, direction, block, dropout, memory } = self;
        let parameters = Parameters::new(weights, direction);
        Pass { parameters, block, dropout, epsilon: NORM_EPSILON, workspace, tables, memory }
    }
}

/// Rows that do not depend on the weights, in the workspace.
fn constant<N: Number>(
    workspace: &mut Workspace<N, N::Scratch>,
    values: &[N::Real],
    width: usize,
) -> Buffer<N> {
    let mut buffer = workspace.take(values.len() / width, width);
    for (target, &value) in buffer.values_mut().iter_mut().zip(values) {
        *target = N::constant(value);
    }
    buffer
}
