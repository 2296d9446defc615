//! The seam between a forward pass and the backward pass that follows it.

use candle_core::Tensor;
use candle_core::backprop::GradStore;

use super::ops::ComposedOps;
use super::tape::Tape;
use crate::NnError;
use crate::gradient::GradientVisitor;
use crate::real::Real;
use crate::taps::{Site, Visitor};

/// What the backward pass that follows wants to be kept.
#[derive(Debug)]
pub(super) struct Backward<V> {
    pub tape: Tape,
    /// Whether gradients of linear layers' outputs are looked at.
    pub outputs: bool,
    /// Whether gradients of activations at a place are looked at.
    wants: fn(&V, Site) -> bool,
}

impl<T: Real, V: Visitor<T>> ComposedOps<'_, T, V> {
    /// Whether a place's gradient is looked at on the way back.
    pub(super) fn wants_gradient(&self, site: Site) -> bool {
        self.backward.as_ref().is_some_and(|backward| (backward.wants)(self.visitor, site))
    }

    /// A result whose gradient can be asked for, if a backward pass follows.
    pub(super) fn carried(&mut self, x: Tensor) -> Result<Tensor, NnError> {
        match &mut self.backward {
            None => Ok(x),
            Some(backward) => backward.tape.carry(&x),
        }
    }
}

impl<T: Real, V: GradientVisitor<T>> ComposedOps<'_, T, V> {
    /// Keeps from here on what a backward pass needs.
    pub(super) fn expect_backward(&mut self) {
        let outputs = self.visitor.wants_outputs();
        self.backward = Some(Backward { tape: Tape::default(), outputs, wants: V::wants_gradient });
    }

    /// Ends the way forward, goes back from `loss` and shows the visitor what it wants to see there.
    pub(super) fn turn(self, loss: &Tensor) -> Result<(Tape, GradStore), NnError> {
        let tape = self.backward.map(|backward| backward.tape).unwrap_or_default();
        self.device.synchronize()?;
        self.visitor.turn();
        let gradients = loss.backward()?;
        tape.show(&gradients, self.block, self.visitor)?;
        Ok((tape, gradients))
    }
}
