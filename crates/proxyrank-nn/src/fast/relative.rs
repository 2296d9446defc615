//! Attention to what is remembered and to the past, with scores that depend on distances.
//!
//! Tiles are those of plain attention, with rows that differ: queries are the tokens of the block, keys and values what a layer
//! remembers as well, and the keys of distances are the same for all sequences.

use std::ops::Range;

use faer::Accum;

use super::attention::Tile;
use super::pass::Pass;
use super::workspace::{Buffer, Rows};
use crate::batch::Block;
use crate::dropout::DropoutSite;
use crate::kernels::{self, Operand};
use crate::number::{Factor, Number, Target};
use crate::ops::{RelativeHeads, Tap};
use crate::real::Real;
use crate::taps::View;

/// The longest wavelength of the sines, over 2π.
const LONGEST: f64 = 10_000.0;

/// One head of one sequence in each of the matrices that it reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tiles {
    /// In what has a row a token.
    pub tokens: Tile,
    /// In queries, which have rows of what is remembered in front.
    pub query: Tile,
    /// In keys and values.
    pub context: Tile,
    /// In keys of distances.
    pub distances: Tile,
}

impl Tiles {
    pub(super) const fn new(tokens: Tile, remembered: usize) -> Self {
        let seq_len = tokens.seq_len + remembered;
        Self {
            tokens,
            query: Tile { skip: remembered, ..tokens },
            context: Tile { seq_len, ..tokens },
            distances: Tile { sequence: 0, seq_len, ..tokens },
        }
    }

    /// Where its probabilities stand among those of the block.
    pub(super) const fn in_block(self) -> Range<usize> {
        let area = self.tokens.seq_len * self.context.seq_len;
        let start = (self.tokens.sequence * self.tokens.heads + self.tokens.head) * area;
        start..start + area
    }
}

/// Merged outputs of all heads. The probabilities go to `kept`, if that is given, and to `show`.
pub(super) fn attention<N: Number>(
    pass: &mut Pass<'_, N>,
    heads: &RelativeHeads<'_, Buffer<N>>,
    mut kept: Option<&mut Buffer<N>>,
    mut show: impl FnMut(Tap, Block, View<'_, N>),
) -> Buffer<N> {
    let (block, width, remembered) = (pass.block, heads.query.width, pass.remembered());
    let (tokens, context) = (block.seq_len, block.seq_len + remembered);
    let biases = [&heads.biases.content_bias, &heads.biases.distance_bias].map(|span| pass.values(span));
    let mut merged = pass.workspace.take(block.rows(), width);
    let mut query = pass.workspace.take(tokens, width / heads.count);
    let [mut scores, mut by_distance] = [(); 2].map(|()| pass.workspace.take(tokens, context));
    for tile in Tile::all(block, heads.count, width) {
        let tiles = Tiles::new(tile, remembered);
        let sides = [tiles.context.of(heads.key), tiles.distances.of(heads.distance)];
        for ((target, bias), keys) in [&mut scores, &mut by_distance].into_iter().zip(&biases).zip(sides) {
            biased(&mut query, tiles.query.operand(heads.query), &bias[tile.columns()]);
            let target = Target { values: target.values_mut(), stride: context, accumulate: Accum::Replace };
            pass.product(target, tile.scale(), Factor::Activations(query.operand()), keys.t());
        }
        kernels::softmax_of_relative(scores.values_mut(), by_distance.values(), context);
        let (tap, place) = tile.tap(heads.layer, block);
        show(tap, place, View::new(scores.values(), tokens, context, context));
        if let Some(kept) = &mut kept {
            kept.values_mut()[tiles.in_block()].copy_from_slice(scores.values());
        }
        let values = &mut merged.values_mut()[tile.offset(width, 0)..];
        let target = Target { values, stride: width, accumulate: Accum::Replace };
        let probabilities = Factor::Activations(scores.operand());
        pass.product(target, N::Real::ONE, probabilities, tiles.context.of(heads.value));
    }
    for buffer in [query, scores, by_distance] {
        pass.workspace.give(buffer);
    }
    merged
}

/// Queries plus a bias.
pub(super) fn biased<N: Number>(target: &mut Buffer<N>, queries: Operand<'_, N>, bias: &[N]) {
    for (row, query) in target.values_mut().chunks_exact_mut(bias.len()).zip(queries.stored_rows()) {
        for ((target, &query), &bias) in row.iter_mut().zip(query).zip(bias) {
            *target = query + bias;
        }
    }
}

/// What a layer remembers, then its input, sequence by sequence; nothing where nothing is remembered.
pub(super) fn context<N: Number>(pass: &mut Pass<'_, N>, layer: usize, x: &Buffer<N>) -> Option<Buffer<N>> {
    let memory = pass.memory?;
    let (width, block) = (x.width, pass.block_of(Rows::Context));
    let mut both = pass.workspace.take(block.rows(), width);
    both.over = Rows::Context;
    let sequences = both.values_mut().chunks_exact_mut(block.seq_len * width);
    let old = memory.layers[layer].chunks_exact(memory.tokens * width);
    let new = x.values().chunks_exact(pass.block.seq_len * width);
    for (sequence, (old, new)) in sequences.zip(old.zip(new)) {
        let (remembered, tokens) = sequence.split_at_mut(old.len());
        for (target, &value) in remembered.iter_mut().zip(old) {
            *target = N::constant(value);
        }
        tokens.copy_from_slice(new);
    }
    Some(both)
}

/// Sines, then cosines, of every distance that occurs, the largest first.
///
/// With 192 distances and 512 columns it is a few milliseconds a block, beside hundreds for its layers.
pub(super) fn distances<N: Number>(pass: &mut Pass<'_, N>, d: usize) -> Buffer<N> {
    let count = pass.block_of(Rows::Distances).rows();
    let mut rows = pass.workspace.take(count, d);
    rows.over = Rows::Distances;
    let frequencies: Vec<f64> = (0..d / 2).map(|k| LONGEST.powf(-2.0 * k as f64 / d as f64)).collect();
    for (row, distance) in rows.values_mut().chunks_exact_mut(d).zip((0..count).rev()) {
        let (sines, cosines) = row.split_at_mut(d / 2);
        for ((sine, cosine), frequency) in sines.iter_mut().zip(cosines).zip(&frequencies) {
            let (s, c) = (distance as f64 * frequency).sin_cos();
            (*sine, *cosine) = (N::constant(N::Real::of_f64(s)), N::constant(N::Real::of_f64(c)));
        }
    }
    // The rows are the same for all sequences, so the mask does not go on from block to block.
    if let Some(mask) = pass.mask(DropoutSite::Distances) {
        mask.apply(rows.values_mut(), 0);
    }
    rows
}
