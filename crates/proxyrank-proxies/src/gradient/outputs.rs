//! The visitor of one block on its way forward and back.

use std::time::{Duration, Instant};

use proxyrank_nn::{Block, Event, GradientEvent, GradientOf, GradientVisitor, Real, Site, Visitor};

use super::products::sum;
use crate::forward::{Merge, Partial, Reducer, Timed, over_tokens};

/// What is asked of linear layers' outputs.
#[derive(Debug)]
pub(super) struct OutputNeeds {
    pub(super) fisher: bool,
    pub(super) maxima: bool,
    /// By parameter: the matrix that it is, counted through all matrices.
    pub(super) matrix_of: Vec<Option<usize>>,
    /// Number of matrices.
    pub(super) matrices: usize,
}

/// One sum for each matrix.
#[derive(Debug, Default)]
pub(super) struct OutputSums(pub(super) Vec<f64>);

impl Merge for OutputSums {
    fn merge(&mut self, next: Self) {
        if self.0.is_empty() {
            *self = next;
            return;
        }
        for (sum, next) in self.0.iter_mut().zip(next.0) {
            *sum += next;
        }
    }
}

/// Everything that is kept of one block: what forward proxies read, and sums over outputs.
#[derive(Debug)]
pub(super) struct BackwardReducer<'a, T> {
    forward: Reducer<'a, T>,
    needs: &'a OutputNeeds,
    fisher: Timed<OutputSums>,
    maxima: Timed<OutputSums>,
    started: Instant,
    /// How long the way forward took, reducers included.
    turned: Option<Duration>,
}

impl<'a, T: Real> BackwardReducer<'a, T> {
    pub(super) fn new(forward: Reducer<'a, T>, needs: &'a OutputNeeds) -> Self {
        Self {
            forward,
            needs,
            fisher: Timed::default(),
            maxima: Timed::default(),
            started: Instant::now(),
            turned: None,
        }
    }

    pub(super) fn into_partial(self) -> BackwardPartial {
        let forward = self.forward.into_partial();
        BackwardPartial {
            turned: self.turned.map(|turned| turned.saturating_sub(forward.spent())),
            forward,
            fisher: self.fisher,
            maxima: self.maxima,
        }
    }
}

impl<T: Real> Visitor<T> for BackwardReducer<'_, T> {
    fn wants(&self, site: Site) -> bool {
        self.forward.wants(site)
    }

    fn visit(&mut self, event: &Event<'_, T>) {
        self.forward.visit(event);
    }
}

impl<T: Real> GradientVisitor<T> for BackwardReducer<'_, T> {
    fn wants_outputs(&self) -> bool {
        self.needs.fisher || self.needs.maxima
    }

    fn turn(&mut self) {
        self.turned = Some(self.started.elapsed());
    }

    fn visit_gradient(&mut self, event: &GradientEvent<'_, T>) {
        let GradientOf::Output { parameter } = event.of else { return };
        let Some(matrix) = self.needs.matrix_of.get(parameter).copied().flatten() else { return };
        let Block { seq_len, .. } = event.block;
        if self.needs.fisher {
            self.fisher.visit(|sums| {
                let rows = event.values.iter_rows().zip(event.gradient.iter_rows());
                let squares = rows.map(|(values, gradients)| {
                    sum(values, gradients, |value, gradient| (value * gradient) * (value * gradient))
                });
                sums.add(matrix, self.needs.matrices, squares.sum());
            });
        }
        if self.needs.maxima {
            self.maxima.visit(|sums| {
                sums.add(matrix, self.needs.matrices, over_tokens(event.values, seq_len));
            });
        }
    }
}

impl OutputSums {
    fn add(&mut self, matrix: usize, matrices: usize, value: f64) {
        self.0.resize(matrices, 0.0);
        self.0[matrix] += value;
    }
}

/// What some consecutive blocks gave.
#[derive(Debug, Default)]
pub(super) struct BackwardPartial {
    pub(super) forward: Partial,
    pub(super) fisher: Timed<OutputSums>,
    pub(super) maxima: Timed<OutputSums>,
    /// Processor time of the way forward without reducers, as far as it is known.
    pub(super) turned: Option<Duration>,
}

impl BackwardPartial {
    /// Processor time of all reducers.
    pub(super) fn spent(&self) -> Duration {
        self.forward.spent() + self.fisher.spent + self.maxima.spent
    }
}

impl Merge for BackwardPartial {
    fn merge(&mut self, next: Self) {
        self.forward.merge(next.forward);
        self.fisher.merge(next.fisher);
        self.maxima.merge(next.maxima);
        self.turned = self.turned.zip(next.turned).map(|(own, next)| own + next);
    }
}
