//! Gradients of recorded values while they are being collected.

use std::ops::Range;

use faer::Accum;

use super::{Node, Place};
use crate::fast::attention::Tile;
use crate::fast::workspace::{Buffer, Workspace};
use crate::kernels;
use crate::number::{Factor, Number, Target};
use crate::real::Real;

/// The gradient of each recorded value.
#[derive(Debug)]
pub(super) struct Gradients<N> {
    slots: Vec<Slot<N>>,
}

impl<N> Default for Gradients<N> {
    fn default() -> Self {
        Self { slots: Vec::new() }
    }
}

/// Columns that a step may write into, tile by tile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    place: Place,
    accumulate: Accum,
}

/// The gradient of one value.
#[derive(Debug)]
enum Slot<N> {
    /// Nobody wants it.
    Unwanted,
    /// Nothing has reached it.
    Empty,
    /// These columns have been reached; what stands in the others is arbitrary.
    Reached(Buffer<N>, Vec<Range<usize>>),
}

impl<N: Number> Gradients<N> {
    /// Makes room for the next value's gradient.
    pub(super) fn expect(&mut self) {
        self.slots.push(Slot::Empty);
    }

    /// Notes that the next value has no gradient.
    pub(super) fn expect_none(&mut self) {
        self.slots.push(Slot::Unwanted);
    }

    /// The gradient so far, if anything has reached it.
    pub(super) fn get(&self, node: Node) -> Option<&Buffer<N>> {
        match &self.slots[node.0] {
            Slot::Reached(buffer, _) => Some(buffer),
            Slot::Unwanted | Slot::Empty => None,
        }
    }

    /// Takes the gradient, if anything has reached it. All columns must have been reached.
    pub(super) fn take(&mut self, node: Node) -> Option<Buffer<N>> {
        match std::mem::replace(&mut self.slots[node.0], Slot::Empty) {
            Slot::Reached(buffer, reached) => {
                debug_assert_eq!(reached.iter().map(Range::len).sum::<usize>(), buffer.width);
                Some(buffer)
            }
            Slot::Unwanted | Slot::Empty => None,
        }
    }

    /// The gradient matrix, of the shape of `like`, and how to write into the columns of a place: replacing what stands
    /// there, or adding. All of them must then be written. Places of a value are equal or disjoint.
    fn claim(
        &mut self,
        workspace: &mut Workspace<N, N::Scratch>,
        place: Place,
        like: &Buffer<N>,
    ) -> Option<(&mut Buffer<N>, Accum)> {
        let slot = &mut self.slots[place.node.0];
        if matches!(slot, Slot::Empty) {
            *slot = Slot::Reached(workspace.take(like.rows(), like.width), Vec::new());
        }
        let Slot::Reached(buffer, reached) = slot else {
            return None;
        };
        let columns = place.start..place.start + place.width;
        // Places are equal, disjoint, or all columns.
        if reached.iter().any(|other| other.start <= columns.start && columns.end <= other.end) {
            return Some((buffer, Accum::Add));
        }
        debug_assert!(reached.iter().all(|other| other.end <= columns.start || columns.end <= other.start));
        reached.push(columns);
        Some((buffer, Accum::Replace))
    }

    /// Claims the columns of a place for products of tiles, which together must write all of them.
    pub(super) fn claim_tiles(
        &mut self,
        workspace: &mut Workspace<N, N::Scratch>,
        place: Place,
        like: &Buffer<N>,
    ) -> Claim {
        let claimed = self.claim(workspace, place, like);
        Claim { place, accumulate: claimed.map_or(Accum::Replace, |(_, accumulate)| accumulate) }
    }

    /// The same for products that need not write all of the columns, or write some of them several times.
    pub(super) fn claim_sums(
        &mut self,
        workspace: &mut Workspace<N, N::Scratch>,
        place: Place,
        like: &Buffer<N>,
    ) -> Claim {
        self.sums(workspace, place, like);
        Claim { place, accumulate: Accum::Add }
    }

    /// The gradient matrix, to be added to in the columns of a place.
    pub(super) fn sums(
        &mut self,
        workspace: &mut Workspace<N, N::Scratch>,
        place: Place,
        like: &Buffer<N>,
    ) -> Option<&mut Buffer<N>> {
        let (buffer, accumulate) = self.claim(workspace, place, like)?;
        if accumulate == Accum::Replace {
            let width = buffer.width;
            for row in buffer.values_mut().chunks_exact_mut(width) {
                row[place.start..place.start + place.width].fill(N::default());
            }
        }
        Some(buffer)
    }

    /// Adds a product to the gradient in the columns of a place.
    pub(super) fn product(
        &mut self,
        workspace: &mut Workspace<N, N::Scratch>,
        place: Place,
        like: &Buffer<N>,
        a: Factor<'_, N>,
        b: Factor<'_, N>,
    ) {
        if let Some((buffer, accumulate)) = self.claim(workspace, place, like) {
            let stride = buffer.width;
            let target = Target { values: &mut buffer.values_mut()[place.start..], stride, accumulate };
            N::product(&mut workspace.scratch, target, N::Real::ONE, a, b);
        }
    }

    /// Writes a product to a tile of claimed columns.
    pub(super) fn tile_product(
        &mut self,
        workspace: &mut Workspace<N, N::Scratch>,
        tile: Tile,
        Claim { place, accumulate }: Claim,
        scale: N::Real,
        [a, b]: [Factor<'_, N>; 2],
    ) {
        if let Slot::Reached(buffer, _) = &mut self.slots[place.node.0] {
            let stride = buffer.width;
            let values = &mut buffer.values_mut()[tile.offset(stride, place.start)..];
            N::product(&mut workspace.scratch, Target { values, stride, accumulate }, scale, a, b);
        }
    }

    /// Writes the rows of a matrix to a tile of claimed columns.
    pub(super) fn write_tile(&mut self, tile: Tile, Claim { place, accumulate }: Claim, part: &Buffer<N>) {
        if let Slot::Reached(buffer, _) = &mut self.slots[place.node.0] {
            let stride = buffer.width;
            let values = &mut buffer.values_mut()[tile.offset(stride, place.start)..];
            for (row, part) in values.chunks_mut(stride).zip(part.values().chunks_exact(part.width)) {
                match accumulate {
                    Accum::Replace => row[..part.len()].copy_from_slice(part),
                    Accum::Add => kernels::residual(&mut row[..part.len()], part),
                }
            }
        }
    }

    /// Adds a whole matrix to the gradient and takes its memory.
    pub(super) fn add(&mut self, workspace: &mut Workspace<N, N::Scratch>, node: Node, gradient: Buffer<N>) {
        let slot = &mut self.slots[node.0];
        match slot {
            Slot::Empty => {
                let all = 0..gradient.width;
                *slot = Slot::Reached(gradient, vec![all]);
            }
            Slot::Reached(buffer, _) => {
                kernels::residual(buffer.values_mut(), gradient.values());
                workspace.give(gradient);
            }
            Slot::Unwanted => workspace.give(gradient),
        }
    }
}
