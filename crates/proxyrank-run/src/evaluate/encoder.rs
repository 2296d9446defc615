//! Encoders: weights, every pass that some proxy needs once, and what it took.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use proxyrank_nn::{Dropout, Initialiser, Real, TokenBatch};
use proxyrank_proxies::forward::{EvaluateOptions, Evaluation};
use proxyrank_proxies::gradient::{PreparedSignal, Vocabulary, evaluate, evaluate_twice, head, signal_head};
use proxyrank_proxies::symbolic::{Input, LayerTensors, Sampling, WantedTensors};
use proxyrank_proxies::{Axis, ProxyCall};
use proxyrank_schema::{Signal, Timing};
use proxyrank_space::EncoderNetwork;

use super::Request;
use super::computer::Computer;
use super::inputs;
use super::runner::nanoseconds;
use crate::RunError;

/// Everything that encoders of a request share: the batch, the embeddings of the seed, workspaces.
pub(crate) struct Encoders<T> {
    engine: Computer<T>,
    initialiser: Initialiser<T>,
    batch: TokenBatch,
    signals: Signals<T>,
    dropout: Dropout,
    timing: Timing,
}

/// The signal of the request, made ready for each hidden size that occurs.
struct Signals<T> {
    signal: Signal,
    data_seed: u64,
    vocabulary: Vocabulary,
    prepared: Mutex<BTreeMap<usize, Arc<PreparedSignal<T>>>>,
}

impl<T: Real> Signals<T> {
    fn prepared(&self, batch: &TokenBatch, hidden_size: usize) -> Result<Arc<PreparedSignal<T>>, RunError> {
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = prepared.get(&hidden_size) {
            return Ok(Arc::clone(known));
        }
        let fresh = PreparedSignal::new(self.signal, batch, hidden_size, &self.vocabulary, self.data_seed)?;
        Ok(Arc::clone(prepared.entry(hidden_size).or_insert(Arc::new(fresh))))
    }
}

impl<T: Real> Encoders<T> {
    pub(super) fn new(request: &Request, batch: TokenBatch) -> Self {
        Self {
            engine: Computer::new(&request.device),
            initialiser: Initialiser::new(request.init_seed),
            batch,
            signals: Signals {
                signal: request.signal,
                data_seed: request.data_seed,
                vocabulary: inputs::ordinary_ids(request.info.tokens),
                prepared: Mutex::default(),
            },
            dropout: Dropout::of_mode(request.mode, request.init_seed),
            timing: request.timing,
        }
    }

    /// The tensors that formulas read of one network.
    pub(super) fn tensors(
        &self,
        network: &EncoderNetwork,
        inputs: &BTreeSet<Input>,
        sampling: Sampling,
    ) -> Result<LayerTensors, RunError> {
        let signal = self.signals.prepared(&self.batch, network.hidden_size)?;
        let weights = self.initialiser.encoder(network, signal_head(&signal))?;
        let tensors = WantedTensors { inputs, sampling, dropout: self.dropout };
        Ok(match &self.engine {
            Computer::Fast(engine) => tensors.collect(engine, &weights, &self.batch, &signal)?,
            Computer::Composed(engine) => tensors.collect(engine, &weights, &self.batch, &signal)?,
        })
    }

    pub(super) fn score(
        &self,
        network: &EncoderNetwork,
        calls: &[ProxyCall],
    ) -> Result<Vec<Evaluation>, RunError> {
        let mut scores: Vec<Option<Evaluation>> = vec![None; calls.len()];
        for group in self.groups(calls) {
            let together: Vec<ProxyCall> = group.iter().map(|&index| calls[index].clone()).collect();
            for (index, score) in group.into_iter().zip(self.run(network, &together)?) {
                scores[index] = Some(score);
            }
        }
        Ok(scores.into_iter().flatten().collect())
    }

    /// Which calls share weights and passes, as indices.
    fn groups(&self, calls: &[ProxyCall]) -> Vec<Vec<usize>> {
        let indices = 0..calls.len();
        match (self.timing, self.signals.signal) {
            // Each proxy really runs alone: its own weights, its own pass.
            (Timing::Isolated, _) => indices.map(|index| vec![index]).collect(),
            // The generator's head stands where SynFlow needs the discriminator's.
            (Timing::Fused, Signal::Mlm) => {
                let reads_signal = |index: &usize| calls[*index].proxy.axes.uses(Axis::Signal);
                let (signal, rest): (Vec<usize>, Vec<usize>) = indices.partition(reads_signal);
                [signal, rest].into_iter().filter(|group| !group.is_empty()).collect()
            }
            (Timing::Fused, _) => vec![indices.collect()],
        }
    }

    fn run(&self, network: &EncoderNetwork, calls: &[ProxyCall]) -> Result<Vec<Evaluation>, RunError> {
        let signal = self.signals.prepared(&self.batch, network.hidden_size)?;
        let started = Instant::now();
        let weights = self.initialiser.encoder(network, head(calls, &signal))?;
        let weights_ns = nanoseconds(started.elapsed());
        let options = EvaluateOptions { dropout: self.dropout, weights_ns };
        let batch = &self.batch;
        Ok(match &self.engine {
            Computer::Fast(engine) => evaluate_twice(engine, &weights, batch, &signal, calls, options)?,
            Computer::Composed(engine) => evaluate(engine, &weights, batch, &signal, calls, options)?,
        })
    }
}
