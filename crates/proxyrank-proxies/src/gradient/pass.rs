//! The passes of one architecture, and every quantity that is read of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use faer::MatRef;
use proxyrank_nn::{Dropout, Gradient, GradientEngine, NnError, Real, Stored, TokenBatch, Weights};
use proxyrank_space::Network;
use rayon::prelude::*;

use super::determinant::sign_determinant;
use super::matrices::{Matrix, MatrixValue, MatrixValues};
use super::measure::{MatrixQuantity, Measure, PassKind};
use super::nuclear::nuclear_norm;
use super::outputs::{BackwardPartial, BackwardReducer, OutputNeeds};
use super::positions::PositionGradient;
use super::products::sum;
use super::samples::{SampleKernel, Samples};
use super::segments::SegmentNorms;
use super::synflow::SynFlow;
use crate::clock::{nanoseconds, share, threads_of, timed};
use crate::forward::{LayerMoments, Quantity, Reducer, merged};
use crate::model::Model;
use crate::symbolic::{Expression, Input, LayerTensors};

/// What the gradient proxies of an evaluation read together.
#[derive(Debug, Default)]
pub(super) struct Needs {
    pub(super) matrices: BTreeSet<MatrixQuantity>,
    pub(super) positions: bool,
    pub(super) kernel: bool,
    pub(super) passes: BTreeSet<PassKind>,
    /// Inputs of formulas.
    pub(super) inputs: BTreeSet<Input>,
}

impl Needs {
    pub(super) fn add(&mut self, measure: Measure) {
        self.matrices.extend(measure.matrices());
        self.positions |= matches!(measure, Measure::Positions(_));
        self.kernel |= matches!(measure, Measure::Kernel(_));
        self.passes.extend(measure.passes());
    }

    pub(super) fn add_formula(&mut self, expression: &Expression) {
        self.inputs.extend(expression.inputs());
    }

    pub(super) fn pass(&self, kind: PassKind) -> bool {
        self.passes.contains(&kind)
    }

    /// Whether the signal's loss is computed.
    pub(super) fn signal(&self) -> bool {
        self.pass(PassKind::Backward) || self.pass(PassKind::Samples) || self.inputs.contains(&Input::Grad)
    }

    fn quantity(&self, quantity: MatrixQuantity) -> bool {
        self.matrices.contains(&quantity)
    }

    /// What is asked of linear layers' outputs.
    pub(super) fn outputs(&self, layout: &impl Model) -> OutputNeeds {
        let matrices = layout.matrices();
        let mut matrix_of = vec![None; layout.parameters().len()];
        for (index, matrix) in matrices.iter().enumerate() {
            matrix_of[matrix.parameter] = Some(index);
        }
        OutputNeeds {
            fisher: self.quantity(MatrixQuantity::Fisher),
            maxima: self.quantity(MatrixQuantity::OutputMaxima),
            matrix_of,
            matrices: matrices.len(),
        }
    }
}

/// A forward and backward pass.
pub(super) struct Backward<T, E> {
    gradient: Gradient<T, E>,
    pub(super) partial: BackwardPartial,
    pub(super) threads: u64,
    /// The pass without reducers.
    pub(super) shared_ns: u64,
}

impl<T: Real, E> Backward<T, E> {
    /// Runs it, with reducers for the forward proxies' needs as well.
    pub(super) fn run<L: Model<Embeddings<T> = E>>(
        engine: &impl GradientEngine<T, L>,
        weights: &Weights<T, L>,
        (batch, loss, dropout): (&TokenBatch, L::Loss<'_, T>, Dropout),
        outputs: &OutputNeeds,
        (forward, trees): (&BTreeSet<Quantity>, &LayerMoments),
    ) -> Result<Self, NnError> {
        let started = Instant::now();
        let reducer = |block| BackwardReducer::new(Reducer::new(forward, trees, block), outputs);
        let pass = engine.gradient(weights, L::tokens(batch), loss, dropout, reducer)?;
        let elapsed = started.elapsed();
        let threads = threads_of(pass.visitors.len());
        let partials = pass.visitors.into_iter().map(BackwardReducer::into_partial);
        let partial = partials.reduce(merged).unwrap_or_default();
        let shared_ns = nanoseconds(elapsed).saturating_sub(share(partial.spent(), threads));
        Ok(Self { gradient: pass.gradient, partial, threads, shared_ns })
    }

    /// What the way forward took of it; all of it where the engine did not say when it turned.
    pub(super) fn forward_ns(&self) -> u64 {
        let forward = self.partial.turned.map(|turned| share(turned, self.threads));
        forward.unwrap_or(self.shared_ns).min(self.shared_ns)
    }

    /// The gradient of every matrix of the layers, zeros elsewhere.
    pub(super) fn direction(&self, layout: &impl Model) -> Vec<T> {
        let mut direction = vec![T::ZERO; self.gradient.body.len()];
        for matrix in layout.matrices() {
            if super::Set::All.has(matrix.part) {
                let elements = matrix.elements;
                direction[elements.clone()].copy_from_slice(&self.gradient.body[elements]);
            }
        }
        direction
    }
}

/// A product of the Hessian, and what it took.
pub(super) struct Curvature<T> {
    pub(super) product: Vec<T>,
    pub(super) ns: u64,
}

/// Every pass that was run.
pub(super) struct Passes<'a, T: Real, L: Model> {
    pub(super) weights: &'a Weights<T, L>,
    pub(super) backward: Option<Backward<T, L::Embeddings<T>>>,
    pub(super) curvature: Option<Curvature<T>>,
    pub(super) synflow: Option<(SynFlow<T>, u64)>,
    pub(super) token_flow: Option<(SynFlow<T>, u64)>,
    pub(super) samples: Option<(Samples<T>, u64)>,
    pub(super) segments: Option<(SegmentNorms, u64)>,
    /// Tensors that formulas read.
    pub(super) tensors: Option<(LayerTensors, u64)>,
}

impl<T: Real, L: Model> Passes<'_, T, L> {
    /// What a set of passes took; drawing the weights not counted.
    pub(super) fn cost(&self, kinds: &BTreeSet<PassKind>) -> u64 {
        let cost = |kind: &PassKind| match kind {
            PassKind::Backward => self.backward.as_ref().map(|pass| pass.shared_ns),
            PassKind::Curvature => self.curvature.as_ref().map(|pass| pass.ns),
            PassKind::SynFlow => self.synflow.as_ref().map(|(_, ns)| *ns),
            PassKind::TokenFlow => self.token_flow.as_ref().map(|(_, ns)| *ns),
            PassKind::Samples => self.samples.as_ref().map(|(_, ns)| *ns),
            PassKind::Segments => self.segments.as_ref().map(|(_, ns)| *ns),
        };
        kinds.iter().filter_map(cost).sum()
    }

    /// The quantities that are needed and can be had, each with the time that it took.
    pub(super) fn matrices(&self, needs: &Needs) -> BTreeMap<MatrixQuantity, (MatrixValues, u64)> {
        let all = self.weights.layout().matrices();
        let network = self.weights.layout().network();
        let quantity = |&quantity: &MatrixQuantity| {
            let (values, ns) = timed(|| self.quantity(quantity, &all, &network));
            Some((quantity, (values?, ns + self.reducer_ns(quantity))))
        };
        needs.matrices.iter().filter_map(quantity).collect()
    }

    /// The gradient of the position table, with the time that it took.
    pub(super) fn positions(&self) -> Option<(PositionGradient, u64)> {
        let embeddings = &self.backward.as_ref()?.gradient.embeddings;
        let (positions, ns) = timed(|| L::positions(embeddings));
        let (values, features) = positions?;
        let values = values.into_iter().map(Real::as_f64).collect();
        Some((PositionGradient { values, features }, ns))
    }

    /// The inner products of the samples' gradients, with the time that they took.
    pub(super) fn kernel(&self) -> Option<(SampleKernel, u64)> {
        let (samples, _) = self.samples.as_ref()?;
        Some(timed(|| samples.kernel(&self.weights.layout().matrices())))
    }

    /// What the reducers of a quantity took during the pass.
    fn reducer_ns(&self, quantity: MatrixQuantity) -> u64 {
        let Some(Backward { partial, threads, .. }) = &self.backward else { return 0 };
        match quantity {
            MatrixQuantity::Fisher => share(partial.fisher.spent, *threads),
            MatrixQuantity::OutputMaxima => share(partial.maxima.spent, *threads),
            _ => 0,
        }
    }

    fn quantity(&self, quantity: MatrixQuantity, all: &[Matrix], network: &Network) -> Option<MatrixValues> {
        let (body, set) = (self.weights.body(), quantity.set().on(network));
        let wanted = |value: &(dyn Fn(usize, &Matrix) -> f64 + Sync)| {
            let indexed = all.par_iter().enumerate();
            let kept = indexed.filter(|(_, matrix)| set.has(matrix.part));
            let values = kept
                .map(|(index, matrix)| MatrixValue { matrix: matrix.clone(), value: value(index, matrix) });
            Some(MatrixValues { values: values.collect() })
        };
        match quantity {
            MatrixQuantity::AbsoluteProducts
            | MatrixQuantity::Products
            | MatrixQuantity::GradientNorms
            | MatrixQuantity::NuclearProducts
            | MatrixQuantity::SignDeterminants => {
                let gradient = &self.backward.as_ref()?.gradient.body;
                wanted(&|_, matrix| of_gradient(quantity, matrix, body, gradient))
            }
            MatrixQuantity::Fisher => {
                let fisher = &self.backward.as_ref()?.partial.fisher.part;
                wanted(&|index, _| 0.5 * fisher.of(index))
            }
            MatrixQuantity::OutputMaxima => {
                let maxima = &self.backward.as_ref()?.partial.maxima.part;
                wanted(&|index, _| maxima.of(index))
            }
            MatrixQuantity::CurvatureProducts => {
                let product = &self.curvature.as_ref()?.product;
                wanted(&|_, matrix| over(matrix, body, product, |weight, bend| weight * bend))
            }
            MatrixQuantity::SynFlow | MatrixQuantity::LogSynFlow | MatrixQuantity::AbsoluteLogSynFlow => {
                let (flow, _) = self.synflow.as_ref()?;
                wanted(&|_, matrix| of_flow(quantity, matrix, flow))
            }
            MatrixQuantity::SignAgreement => {
                let (samples, _) = self.samples.as_ref()?;
                wanted(&|_, matrix| samples.sign_agreement(matrix))
            }
            MatrixQuantity::InverseVariation => {
                let (samples, _) = self.samples.as_ref()?;
                wanted(&|_, matrix| samples.inverse_variation(matrix))
            }
            MatrixQuantity::TokenFlow | MatrixQuantity::AbsoluteLogTokenFlow => {
                let (flow, _) = self.token_flow.as_ref()?;
                wanted(&|_, matrix| of_flow(quantity, matrix, flow))
            }
        }
    }
}

/// A sum over the elements of a matrix.
fn over<T: Real>(matrix: &Matrix, one: &[T], other: &[T], term: impl Fn(f64, f64) -> f64) -> f64 {
    sum(&one[matrix.elements.clone()], &other[matrix.elements.clone()], term)
}

/// The elements of a matrix in its shape.
fn view<'a, T>(matrix: &Matrix, values: &'a [T]) -> MatRef<'a, T> {
    MatRef::from_row_major_slice(&values[matrix.elements.clone()], matrix.rows, matrix.columns)
}

fn of_gradient<T: Real>(quantity: MatrixQuantity, matrix: &Matrix, body: &[T], gradient: &[T]) -> f64 {
    match quantity {
        MatrixQuantity::Products => over(matrix, body, gradient, |weight, slope| weight * slope),
        MatrixQuantity::GradientNorms => over(matrix, gradient, gradient, |one, other| one * other).sqrt(),
        MatrixQuantity::NuclearProducts => {
            let norm = |values| nuclear_norm(view(matrix, values));
            let (weight, slope) = rayon::join(|| norm(body), || norm(gradient));
            weight * slope
        }
        MatrixQuantity::SignDeterminants => match matrix.stored {
            Stored::AsIs => sign_determinant(view(matrix, gradient)),
            Stored::Transposed => sign_determinant(view(matrix, gradient).transpose()),
        },
        _ => over(matrix, body, gradient, |weight, slope| (weight * slope).abs()),
    }
}

fn of_flow<T: Real>(quantity: MatrixQuantity, matrix: &Matrix, pass: &SynFlow<T>) -> f64 {
    let (body, gradient) = (pass.body.as_slice(), pass.gradient.as_slice());
    match quantity {
        MatrixQuantity::LogSynFlow => {
            over(matrix, body, gradient, |weight, flow| weight * flow.abs().ln_1p())
        }
        MatrixQuantity::AbsoluteLogSynFlow | MatrixQuantity::AbsoluteLogTokenFlow => {
            over(matrix, body, gradient, |weight, flow| weight * flow.abs().ln().abs())
        }
        _ => over(matrix, body, gradient, |weight, flow| (weight * flow).abs()),
    }
}
