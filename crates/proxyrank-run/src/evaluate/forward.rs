//! Proxies that run a network: weights, one forward pass for all of them, and what it took.

use std::time::{Duration, Instant};

use proxyrank_data::fetch::Locator;
use proxyrank_nn::{Dropout, FastEngine, Head, Initialiser, Real, TokenBatch};
use proxyrank_proxies::ProxyCall;
use proxyrank_proxies::forward::{EvaluateOptions, Evaluation, evaluate};
use proxyrank_schema::{Dtype, Timing};
use proxyrank_space::{EncoderNetwork, Network};

use super::Request;
use super::inputs::{self, Shape};
use crate::RunError;
use crate::watch::Watch;

/// Everything that architectures share: the batch, the embeddings of the seed, workspaces.
pub(super) enum Runner {
    F32(Shared<f32>),
    F64(Shared<f64>),
}

/// The same for one floating-point type.
pub(super) struct Shared<T> {
    engine: FastEngine<T>,
    initialiser: Initialiser<T>,
    batch: TokenBatch,
    dropout: Dropout,
    timing: Timing,
}

impl Runner {
    /// Reads or draws the batch and prepares the engine; says what is wrong with the text.
    pub(super) fn new(request: &Request, locator: &Locator, watch: &dyn Watch) -> Result<Self, RunError> {
        let shape =
            Shape { batch_size: request.batch_size, seq_len: request.seq_len, data_seed: request.data_seed };
        let (batch, warnings) = inputs::batch(locator, request.input, &shape)?;
        for warning in warnings {
            watch.note(&format!("warning: {warning}"));
        }
        Ok(match request.dtype {
            Dtype::F64 => Self::F64(Shared::new(request, batch)),
            Dtype::F32 | Dtype::None => Self::F32(Shared::new(request, batch)),
        })
    }

    /// Scores one network by every call, in their order.
    pub(super) fn score(&self, network: &Network, calls: &[ProxyCall]) -> Result<Vec<Evaluation>, RunError> {
        let Network::Encoder(network) = network else {
            return Err(RunError::Usage(
                "proxies that run a network are for encoders only so far".to_owned(),
            ));
        };
        match self {
            Self::F32(shared) => shared.score(network, calls),
            Self::F64(shared) => shared.score(network, calls),
        }
    }
}

impl<T: Real> Shared<T> {
    fn new(request: &Request, batch: TokenBatch) -> Self {
        Self {
            engine: FastEngine::new(),
            initialiser: Initialiser::new(request.init_seed),
            batch,
            dropout: Dropout::of_mode(request.mode, request.init_seed),
            timing: request.timing,
        }
    }

    fn score(&self, network: &EncoderNetwork, calls: &[ProxyCall]) -> Result<Vec<Evaluation>, RunError> {
        match self.timing {
            Timing::Fused => self.run(network, calls),
            // Each proxy really runs alone: its own weights, its own pass.
            Timing::Isolated => {
                let alone = calls.iter().map(|call| self.run(network, std::slice::from_ref(call)));
                alone.collect::<Result<Vec<_>, _>>().map(|scores| scores.into_iter().flatten().collect())
            }
        }
    }

    fn run(&self, network: &EncoderNetwork, calls: &[ProxyCall]) -> Result<Vec<Evaluation>, RunError> {
        let started = Instant::now();
        let weights = self.initialiser.encoder(network, Head::None)?;
        let weights_ns = nanoseconds(started.elapsed());
        let options = EvaluateOptions { dropout: self.dropout, weights_ns };
        Ok(evaluate(&self.engine, &weights, &self.batch, calls, options)?)
    }
}

/// A duration as it is stored.
pub(super) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
