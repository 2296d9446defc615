//! Attention, head by head and sequence by sequence.
//!
//! Probabilities are kept from the way forward: to compute them again costs a product and the exponentials, several
//! times what it costs to read them. A tile of their gradient stays in cache for all five products of the way back.

use faer::Accum;

use super::{Node, Observer, Place, Step, Tape};
use crate::decoder::Sight;
use crate::dropout::DropoutSite;
use crate::fast::attention::{Tile, attention};
use crate::fast::workspace::Buffer;
use crate::gradient::GradientOf;
use crate::kernels::{self, Operand};
use crate::number::{Factor, Number, Target};
use crate::ops::{Columns, Heads};
use crate::real::Real;
use crate::taps::{Site, View};

/// merged = softmax(q kᵀ / √d) v of every head.
#[derive(Debug)]
pub(super) struct Attention<N> {
    layer: usize,
    heads: usize,
    sight: Sight,
    query: Place,
    key: Place,
    value: Place,
    dropout: Option<DropoutSite>,
    merged: Node,
    /// Before dropout, tile after tile.
    probabilities: Buffer<N>,
}

impl<N: Number, O: Observer<N>> Tape<'_, N, O> {
    pub(super) fn record_attention(&mut self, heads: &Heads<'_, Node>) -> Node {
        let Heads { layer, count, sight, query, key, value, dropout } = *heads;
        let [query, key, value] = [query, key, value].map(Place::from);
        let (rows, seq_len) = (self.pass.block.rows(), self.pass.block.seq_len);
        let mut probabilities = self.pass.workspace.take(rows * count, seq_len);
        let [q, k, v] = [query, key, value].map(|place| self.values.columns(place));
        let wanted = self.observer.wants(Site::Attention);
        let observer = &mut *self.observer;
        let heads = Heads { layer, count, sight, query: q, key: k, value: v, dropout };
        let merged = attention(&mut self.pass, &heads, Some(&mut probabilities), |tap, block, values| {
            if wanted {
                observer.see(tap, block, values);
            }
        });
        let merged = self.push(merged);
        let step =
            Attention { layer, heads: count, sight, query, key, value, dropout, merged, probabilities };
        self.steps.push(Step::Attention(step));
        merged
    }

    pub(super) fn attention_backward(&mut self, step: Attention<N>) {
        let Attention { layer, heads, sight, query, key, value, dropout, merged, probabilities } = step;
        let Some(gradient) = self.arrived(merged) else {
            return self.pass.workspace.give(probabilities);
        };
        let (block, width) = (self.pass.block, gradient.width);
        let (seq_len, one) = (block.seq_len, N::Real::ONE);
        let mask = dropout.and_then(|site| self.pass.mask(site));
        let wanted = self.observer.wants_gradient(Site::Attention);
        let [to_query, to_key, to_value] = [query, key, value]
            .map(|place| self.gradients.claim_tiles(self.pass.workspace, place, self.values.get(place.node)));
        let mut scores = self.pass.workspace.take(seq_len, seq_len);
        let mut dropped = mask.map(|mask| (mask, self.pass.workspace.take(seq_len, seq_len)));
        for tile in Tile::all(block, heads, width) {
            let kept = &probabilities.values()[tile.in_block()..][..tile.area()];
            let output = tile.of(Columns::first(&gradient, width));
            let target = Target { values: scores.values_mut(), stride: seq_len, accumulate: Accum::Replace };
            self.pass.product(target, one, output, tile.of(self.values.columns(value)).t());
            let mut used = kept;
            if let Some((mask, dropped)) = &mut dropped {
                mask.apply(scores.values_mut(), tile.in_batch(block));
                dropped.values_mut().copy_from_slice(kept);
                mask.apply(dropped.values_mut(), tile.in_batch(block));
                used = dropped.values();
            }
            let used = Factor::Activations(Operand::dense(used, seq_len, seq_len)).t();
            self.gradients.tile_product(self.pass.workspace, tile, to_value, one, [used, output]);
            if wanted {
                let (tap, block) = tile.tap(layer, block);
                let of = GradientOf::Activation { site: tap.site, layer, index: tap.index };
                let [values, gradient] =
                    [kept, scores.values()].map(|values| View::new(values, seq_len, seq_len, seq_len));
                self.observer.see_gradient(of, block, values, gradient);
            }
            kernels::softmax_backward(scores.values_mut(), kept, seq_len);
            if sight == Sight::Future {
                kernels::forget_all_but_last(scores.values_mut(), seq_len);
            }
            let scores = Factor::Activations(scores.operand());
            let [queries, keys] = [query, key].map(|place| tile.of(self.values.columns(place)));
            let scale = tile.scale();
            self.gradients.tile_product(self.pass.workspace, tile, to_query, scale, [scores, keys]);
            self.gradients.tile_product(self.pass.workspace, tile, to_key, scale, [scores.t(), queries]);
        }
        if let Some((_, dropped)) = dropped {
            self.pass.workspace.give(dropped);
        }
        for buffer in [scores, probabilities, gradient] {
            self.pass.workspace.give(buffer);
        }
    }
}
