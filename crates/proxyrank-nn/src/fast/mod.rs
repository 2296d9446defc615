//! The fast engine: hand-written kernels, one block of sequences at a time.
//!
//! Why not candle's operations: they allocate and fault in fresh memory for every result, call scalar library
//! functions for erf and exp, and split each small product over threads that then wait for each other; a forward pass
//! runs at less than half of the machine's matmul rate. Here a block of a few hundred tokens goes through the whole
//! network on one thread, in a workspace that is kept from network to network: activations stay in cache, nothing is
//! allocated once the workspace has seen the largest layer, and threads meet only at the end. Bias and GELU, and bias,
//! dropout, residual and norm, are one pass each over a product that has just been computed.
//!
//! Gradients and Hessian-vector products come from a recording of the same operations ([`tape`]), block by block.
//!
//! Parallelism is over blocks through rayon, so it nests: scoring several architectures at a time in the same pool
//! fills the threads that one architecture's last block leaves idle.

mod attention;
mod convolution;
mod decoder;
mod fourier;
mod gradient;
mod ops;
mod pass;
mod problem;
mod relative;
mod sweep;
mod tape;
mod timed;
mod workspace;
mod wpca;

use rayon::prelude::*;

use crate::NnError;
use crate::batch::{Block, TokenBatch};
use crate::engine::{Engine, ForwardOptions};
use crate::network;
use crate::number::{Dual, DualScratch, Parameters};
use crate::ops::NORM_EPSILON;
use crate::real::Real;
use crate::taps::Visitor;
use crate::weights::EncoderWeights;
use ops::FastOps;
use pass::Pass;
use sweep::Bodies;
use workspace::Workspaces;

pub(crate) use fourier::{Table, TransformTables};
pub(crate) use timed::TIMED_BLOCKS;
pub(crate) use workspace::Buffer;

/// Runs encoders and decoders on the CPU, in f32 or f64.
///
/// Keep one for a whole run: it owns the workspaces.
#[derive(Debug, Default)]
pub struct FastEngine<T> {
    workspaces: Workspaces<T, ()>,
    dual_workspaces: Workspaces<Dual<T>, DualScratch<T>>,
    bodies: Bodies<T>,
    tables: TransformTables<T>,
}

impl<T: Real> FastEngine<T> {
    /// An engine with empty workspaces.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes that the engine keeps for the next pass.
    pub fn workspace_bytes(&self) -> usize {
        self.workspaces.bytes() + self.dual_workspaces.bytes() + self.bodies.bytes()
    }
}

impl<T: Real> Engine<T> for FastEngine<T> {
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
        batch.check(&weights.layout().network)?;
        let run = |block: Block| {
            let mut visitor = visitor(block);
            let mut workspace = self.workspaces.take();
            let pass = Pass {
                parameters: Parameters::new(weights, None),
                block,
                dropout: options.dropout,
                epsilon: NORM_EPSILON,
                workspace: &mut workspace,
                tables: &self.tables,
                memory: None,
            };
            let mut ops = FastOps { pass, ids: batch.block_ids(&block), visitor: &mut visitor };
            let hidden = network::forward(&mut ops, weights.layout(), options.depth)?;
            if let Some(hidden) = hidden {
                workspace.give(hidden);
            }
            self.workspaces.give(workspace);
            Ok(visitor)
        };
        batch.blocks(weights.layout().network.hidden_size).into_par_iter().map(run).collect()
    }
}
