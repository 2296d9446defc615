//! Who looks at a tape.

use crate::batch::Block;
use crate::gradient::{GradientEvent, GradientOf, GradientVisitor};
use crate::number::{Dual, Number};
use crate::ops::Tap;
use crate::real::Real;
use crate::taps::{Event, Site, View};

/// Looks at numbers of any kind, as a [`GradientVisitor`] looks at real ones.
pub(in crate::fast) trait Observer<N: Number> {
    /// Whether it wants activations of a place.
    fn wants(&self, site: Site) -> bool;

    /// Whether it wants gradients of a place.
    fn wants_gradient(&self, site: Site) -> bool;

    /// Whether it wants gradients of linear layers' outputs.
    fn wants_outputs(&self) -> bool;

    /// Whether it wants the gradient of a decoder's whole vocabulary.
    fn wants_tables(&self) -> bool {
        false
    }

    /// Looks at activations.
    fn see(&mut self, tap: Tap, block: Block, values: View<'_, N>);

    /// Hears that the way back begins.
    fn turn(&mut self) {}

    /// Looks at a gradient.
    fn see_gradient(&mut self, of: GradientOf, block: Block, values: View<'_, N>, gradient: View<'_, N>);
}

/// Shows real numbers to a visitor.
#[derive(Debug)]
pub(in crate::fast) struct Shown<V>(pub V);

impl<T: Real, V: GradientVisitor<T>> Observer<T> for Shown<V> {
    fn wants(&self, site: Site) -> bool {
        self.0.wants(site)
    }

    fn wants_gradient(&self, site: Site) -> bool {
        self.0.wants_gradient(site)
    }

    fn wants_outputs(&self) -> bool {
        self.0.wants_outputs()
    }

    fn wants_tables(&self) -> bool {
        self.0.wants_tables()
    }

    fn see(&mut self, tap: Tap, block: Block, values: View<'_, T>) {
        self.0.visit(&Event::new(tap, block, values));
    }

    fn turn(&mut self) {
        self.0.turn();
    }

    fn see_gradient(&mut self, of: GradientOf, block: Block, values: View<'_, T>, gradient: View<'_, T>) {
        self.0.visit_gradient(&GradientEvent { of, block, values, gradient });
    }
}

/// Nobody.
#[derive(Debug)]
pub(in crate::fast) struct Unseen;

impl<T: Real> Observer<Dual<T>> for Unseen {
    fn wants(&self, _site: Site) -> bool {
        false
    }

    fn wants_gradient(&self, _site: Site) -> bool {
        false
    }

    fn wants_outputs(&self) -> bool {
        false
    }

    fn see(&mut self, _tap: Tap, _block: Block, _values: View<'_, Dual<T>>) {}

    fn see_gradient(
        &mut self,
        _of: GradientOf,
        _block: Block,
        _values: View<'_, Dual<T>>,
        _gradient: View<'_, Dual<T>>,
    ) {
    }
}
