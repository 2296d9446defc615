//! The visitor of one block on its way forward and back.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
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

/// A sum for each matrix, and of how many numbers or rows it is the mean.
#[derive(Debug, Default)]
pub(super) struct OutputSums(Vec<(f64, usize)>);

impl OutputSums {
    fn add(&mut self, matrix: usize, matrices: usize, (value, count): (f64, usize)) {
        self.0.resize(matrices, (0.0, 0));
        self.0[matrix].0 += value;
        self.0[matrix].1 += count;
    }

    /// The mean of a matrix; zero if nothing has come there.
    fn mean(&self, matrix: usize) -> f64 {
        let (sum, count) = self.0.get(matrix).copied().unwrap_or_default();
        if count == 0 { 0.0 } else { sum / count as f64 }
    }
}

impl Merge for OutputSums {
    fn merge(&mut self, next: Self) {
        if self.0.is_empty() {
            *self = next;
            return;
        }
        for (sum, next) in self.0.iter_mut().zip(next.0) {
            *sum = (sum.0 + next.0, sum.1 + next.1);
        }
    }
}

/// Means of (a dL/da)² over rows, summed over columns, where a is an output.
#[derive(Debug, Default)]
pub(super) struct Fisher {
    sums: OutputSums,
    /// Of outputs that all sequences share, by matrix: dL/da is complete only when all blocks have added their parts.
    shared: BTreeMap<usize, Shared>,
}

/// An output that all sequences share, row-major.
#[derive(Debug)]
struct Shared {
    values: Vec<f64>,
    gradient: Vec<f64>,
    rows: usize,
}

impl Fisher {
    /// The number of a matrix; zero if nothing has come there.
    pub(super) fn of(&self, matrix: usize) -> f64 {
        match self.shared.get(&matrix) {
            None => self.sums.mean(matrix),
            Some(Shared { values, gradient, rows }) => {
                sum(values, gradient, |value, gradient| (value * gradient) * (value * gradient))
                    / *rows as f64
            }
        }
    }
}

impl Merge for Fisher {
    fn merge(&mut self, next: Self) {
        self.sums.merge(next.sums);
        for (matrix, next) in next.shared {
            match self.shared.entry(matrix) {
                Entry::Vacant(place) => {
                    place.insert(next);
                }
                Entry::Occupied(mut place) => {
                    for (own, next) in place.get_mut().gradient.iter_mut().zip(next.gradient) {
                        *own += next;
                    }
                }
            }
        }
    }
}

/// Mean over sequences and columns of the maximum over a sequence's rows.
#[derive(Debug, Default)]
pub(super) struct Maxima(OutputSums);

impl Maxima {
    /// The number of a matrix; zero if nothing has come there.
    pub(super) fn of(&self, matrix: usize) -> f64 {
        self.0.mean(matrix)
    }
}

impl Merge for Maxima {
    fn merge(&mut self, next: Self) {
        self.0.merge(next.0);
    }
}

/// Everything that is kept of one block: what forward proxies read, and sums over outputs.
#[derive(Debug)]
pub(super) struct BackwardReducer<'a, T> {
    forward: Reducer<'a, T>,
    needs: &'a OutputNeeds,
    fisher: Timed<Fisher>,
    maxima: Timed<Maxima>,
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
        let (parameter, shared) = match event.of {
            GradientOf::Output { parameter } => (parameter, false),
            GradientOf::SharedOutput { parameter } => (parameter, true),
            GradientOf::Activation { .. } => return,
        };
        let Some(matrix) = self.needs.matrix_of.get(parameter).copied().flatten() else { return };
        let (Block { sequences, seq_len, .. }, matrices) = (event.block, self.needs.matrices);
        let rows = event.values.rows();
        if self.needs.fisher && shared {
            let [values, gradient] = [event.values, event.gradient]
                .map(|of| of.iter_rows().flatten().map(|value| value.as_f64()).collect::<Vec<f64>>());
            self.fisher.visit(|fisher| {
                fisher.shared.insert(matrix, Shared { values, gradient, rows });
            });
        } else if self.needs.fisher {
            self.fisher.visit(|fisher| {
                let pairs = event.values.iter_rows().zip(event.gradient.iter_rows());
                let squares = pairs.map(|(values, gradients)| {
                    sum(values, gradients, |value, gradient| (value * gradient) * (value * gradient))
                });
                fisher.sums.add(matrix, matrices, (squares.sum(), rows));
            });
        }
        if self.needs.maxima {
            self.maxima.visit(|Maxima(sums)| {
                let count = sequences * event.values.columns();
                sums.add(matrix, matrices, (over_tokens(event.values, seq_len), count));
            });
        }
    }
}

/// What some consecutive blocks gave.
#[derive(Debug, Default)]
pub(super) struct BackwardPartial {
    pub(super) forward: Partial,
    pub(super) fisher: Timed<Fisher>,
    pub(super) maxima: Timed<Maxima>,
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
