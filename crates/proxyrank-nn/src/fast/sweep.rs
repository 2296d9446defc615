//! Forward and backward over all blocks of a batch.
//!
//! Blocks are dealt out to a fixed number of lanes. A lane runs its blocks one after the other on one thread and adds
//! their gradients up in one slice; the lanes' slices are then added in order. Which blocks share a lane depends on the
//! number of blocks alone, so results are bit-equal for any number of threads, and memory is a handful of bodies however
//! large the batch is.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::TransformTables;
use super::tape::{EmbeddingPart, Observer, Sink};
use super::workspace::{Workspace, Workspaces};
use crate::NnError;
use crate::batch::Block;
use crate::kernels;
use crate::number::Number;
use crate::real::Real;
use crate::weights::Layout;

/// Lanes of a sweep: with 2048 tokens at the largest hidden size, there are as many blocks.
const LANES: usize = 4;

/// Numbers of one slice that a thread adds at a time.
const STRETCH: usize = 1 << 15;

/// Slices with a body's layout that nobody uses at the moment.
#[derive(Debug, Default)]
pub(super) struct Bodies<T> {
    idle: Mutex<Vec<Vec<T>>>,
}

impl<T> Bodies<T> {
    pub(super) fn take(&self) -> Vec<T> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub(super) fn give(&self, body: Vec<T>) {
        if body.capacity() > 0 {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(body);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.iter().map(Vec::capacity).sum::<usize>() * size_of::<T>()
    }
}

/// What one block gives besides its share of the sums.
#[derive(Debug)]
pub(super) struct Outcome<T, O> {
    pub block: Block,
    pub loss: f64,
    pub embeddings: EmbeddingPart<T>,
    pub observer: O,
}

/// What all blocks give.
#[derive(Debug)]
pub(super) struct Swept<T, O> {
    /// Sum of the gradients, with the body's layout.
    pub body: Vec<T>,
    /// Sum of the gradients of tables that the loss reads; empty without one.
    pub tables: Vec<T>,
    /// In block order.
    pub outcomes: Vec<Outcome<T, O>>,
}

/// Free memory for a sweep.
#[derive(Debug)]
pub(super) struct Idle<'a, N: Number> {
    pub workspaces: &'a Workspaces<N, N::Scratch>,
    pub bodies: &'a Bodies<N::Real>,
    pub tables: &'a TransformTables<N::Real>,
}

/// What the blocks of one lane share.
#[derive(Debug)]
pub(super) struct Lane<'a, N: Number> {
    pub workspace: Workspace<N, N::Scratch>,
    pub tables: &'a TransformTables<N::Real>,
    pub sink: Sink<N::Real>,
}

/// Runs every block of a problem on some kind of number.
pub(super) fn sweep<'a, N: Number, O: Observer<N> + Send>(
    layout: &impl Layout,
    blocks: &[Block],
    memory: &Idle<'a, N>,
    run_block: impl Fn(Block, &mut Lane<'a, N>) -> Result<Outcome<N::Real, O>, NnError> + Sync,
) -> Result<Swept<N::Real, O>, NnError> {
    let lanes = LANES.min(blocks.len());
    let run = |index: usize| {
        let sink = Sink::new(memory.bodies.take(), layout);
        let mut lane = Lane { workspace: memory.workspaces.take(), tables: memory.tables, sink };
        let mut outcomes = Vec::new();
        for &block in blocks.iter().skip(index).step_by(lanes) {
            outcomes.push(run_block(block, &mut lane)?);
        }
        memory.workspaces.give(lane.workspace);
        Ok((lane.sink.finish(layout), outcomes))
    };
    let lanes: Vec<_> = (0..lanes).into_par_iter().map(run).collect::<Result<_, NnError>>()?;
    let (mut bodies, mut tables, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    for ((body, table), outcome) in lanes {
        bodies.push(body);
        // A lane without a masked token has not come to the word table.
        tables.extend((!table.is_empty()).then_some(table));
        outcomes.extend(outcome);
    }
    outcomes.sort_by_key(|outcome: &Outcome<_, _>| outcome.block.index);
    let (body, rest) = total(bodies);
    for body in rest {
        memory.bodies.give(body);
    }
    Ok(Swept { body, tables: total(tables).0, outcomes })
}

/// The sum of some slices in the first one's memory, and the others.
fn total<T: Real>(parts: Vec<Vec<T>>) -> (Vec<T>, Vec<Vec<T>>) {
    let mut parts = parts.into_iter();
    let mut first = parts.next().unwrap_or_default();
    let rest: Vec<_> = parts.collect();
    if rest.is_empty() {
        return (first, rest);
    }
    first.par_chunks_mut(STRETCH).enumerate().for_each(|(index, sum)| {
        for part in &rest {
            kernels::residual(sum, &part[index * STRETCH..][..sum.len()]);
        }
    });
    (first, rest)
}
