//! Proxies that run a network, of whatever family and in whatever precision.

use std::collections::BTreeSet;
use std::time::Duration;

use proxyrank_data::fetch::Locator;
use proxyrank_nn::Real;
use proxyrank_proxies::ProxyCall;
use proxyrank_proxies::forward::Evaluation;
use proxyrank_proxies::symbolic::{Input, LayerTensors, Sampling};
use proxyrank_schema::Dtype;
use proxyrank_space::{Family, Network};

use super::Request;
use super::decoder::Decoders;
use super::encoder::Encoders;
use super::inputs::{self, Shape};
use crate::RunError;
use crate::watch::Watch;

/// Everything that architectures share.
pub(crate) enum Runner {
    F32(Shared<f32>),
    F64(Shared<f64>),
}

/// The same for one floating-point type; architectures of a benchmark are of one kind.
pub(crate) enum Shared<T> {
    Encoders(Encoders<T>),
    Decoders(Decoders<T>),
}

impl Runner {
    /// Reads or draws the batch and prepares the engine; says what is wrong with the text.
    pub(crate) fn new(request: &Request, locator: &Locator, watch: &dyn Watch) -> Result<Self, RunError> {
        Ok(match request.dtype {
            Dtype::F64 => Self::F64(Shared::new(request, locator, watch)?),
            Dtype::F32 | Dtype::None => Self::F32(Shared::new(request, locator, watch)?),
        })
    }

    /// The tensors that formulas read of one network.
    pub(crate) fn tensors(
        &self,
        network: &Network,
        inputs: &BTreeSet<Input>,
        sampling: Sampling,
    ) -> Result<LayerTensors, RunError> {
        match self {
            Self::F32(shared) => shared.tensors(network, inputs, sampling),
            Self::F64(shared) => shared.tensors(network, inputs, sampling),
        }
    }

    /// Scores one network by every call, in their order.
    pub(super) fn score(&self, network: &Network, calls: &[ProxyCall]) -> Result<Vec<Evaluation>, RunError> {
        match self {
            Self::F32(shared) => shared.score(network, calls),
            Self::F64(shared) => shared.score(network, calls),
        }
    }
}

impl<T: Real> Shared<T> {
    fn new(request: &Request, locator: &Locator, watch: &dyn Watch) -> Result<Self, RunError> {
        let shape = Shape {
            batch_size: request.batch_size,
            seq_len: request.seq_len,
            data_seed: request.data_seed,
            tokens: request.info.tokens,
        };
        // A benchmark of one's own may hold decoders too.
        if !request.info.families().contains(&Family::Encoder) {
            return Ok(Self::Decoders(Decoders::new(request, shape)));
        }
        let (batch, warnings) = inputs::batch(locator, request.input, &shape)?;
        for warning in warnings {
            watch.note(&format!("warning: {warning}"));
        }
        Ok(Self::Encoders(Encoders::new(request, batch)))
    }

    fn score(&self, network: &Network, calls: &[ProxyCall]) -> Result<Vec<Evaluation>, RunError> {
        match (self, network) {
            (Self::Encoders(shared), Network::Encoder(network)) => shared.score(network, calls),
            (Self::Decoders(shared), Network::Decoder(network)) => shared.score(network, calls),
            _ => Err(mixed()),
        }
    }

    fn tensors(
        &self,
        network: &Network,
        inputs: &BTreeSet<Input>,
        sampling: Sampling,
    ) -> Result<LayerTensors, RunError> {
        match (self, network) {
            (Self::Encoders(shared), Network::Encoder(network)) => shared.tensors(network, inputs, sampling),
            (Self::Decoders(shared), Network::Decoder(network)) => shared.tensors(network, inputs, sampling),
            _ => Err(mixed()),
        }
    }
}

fn mixed() -> RunError {
    RunError::Usage("a benchmark mixes encoders and decoders".to_owned())
}

/// A duration as it is stored.
pub(super) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
