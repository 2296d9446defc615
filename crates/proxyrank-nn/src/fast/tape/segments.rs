//! Cuts between the segments of a network, under a loss of segments.
//!
//! One backward pass serves all segments: where a segment ends, what has come back from the next one has done its work
//! once visitors have seen it, and the segment's own cotangent takes its place.

use super::loss::Share;
use super::{Node, Observer, Tape};
use crate::number::Number;
use crate::real::Real;

/// The cotangents of the segments' outputs, and the loss so far.
#[derive(Debug, Default)]
pub(super) struct Segments<'a, T> {
    /// One slice a segment; none under other losses.
    cotangents: Vec<&'a [T]>,
    /// Inner products of the outputs that were recorded.
    pub(super) sum: f64,
}

/// The end of a segment.
#[derive(Debug)]
pub(super) struct Cut {
    segment: usize,
    x: Node,
}

impl<'a, N: Number, O: Observer<N>> Tape<'a, N, O> {
    /// Notes what the loss wants of the segments, if it is one of segments.
    pub(in crate::fast) fn expect_segments(&mut self, share: &Share<'a, N::Real>) {
        if let Share::Segments(cotangents) = share {
            self.segments.cotangents.clone_from(cotangents);
        }
    }

    pub(super) fn record_cut(&mut self, segment: usize, x: Node) {
        let Some(cotangent) = self.segments.cotangents.get(segment) else { return };
        let values = self.values.get(x).values().iter().zip(*cotangent);
        self.segments.sum +=
            values.map(|(value, cotangent)| value.value().as_f64() * cotangent.as_f64()).sum::<f64>();
        self.steps.push(super::Step::Cut(Cut { segment, x }));
    }

    pub(super) fn cut_backward(&mut self, &Cut { segment, x }: &Cut) {
        if let Some(next) = self.gradients.take(x) {
            self.pass.workspace.give(next);
        }
        let value = self.values.get(x);
        let mut gradient = self.pass.workspace.take(value.rows(), value.width);
        for (gradient, &cotangent) in gradient.values_mut().iter_mut().zip(self.segments.cotangents[segment])
        {
            *gradient = N::constant(cotangent);
        }
        self.gradients.add(self.pass.workspace, x, gradient);
    }
}
