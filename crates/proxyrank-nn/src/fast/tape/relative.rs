//! Attention with scores of distances, and what a layer remembers.
//!
//! The gradient of the scores goes two ways from the softmax, to keys and to distances. Either way it comes to the queries
//! with a bias of their own, whose gradient is the sum over queries.

use faer::Accum;

use super::{Node, Observer, Place, Sink, Step, Tape};
use crate::fast::attention::Tile;
use crate::fast::relative::{Tiles, attention, biased, context};
use crate::fast::workspace::Buffer;
use crate::gradient::GradientOf;
use crate::kernels::{self, Operand};
use crate::number::{Factor, Number, Target};
use crate::ops::{Columns, RelativeHeads};
use crate::real::Real;
use crate::taps::{Site, View};
use crate::weights::RelativeLayout;

/// merged = softmax(((q + u) kᵀ + (q + v) rᵀ) / √d) values, of every head.
#[derive(Debug)]
pub(super) struct RelativeAttention<N> {
    layer: usize,
    heads: usize,
    biases: RelativeLayout,
    query: Place,
    key: Place,
    value: Place,
    distance: Place,
    merged: Node,
    /// Tile after tile.
    probabilities: Buffer<N>,
}

/// both = what is remembered, then x.
#[derive(Debug)]
pub(super) struct Context {
    x: Node,
    both: Node,
}

impl<N: Number, O: Observer<N>> Tape<'_, N, O> {
    pub(super) fn record_context(&mut self, layer: usize, x: Node) -> Option<Node> {
        let both = context(&mut self.pass, layer, self.values.get(x))?;
        let both = self.push(both);
        self.steps.push(Step::Context(Context { x, both }));
        Some(both)
    }

    /// What is remembered is constant.
    pub(super) fn context_backward(&mut self, &Context { x, both }: &Context) {
        if let Some(gradient) = self.arrived(both) {
            let (width, skip) = (gradient.width, self.pass.remembered());
            let mut part = self.pass.workspace.take(self.pass.block.rows(), width);
            let tokens = self.pass.block.seq_len * width;
            let sequences = gradient.values().chunks_exact(tokens + skip * width);
            for (part, sequence) in part.values_mut().chunks_exact_mut(tokens).zip(sequences) {
                part.copy_from_slice(&sequence[skip * width..]);
            }
            self.pass.workspace.give(gradient);
            self.gradients.add(self.pass.workspace, x, part);
        }
    }

    pub(super) fn record_relative_attention(&mut self, heads: &RelativeHeads<'_, Node>) -> Node {
        let RelativeHeads { layer, count, query, key, value, distance, biases } = *heads;
        let places = [query, key, value, distance].map(Place::from);
        let block = self.pass.block;
        let context = block.seq_len + self.pass.remembered();
        let mut probabilities = self.pass.workspace.take(block.rows() * count, context);
        let [q, k, v, r] = places.map(|place| self.values.columns(place));
        let wanted = self.observer.wants(Site::Attention);
        let observer = &mut *self.observer;
        let heads = RelativeHeads { layer, count, query: q, key: k, value: v, distance: r, biases };
        let merged = attention(&mut self.pass, &heads, Some(&mut probabilities), |tap, block, values| {
            if wanted {
                observer.see(tap, block, values);
            }
        });
        let merged = self.push(merged);
        let ([query, key, value, distance], biases) = (places, biases.clone());
        let heads = count;
        let step =
            RelativeAttention { layer, heads, biases, query, key, value, distance, merged, probabilities };
        self.steps.push(Step::RelativeAttention(step));
        merged
    }

    pub(super) fn relative_attention_backward(
        &mut self,
        step: RelativeAttention<N>,
        sink: &mut Sink<N::Real>,
    ) {
        let RelativeAttention { layer, heads, biases, query, key, value, distance, merged, probabilities } =
            step;
        let Some(gradient) = self.arrived(merged) else {
            return self.pass.workspace.give(probabilities);
        };
        let (block, width, remembered) = (self.pass.block, gradient.width, self.pass.remembered());
        let (tokens, context, one) = (block.seq_len, block.seq_len + remembered, N::Real::ONE);
        let wanted = self.observer.wants_gradient(Site::Attention);
        let [to_key, to_value] = [key, value]
            .map(|place| self.gradients.claim_tiles(self.pass.workspace, place, self.values.get(place.node)));
        // Queries of what is remembered are not read, and every sequence adds to the keys of distances.
        let [to_query, to_distance] = [query, distance]
            .map(|place| self.gradients.claim_sums(self.pass.workspace, place, self.values.get(place.node)));
        let [mut scores, mut by_distance] = [(); 2].map(|()| self.pass.workspace.take(tokens, context));
        let [mut moved, mut back, mut sum] =
            [(); 3].map(|()| self.pass.workspace.take(tokens, width / heads));
        let spans = [&biases.content_bias, &biases.distance_bias];
        let biases = spans.map(|span| self.pass.values(span));
        for tile in Tile::all(block, heads, width) {
            let (tiles, scale) = (Tiles::new(tile, remembered), tile.scale());
            let kept = &probabilities.values()[tiles.in_block()];
            let output = tile.of(Columns::first(&gradient, width));
            let target = Target { values: scores.values_mut(), stride: context, accumulate: Accum::Replace };
            self.pass.product(target, one, output, tiles.context.of(self.values.columns(value)).t());
            let used = Factor::Activations(Operand::dense(kept, tokens, context)).t();
            let workspace = &mut *self.pass.workspace;
            self.gradients.tile_product(workspace, tiles.context, to_value, one, [used, output]);
            if wanted {
                let (tap, block) = tile.tap(layer, block);
                let of = GradientOf::Activation { site: tap.site, layer, index: tap.index };
                let [values, gradient] =
                    [kept, scores.values()].map(|values| View::new(values, tokens, context, context));
                self.observer.see_gradient(of, block, values, gradient);
            }
            kernels::softmax_backward(scores.values_mut(), kept, context);
            kernels::distances_backward(by_distance.values_mut(), scores.values(), context);
            let queries = tiles.query.operand(self.values.columns(query));
            sum.values_mut().fill(N::default());
            let sides = [
                (&scores, key, tiles.context, to_key),
                (&by_distance, distance, tiles.distances, to_distance),
            ];
            for ((slopes, keys, tile_of_keys, to_keys), (span, bias)) in
                sides.into_iter().zip(spans.into_iter().zip(&biases))
            {
                let slopes = Factor::Activations(slopes.operand());
                let stride = back.width;
                let target = Target { values: back.values_mut(), stride, accumulate: Accum::Replace };
                self.pass.product(target, scale, slopes, tile_of_keys.of(self.values.columns(keys)));
                kernels::column_sums(back.values(), &mut sink.sums(span)[tile.columns()]);
                kernels::residual(sum.values_mut(), back.values());
                biased(&mut moved, queries, &bias[tile.columns()]);
                let factors = [slopes.t(), Factor::Activations(moved.operand())];
                self.gradients.tile_product(self.pass.workspace, tile_of_keys, to_keys, scale, factors);
            }
            self.gradients.write_tile(tiles.query, to_query, &sum);
        }
        for buffer in [scores, by_distance, moved, back, sum, probabilities, gradient] {
            self.pass.workspace.give(buffer);
        }
    }
}
