//! What a Transformer-XL remembers of the segments before a batch.
//!
//! It is the input of every layer there, with the memory of the segments before that one, and is held constant: no gradient and no
//! direction of a Hessian-vector product goes through it. So it is computed once for each block, in real numbers, before the pass that reads it.

use super::embed::Embedding;
use super::{Run, constant};
use crate::NnError;
use crate::batch::{Block, TokenBatch};
use crate::decoder::Sight;
use crate::decoder::network::forward;
use crate::engine::Dropout;
use crate::fast::FastEngine;
use crate::fast::ops::FastOps;
use crate::real::Real;
use crate::taps::{Event, Site, Visitor};
use crate::weights::DecoderWeights;

/// The memory of some sequences.
#[derive(Debug)]
pub(in crate::fast) struct Memory<T> {
    /// Tokens of each sequence that are remembered; at least one.
    pub tokens: usize,
    /// For each layer its inputs, (sequences · tokens, d).
    pub layers: Vec<Vec<T>>,
}

/// Collects the input of every layer.
#[derive(Debug)]
struct Inputs<T>(Vec<Vec<T>>);

impl<T: Real> Visitor<T> for Inputs<T> {
    fn wants(&self, site: Site) -> bool {
        site == Site::LayerInput
    }

    fn visit(&mut self, event: &Event<'_, T>) {
        self.0.push(event.values.iter_rows().flatten().copied().collect());
    }
}

impl<T: Real> Memory<T> {
    /// Runs the segments before a block in their order; nothing where there are none, or the network has no memory.
    pub(super) fn of(
        engine: &FastEngine<T>,
        (weights, embedding): (&DecoderWeights<T>, &Embedding<'_, T>),
        batch: &TokenBatch,
        block: Block,
        dropout: Dropout,
    ) -> Result<Option<Self>, NnError> {
        let layout = weights.layout();
        let (longest, d) = (layout.network.mem_len, layout.network.d_model);
        let mut memory: Option<Self> = None;
        if longest == 0 {
            return Ok(memory);
        }
        for (index, (seq_len, ids)) in batch.segments().enumerate() {
            let block = Block { seq_len, ..block };
            let mut inputs = Inputs(Vec::with_capacity(layout.layers.len()));
            let mut workspace = engine.workspaces.take();
            let embedded = embedding.tokens(&ids[block.first_row()..][..block.rows()], seq_len)?;
            let x = constant(&mut workspace, &embedded, d);
            // Masks of its own for each segment, counted from the oldest.
            let dropout = match dropout {
                Dropout::Off => Dropout::Off,
                Dropout::Seed(seed) => Dropout::Seed(seed.wrapping_add(index as u64 + 1)),
            };
            let run = Run { weights, direction: None, block, dropout, memory: memory.as_ref() };
            let pass = run.pass(&mut workspace, &engine.tables);
            let hidden =
                forward(&mut FastOps { pass, ids: &[], visitor: &mut inputs }, layout, Sight::Past, x)?;
            workspace.give(hidden);
            engine.workspaces.give(workspace);
            memory = Some(Self::joined(memory, inputs.0, (block.sequences, seq_len), d, longest));
        }
        Ok(memory)
    }

    /// What was remembered, and behind it the inputs of `seq_len` tokens of width `d`, as far back as `longest` tokens.
    fn joined(
        old: Option<Self>,
        inputs: Vec<Vec<T>>,
        (sequences, seq_len): (usize, usize),
        d: usize,
        longest: usize,
    ) -> Self {
        let (before, old) =
            old.map_or_else(|| (0, vec![Vec::new(); inputs.len()]), |old| (old.tokens, old.layers));
        let tokens = (before + seq_len).min(longest);
        let part = |values: &[T], index: usize, tokens: usize| {
            let width = tokens * d;
            values[index * width..(index + 1) * width].to_vec()
        };
        let layer = |(old, new): (Vec<T>, Vec<T>)| {
            let sequence = |index| {
                let both = [part(&old, index, before), part(&new, index, seq_len)].concat();
                both[both.len() - tokens * d..].to_vec()
            };
            (0..sequences).flat_map(sequence).collect()
        };
        Self { tokens, layers: old.into_iter().zip(inputs).map(layer).collect() }
    }
}
