//! Operations without parameters of their own.

use super::{Node, Observer, Place, Step, Tape};
use crate::dropout::{DropoutSite, Mask};
use crate::fast::fourier::{Way, transform};
use crate::fast::pass::Pass;
use crate::gradient::GradientOf;
use crate::kernels::{self, kernel};
use crate::number::Number;
use crate::ops::{Columns, Tap};
use crate::weights::Transform;

/// y = the transform of every head of x.
#[derive(Debug)]
pub(super) struct Transformed {
    x: Node,
    y: Node,
    heads: usize,
    kind: Transform,
}

/// z = x · y, element by element.
#[derive(Debug)]
pub(super) struct Multiply {
    x: Node,
    y: Place,
    z: Node,
}

/// z = the columns of x, then those of y.
#[derive(Debug)]
pub(super) struct Concatenate {
    x: Node,
    y: Node,
    z: Node,
}

/// z = x + dropout(y).
#[derive(Debug)]
pub(super) struct Add {
    x: Node,
    y: Node,
    z: Node,
    mask: Option<Mask>,
}

/// y = dropout(x).
#[derive(Debug)]
pub(super) struct Dropped {
    x: Node,
    y: Node,
    mask: Mask,
}

impl<N: Number, O: Observer<N>> Tape<'_, N, O> {
    pub(super) fn record_drop_out(&mut self, x: Node, site: DropoutSite) -> Node {
        let Some(mask) = self.pass.mask(site) else { return x };
        let mut y = self.pass.workspace.copy(self.values.get(x));
        self.pass.drop_out(Some(mask), &mut y);
        let y = self.push(y);
        self.steps.push(Step::DropOut(Dropped { x, y, mask }));
        y
    }

    pub(super) fn drop_out_backward(&mut self, &Dropped { x, y, mask }: &Dropped) {
        if let Some(mut gradient) = self.arrived(y) {
            self.pass.drop_out(Some(mask), &mut gradient);
            self.gradients.add(self.pass.workspace, x, gradient);
        }
    }

    pub(super) fn record_add(&mut self, x: Node, y: Node, site: DropoutSite) -> Node {
        let mut z = self.pass.workspace.copy(self.values.get(y));
        let mask = self.pass.mask(site);
        self.pass.drop_out(mask, &mut z);
        kernels::residual(z.values_mut(), self.values.get(x).values());
        let z = self.push(z);
        self.steps.push(Step::Add(Add { x, y, z, mask }));
        z
    }

    pub(super) fn add_backward(&mut self, step: &Add) {
        let &Add { x, y, z, mask } = step;
        if let Some(gradient) = self.arrived(z) {
            let mut through = self.pass.workspace.copy(&gradient);
            self.pass.drop_out(mask, &mut through);
            self.gradients.add(self.pass.workspace, y, through);
            self.gradients.add(self.pass.workspace, x, gradient);
        }
    }

    pub(super) fn record_transform(&mut self, x: Node, heads: usize, kind: Transform) -> Node {
        let y = transform(&mut self.pass, self.values.get(x), heads, kind, Way::Forward);
        let y = self.push(y);
        self.steps.push(Step::Transform(Transformed { x, y, heads, kind }));
        y
    }

    pub(super) fn record_multiply(&mut self, x: Node, y: Place) -> Node {
        let mut z = self.pass.workspace.copy(self.values.get(x));
        Pass::scale_by(&mut z, self.values.columns(y));
        let z = self.push(z);
        self.steps.push(Step::Multiply(Multiply { x, y, z }));
        z
    }

    pub(super) fn record_concatenate(&mut self, x: Node, y: Node) -> Node {
        let z = self.pass.concatenated(self.values.get(x), self.values.get(y));
        let z = self.push(z);
        self.steps.push(Step::Concatenate(Concatenate { x, y, z }));
        z
    }

    pub(super) fn transform_backward(&mut self, step: &Transformed) {
        if let Some(gradient) = self.arrived(step.y) {
            let back = transform(&mut self.pass, &gradient, step.heads, step.kind, Way::Backward);
            self.pass.workspace.give(gradient);
            self.gradients.add(self.pass.workspace, step.x, back);
        }
    }

    pub(super) fn multiply_backward(&mut self, step: &Multiply) {
        if let Some(mut gradient) = self.arrived(step.z) {
            let (x, y) = (self.values.get(step.x), self.values.columns(step.y));
            if let Some(sums) = self.gradients.sums(self.pass.workspace, step.y, y.of) {
                let sizes = [y.width, y.of.width];
                multiply_backward_loop(
                    gradient.values_mut(),
                    &mut sums.values_mut()[y.start..],
                    x.values(),
                    &y.of.values()[y.start..],
                    sizes,
                );
            }
            self.gradients.add(self.pass.workspace, step.x, gradient);
        }
    }

    pub(super) fn concatenate_backward(&mut self, step: &Concatenate) {
        if let Some(gradient) = self.arrived(step.z) {
            let mut start = 0;
            for node in [step.x, step.y] {
                let width = self.values.get(node).width;
                let mut part = self.pass.workspace.take(gradient.rows(), width);
                let columns = Columns { of: &gradient, start, width };
                let rows = part.values_mut().chunks_exact_mut(width);
                for (part, row) in rows.zip(columns.operand().stored_rows()) {
                    part.copy_from_slice(row);
                }
                self.gradients.add(self.pass.workspace, node, part);
                start += width;
            }
            self.pass.workspace.give(gradient);
        }
    }

    /// Shows the gradient of a place, if any has come there.
    pub(super) fn show_gradient(&mut self, tap: Tap, place: Place) {
        if let Some(of) = self.gradients.get(place.node) {
            let gradient = Columns { of, start: place.start, width: place.width }.view();
            let Tap { site, layer, index, .. } = tap;
            let of = GradientOf::Activation { site, layer, index };
            let values = self.values.columns(place);
            let block = self.pass.block_of(values.of.over);
            self.observer.see_gradient(of, block, values.view(), gradient);
        }
    }
}

kernel! {
    /// `gradient` is multiplied by y, and what it was times x is added to `sums`; rows of y and `sums` lie apart.
    fn multiply_backward_loop<'a, N: Number>(
        gradient: &'a mut [N],
        sums: &'a mut [N],
        x: &'a [N],
        y: &'a [N],
        sizes: [usize; 2],
    ) {
        let [width, stride] = sizes;
        let rows = gradient.chunks_exact_mut(width).zip(x.chunks_exact(width));
        for ((gradient, x), (sums, y)) in rows.zip(sums.chunks_mut(stride).zip(y.chunks(stride))) {
            for ((gradient, &x), (sum, &y)) in gradient.iter_mut().zip(x).zip(sums.iter_mut().zip(y)) {
                *sum += *gradient * x;
                *gradient = *gradient * y;
            }
        }
    }
}
