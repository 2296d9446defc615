//! One architecture: one forward pass for all proxies, and what each of them cost.

use std::collections::BTreeSet;

use proxyrank_nn::{Dropout, Engine, NnError, Real, TokenBatch, Weights};
use proxyrank_schema::Outcome;
use proxyrank_space::Family;

use super::measure::{Measure, Quantity};
use super::pass::Pass;
use crate::clock::timed;
use crate::model::Model;
use crate::{ProxyCall, Run, Subject};

/// How to evaluate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvaluateOptions {
    /// With or without dropout.
    pub dropout: Dropout,
    /// What drawing the weights took; it is part of every [`Evaluation::wall_ns`] that needs weights.
    pub weights_ns: u64,
}

/// One proxy's score of one architecture, and its cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The score.
    pub outcome: Outcome,
    /// The proxy's own arithmetic: its reducers and the steps from what they kept to the score, in nanoseconds.
    pub own_ns: u64,
    /// What the proxy would cost alone: drawing the weights and running the network as far as it needs them, and its own
    /// arithmetic, in nanoseconds.
    pub wall_ns: u64,
}

/// Scores a network by every call, in the order of the calls, with a single forward pass.
///
/// Reducers run on the threads of the pass; their processor time is divided by the number of threads that the batch
/// can occupy, which makes it a share of the elapsed time. All other steps are timed as they elapse, so the times mean
/// what they say if nothing else runs in the same thread pool. The pass is as deep as the union of needs; a proxy that
/// alone could do with less is charged for all of it, and only a run of its own shows its own price.
pub fn evaluate<T: Real, L: Model>(
    engine: &impl Engine<T, L>,
    weights: &Weights<T, L>,
    batch: &TokenBatch,
    calls: &[ProxyCall],
    options: EvaluateOptions,
) -> Result<Vec<Evaluation>, NnError> {
    let subject = Subject { network: weights.layout().network(), seq_len: batch.seq_len() };
    let family = subject.network.family();
    let measures = calls.iter().filter_map(|call| measure(call, family));
    let needs: BTreeSet<Quantity> = measures.map(Measure::quantity).collect();
    let pass = Pass::run(engine, weights, batch, &needs, options.dropout)?;
    let evaluate = |call: &ProxyCall| {
        let Some(measure) = measure(call, family) else {
            let (outcome, own) = timed(|| call.proxy.score(&subject, &call.params));
            return Evaluation { outcome, own_ns: own, wall_ns: own };
        };
        let (outcome, own) = pass.score(measure, &subject, call);
        let forward = if measure.needs_forward() { pass.shared_ns } else { 0 };
        Evaluation { outcome, own_ns: own, wall_ns: options.weights_ns + forward + own }
    };
    Ok(calls.iter().map(evaluate).collect())
}

/// What a call measures, if it is defined for the family and measures anything.
fn measure(call: &ProxyCall, family: Family) -> Option<Measure> {
    match call.proxy.run {
        Run::Forward(measure) if call.proxy.supports(family) => Some(measure),
        _ => None,
    }
}
