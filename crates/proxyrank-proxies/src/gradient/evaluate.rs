//! One architecture, all proxies: every pass that somebody needs, once.

use std::collections::{BTreeMap, BTreeSet};

use proxyrank_nn::{
    CurvatureEngine, Dropout, Engine, GradientEngine, Head, NnError, Real, TokenBatch, Weights,
};
use proxyrank_schema::Outcome;
use proxyrank_space::Family;

use super::matrices::MatrixValues;
use super::measure::{MatrixQuantity, Measure, PassKind};
use super::pass::{Backward, Curvature, Needs, Passes};
use super::positions::PositionGradient;
use super::samples::{SampleKernel, Samples};
use super::segments::SegmentNorms;
use super::signal::PreparedSignal;
use super::synflow::SynFlow;
use crate::clock::timed;
use crate::forward::{self, EvaluateOptions, Evaluation, Pass, Quantity, layer_moments};
use crate::model::Model;
use crate::symbolic::{Expression, Input, Sampling, WantedTensors};
use crate::{ProxyCall, Run, Subject};

/// The head that weights must have for these calls under a signal.
///
/// Its weights change no other weight, so a head that is not needed does no harm.
pub fn head<T: Real>(calls: &[ProxyCall], signal: &PreparedSignal<T>) -> Head {
    let needs = Needs::of(calls, Family::Encoder);
    match signal_head(signal) {
        head @ (Head::Generator | Head::Discriminator) if needs.signal() => head,
        _ if needs.pass(PassKind::SynFlow) => Head::Discriminator,
        _ => Head::None,
    }
}

/// The head that weights must have for a signal to be back-propagated.
pub const fn signal_head<T>(signal: &PreparedSignal<T>) -> Head {
    match signal {
        PreparedSignal::Masked(_) => Head::Generator,
        PreparedSignal::Replaced(_) => Head::Discriminator,
        PreparedSignal::Ones | PreparedSignal::Cotangent(_) => Head::None,
    }
}

/// How much of a decoder's vocabulary is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needed {
    /// Nothing: weights of the layers alone.
    None,
    /// What embeds the batch's tokens.
    Tokens,
    /// All of it.
    Full,
}

impl Needed {
    /// For the lists of these inputs, under a signal that reads the softmax or under another.
    pub(crate) fn of_inputs(inputs: &BTreeSet<Input>, softmax: bool) -> Self {
        if inputs.contains(&Input::Grad) && softmax {
            Self::Full
        } else if inputs.iter().all(|&input| input == Input::Weight) {
            Self::None
        } else {
            Self::Tokens
        }
    }
}

/// How much of its vocabulary a decoder of a family must have for these calls, under a signal that reads the softmax or under
/// another.
pub(crate) fn needed_vocabulary(family: Family, calls: &[ProxyCall], softmax: bool) -> Needed {
    let needs = Needs::of(calls, family);
    let runs = calls.iter().any(|call| match reading(call, family) {
        Reading::Sizes => false,
        Reading::Forward(measure) => measure.needs_forward(),
        Reading::Gradient(_) => true,
        Reading::Formula(expression) => Needed::of_inputs(&expression.inputs(), softmax) != Needed::None,
    });
    let flow = needs.pass(PassKind::SynFlow) || needs.pass(PassKind::TokenFlow);
    match (flow || softmax && needs.signal(), runs) {
        (true, _) => Needed::Full,
        (false, true) => Needed::Tokens,
        (false, false) => Needed::None,
    }
}

/// Scores a network by every call, in the order of the calls.
///
/// Forward proxies are scored on `batch`, gradient proxies on what the signal makes of it. The weights must have the head
/// that [`head`] names, or as much of a decoder's vocabulary as [`crate::model::vocabulary`] says. Proxies that need second derivatives are `unsupported`; [`evaluate_twice`] serves them.
///
/// Times are those of [`forward::evaluate`]: the passes that a proxy needs, drawing the weights, and its own arithmetic.
/// Where forward and gradient proxies share a pass, the former are charged for its way forward alone.
pub fn evaluate<T: Real, L: Model, E: Engine<T, L> + GradientEngine<T, L> + Sync>(
    engine: &E,
    weights: &Weights<T, L>,
    batch: &TokenBatch,
    signal: &L::Signal<T>,
    calls: &[ProxyCall],
    options: EvaluateOptions,
) -> Result<Vec<Evaluation>, NnError> {
    let evaluator = Evaluator { engine, curvature: None, weights, batch, signal, options };
    evaluator.run(calls)
}

/// The same with an engine that has second derivatives, which GraSP needs.
pub fn evaluate_twice<T: Real, L: Model, E: Engine<T, L> + CurvatureEngine<T, L> + Sync>(
    engine: &E,
    weights: &Weights<T, L>,
    batch: &TokenBatch,
    signal: &L::Signal<T>,
    calls: &[ProxyCall],
    options: EvaluateOptions,
) -> Result<Vec<Evaluation>, NnError> {
    let input = L::tokens(L::corrupted(signal).unwrap_or(batch));
    let product =
        |direction: &[T]| engine.hessian_product(weights, input, L::loss(signal), options.dropout, direction);
    let curvature: Option<HessianProduct<'_, T>> = Some(&product);
    let evaluator = Evaluator { engine, curvature, weights, batch, signal, options };
    evaluator.run(calls)
}

/// What forward proxies read, and what gradient proxies do.
type BothPasses<'a, T, L> = (Pass<'a, T, L>, Passes<'a, T, L>);

/// The Hessian of the signal's loss times a direction.
type HessianProduct<'a, T> = &'a dyn Fn(&[T]) -> Result<Vec<T>, NnError>;

struct Evaluator<'a, T: Real, L: Model, E> {
    engine: &'a E,
    curvature: Option<HessianProduct<'a, T>>,
    weights: &'a Weights<T, L>,
    batch: &'a TokenBatch,
    signal: &'a L::Signal<T>,
    options: EvaluateOptions,
}

/// What a call reads, if it is defined for the family and reads anything.
enum Reading {
    Sizes,
    Forward(forward::Measure),
    Gradient(Measure),
    Formula(&'static Expression),
}

fn reading(call: &ProxyCall, family: Family) -> Reading {
    match call.proxy.run {
        Run::Forward(measure) if call.proxy.supports(family) => Reading::Forward(measure),
        Run::Gradient(measure) if call.proxy.supports(family) => Reading::Gradient(measure),
        Run::Symbolic(expression) if call.proxy.supports(family) => Reading::Formula(expression),
        _ => Reading::Sizes,
    }
}

impl Needs {
    fn of(calls: &[ProxyCall], family: Family) -> Self {
        let mut needs = Self::default();
        for call in calls {
            match reading(call, family) {
                Reading::Gradient(measure) => needs.add(measure),
                Reading::Formula(expression) => needs.add_formula(expression),
                Reading::Sizes | Reading::Forward(_) => {}
            }
        }
        needs
    }
}

impl<T: Real, L: Model, E: Engine<T, L> + GradientEngine<T, L> + Sync> Evaluator<'_, T, L, E> {
    fn run(&self, calls: &[ProxyCall]) -> Result<Vec<Evaluation>, NnError> {
        let subject = Subject { network: self.weights.layout().network(), seq_len: self.batch.seq_len() };
        let needs = Needs::of(calls, subject.network.family());
        let (forward, passes) = self.passes(calls, &needs)?;
        let scores = Scores {
            subject,
            forward,
            matrices: passes.matrices(&needs),
            positions: if needs.positions { passes.positions() } else { None },
            kernel: if needs.kernel { passes.kernel() } else { None },
            passes,
            weights_ns: self.options.weights_ns,
        };
        Ok(calls.iter().map(|call| scores.evaluate(call)).collect())
    }

    /// Runs what is needed.
    fn passes(&self, calls: &[ProxyCall], needs: &Needs) -> Result<BothPasses<'_, T, L>, NnError> {
        let Self { engine, weights, batch, signal, .. } = *self;
        let family = weights.layout().network().family();
        let forward_needs: BTreeSet<Quantity> = calls
            .iter()
            .filter_map(|call| match reading(call, family) {
                Reading::Forward(measure) => Some(measure.quantity()),
                _ => None,
            })
            .collect();
        let dropout = self.options.dropout;
        let shared = needs.pass(PassKind::Backward) && L::corrupted(signal).is_none();
        let none = BTreeSet::new();
        let trees = layer_moments(weights.layout());
        let mut backward = None;
        if needs.pass(PassKind::Backward) {
            let pass = (L::corrupted(signal).unwrap_or(batch), L::loss(signal), dropout);
            let forward = (if shared { &forward_needs } else { &none }, &trees);
            backward = Some(Backward::run(engine, weights, pass, &needs.outputs(weights.layout()), forward)?);
        }
        let forward = match backward.as_mut().filter(|_| shared) {
            Some(pass) => {
                let forward_ns = pass.forward_ns();
                let partial = std::mem::take(&mut pass.partial.forward);
                Pass::of(weights, trees, partial, pass.threads, forward_ns).perturbed(
                    engine,
                    batch,
                    &forward_needs,
                    dropout,
                )?
            }
            None => Pass::run(engine, weights, batch, &forward_needs, dropout)?,
        };
        let curvature = match (&backward, self.curvature) {
            (Some(backward), Some(curvature)) if needs.pass(PassKind::Curvature) => {
                let (product, ns) = timed(|| curvature(&backward.direction(weights.layout())));
                Some(Curvature { product: product?, ns })
            }
            _ => None,
        };
        let synflow = needs
            .pass(PassKind::SynFlow)
            .then(|| flow(|| SynFlow::run(engine, weights, L::flow(batch.seq_len()), Dropout::Off)))
            .transpose()?;
        let token_flow = needs
            .pass(PassKind::TokenFlow)
            .then(|| flow(|| SynFlow::run(engine, weights, L::token_flow(batch), dropout)))
            .transpose()?;
        let samples = needs
            .pass(PassKind::Samples)
            .then(|| {
                flow(|| Samples::run(engine, weights, L::corrupted(signal).unwrap_or(batch), signal, dropout))
            })
            .transpose()?;
        let segments = needs
            .pass(PassKind::Segments)
            .then(|| flow(|| SegmentNorms::run(engine, weights, batch, dropout)))
            .transpose()?
            .and_then(|(norms, ns)| Some((norms?, ns)));
        let formulas = WantedTensors { inputs: &needs.inputs, sampling: Sampling::Whole, dropout };
        let tensors = (!needs.inputs.is_empty())
            .then(|| flow(|| formulas.collect(engine, weights, batch, signal)))
            .transpose()?;
        let passes = Passes { weights, backward, curvature, synflow, token_flow, samples, segments, tensors };
        Ok((forward, passes))
    }
}

/// A pass and its time.
fn flow<P>(run: impl FnOnce() -> Result<P, NnError>) -> Result<(P, u64), NnError> {
    let (pass, ns) = timed(run);
    pass.map(|pass| (pass, ns))
}

/// Everything that proxies read.
struct Scores<'a, T: Real, L: Model> {
    subject: Subject,
    forward: Pass<'a, T, L>,
    passes: Passes<'a, T, L>,
    matrices: BTreeMap<MatrixQuantity, (MatrixValues, u64)>,
    positions: Option<(PositionGradient, u64)>,
    kernel: Option<(SampleKernel, u64)>,
    weights_ns: u64,
}

impl<T: Real, L: Model> Scores<'_, T, L> {
    fn evaluate(&self, call: &ProxyCall) -> Evaluation {
        match reading(call, self.subject.network.family()) {
            Reading::Sizes => {
                let (outcome, own) = timed(|| call.proxy.score(&self.subject, &call.params));
                Evaluation { outcome, own_ns: own, wall_ns: own }
            }
            Reading::Forward(measure) => {
                let (outcome, own) = self.forward.score(measure, &self.subject, call);
                let forward = if measure.needs_forward() { self.forward.shared_ns } else { 0 };
                Evaluation { outcome, own_ns: own, wall_ns: self.weights_ns + forward + own }
            }
            Reading::Gradient(measure) => {
                let (outcome, own) = self.gradient(measure, call);
                let passes = self.passes.cost(&measure.passes());
                Evaluation { outcome, own_ns: own, wall_ns: self.weights_ns + passes + own }
            }
            Reading::Formula(expression) => {
                let Some((tensors, pass_ns)) = &self.passes.tensors else {
                    let outcome = Outcome::error("the tensors that formulas read were not kept");
                    return Evaluation { outcome, own_ns: 0, wall_ns: 0 };
                };
                let (outcome, own) = timed(|| match expression.evaluate(tensors) {
                    Ok(score) => Outcome::from_value(score),
                    Err(error) => Outcome::unsupported(error.to_string()),
                });
                Evaluation { outcome, own_ns: own, wall_ns: self.weights_ns + pass_ns + own }
            }
        }
    }

    fn gradient(&self, measure: Measure, call: &ProxyCall) -> (Outcome, u64) {
        let params = &call.params;
        let scored = match measure {
            Measure::Matrices(quantity, score) => self.matrices.get(&quantity).map(|(values, spent)| {
                let (outcome, own) = timed(|| score(values, &self.subject, params));
                (outcome, spent + own)
            }),
            Measure::Both(one, other, score) => self.matrices.get(&one).zip(self.matrices.get(&other)).map(
                |((one, first), (other, second))| {
                    let (outcome, own) = timed(|| score(one, other, &self.subject, params));
                    (outcome, first + second + own)
                },
            ),
            Measure::Kernel(score) => self.kernel.as_ref().map(|(kernel, spent)| {
                let (outcome, own) = timed(|| score(kernel, &self.subject, params));
                (outcome, spent + own)
            }),
            Measure::Segments(score) => {
                self.passes.segments.as_ref().map(|(norms, _)| timed(|| score(norms, &self.subject, params)))
            }
            Measure::Positions(score) => self.positions.as_ref().map(|(positions, spent)| {
                let (outcome, own) = timed(|| score(positions, &self.subject, params));
                (outcome, spent + own)
            }),
        };
        scored.unwrap_or_else(|| {
            let name = call.proxy.name;
            (
                Outcome::unsupported(format!(
                    "{name} needs second derivatives, which only the fast engine on cpu computes"
                )),
                0,
            )
        })
    }
}
