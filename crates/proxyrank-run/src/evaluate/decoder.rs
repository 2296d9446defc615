//! Decoders: weights with as much of the vocabulary as is read, every pass that some proxy needs once, and what it took.

use std::collections::BTreeSet;
use std::time::Instant;

use proxyrank_nn::{DecoderLayout, Dropout, Initialiser, Real, TokenBatch};
use proxyrank_proxies::ProxyCall;
use proxyrank_proxies::forward::{EvaluateOptions, Evaluation};
use proxyrank_proxies::gradient::{evaluate, evaluate_twice};
use proxyrank_proxies::model::{DecoderSignal, formula_vocabulary, vocabulary};
use proxyrank_proxies::symbolic::{Input as FormulaInput, LayerTensors, Sampling, WantedTensors};
use proxyrank_schema::{Input, Signal, Timing};
use proxyrank_space::{DecoderFamily, DecoderNetwork};

use super::Request;
use super::computer::Computer;
use super::inputs::{self, Shape};
use super::runner::nanoseconds;
use crate::RunError;

/// Everything that decoders of a request share. The batch is drawn for each network anew, for it depends on the number of
/// words, and takes no time beside a pass.
pub(crate) struct Decoders<T> {
    engine: Computer<T>,
    initialiser: Initialiser<T>,
    input: Input,
    shape: Shape,
    signal: Signal,
    dropout: Dropout,
    timing: Timing,
}

impl<T: Real> Decoders<T> {
    pub(super) fn new(request: &Request, shape: Shape) -> Self {
        Self {
            engine: Computer::new(&request.device),
            initialiser: Initialiser::new(request.init_seed),
            input: request.input,
            shape,
            signal: request.signal,
            dropout: Dropout::of_mode(request.mode, request.init_seed),
            timing: request.timing,
        }
    }

    /// Scores one network by every call, in their order: all in shared passes, or each with its own weights and passes.
    pub(super) fn score(
        &self,
        network: &DecoderNetwork,
        calls: &[ProxyCall],
    ) -> Result<Vec<Evaluation>, RunError> {
        match self.timing {
            Timing::Fused => self.run(network, calls),
            Timing::Isolated => {
                let alone = calls.iter().map(|call| self.run(network, std::slice::from_ref(call)));
                Ok(alone.collect::<Result<Vec<_>, _>>()?.concat())
            }
        }
    }

    /// The tensors that formulas read of one network.
    pub(super) fn tensors(
        &self,
        network: &DecoderNetwork,
        inputs: &BTreeSet<FormulaInput>,
        sampling: Sampling,
    ) -> Result<LayerTensors, RunError> {
        if network.family != DecoderFamily::Gpt2 {
            return Err(RunError::Usage(
                "formulas are for encoders and GPT-2, not for Transformer-XL".to_owned(),
            ));
        }
        let (batch, signal) = self.problem(network)?;
        let weights = self.initialiser.decoder(network, formula_vocabulary(inputs, &signal, &batch))?;
        let tensors = WantedTensors { inputs, sampling, dropout: self.dropout };
        Ok(match &self.engine {
            Computer::Fast(engine) => {
                tensors.collect::<T, DecoderLayout>(engine, &weights, &batch, &signal)?
            }
            Computer::Composed(engine) => {
                tensors.collect::<T, DecoderLayout>(engine, &weights, &batch, &signal)?
            }
        })
    }

    /// What a network reads, and what is back-propagated.
    fn problem(&self, network: &DecoderNetwork) -> Result<(TokenBatch, DecoderSignal<T>), RunError> {
        let n_token = network.vocabulary.n_token;
        let (batch, labels) = inputs::decoder_batch(self.input, n_token, &self.shape)?;
        let signal = DecoderSignal::new(self.signal, &labels, network.d_model, self.shape.data_seed)?;
        Ok((batch, signal))
    }

    fn run(&self, network: &DecoderNetwork, calls: &[ProxyCall]) -> Result<Vec<Evaluation>, RunError> {
        let (batch, signal) = self.problem(network)?;
        let extent = vocabulary(network.family.into(), calls, &signal, &batch);
        let started = Instant::now();
        let weights = self.initialiser.decoder(network, extent)?;
        let options = EvaluateOptions { dropout: self.dropout, weights_ns: nanoseconds(started.elapsed()) };
        Ok(match &self.engine {
            Computer::Fast(engine) => {
                evaluate_twice::<T, DecoderLayout, _>(engine, &weights, &batch, &signal, calls, options)?
            }
            Computer::Composed(engine) => {
                evaluate::<T, DecoderLayout, _>(engine, &weights, &batch, &signal, calls, options)?
            }
        })
    }
}
