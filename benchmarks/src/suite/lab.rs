//! What several benches share: weights, batches, the engine with its workspaces.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use proxyrank_nn::{EncoderWeights, FastEngine, Head, Initialiser, TokenBatch};
use proxyrank_space::flexibert::{DscKernel, EncoderLayer, EncoderNetwork, Operation, Sampler};
use proxyrank_space::{Network, Reading, counts};

use crate::{Amount, Failure};

/// Tokens in a sequence.
pub(super) const SEQ_LEN: usize = 128;

/// Shared, and made when somebody first asks.
#[derive(Debug)]
pub struct Lab {
    /// The engine, which owns the workspaces.
    pub(super) engine: FastEngine<f32>,
    pub(super) initialiser: Initialiser<f32>,
    weights: Mutex<HashMap<EncoderNetwork, Arc<EncoderWeights<f32>>>>,
}

impl Default for Lab {
    fn default() -> Self {
        Self { engine: FastEngine::new(), initialiser: Initialiser::new(0), weights: Mutex::default() }
    }
}

impl Lab {
    /// The initial weights of a network with a discriminator's head.
    pub(super) fn weights(&self, network: &EncoderNetwork) -> Result<Arc<EncoderWeights<f32>>, Failure> {
        let mut known = self.weights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(weights) = known.get(network) {
            return Ok(Arc::clone(weights));
        }
        let weights = Arc::new(self.initialiser.encoder(network, Head::Discriminator)?);
        known.insert(network.clone(), Arc::clone(&weights));
        Ok(weights)
    }
}

/// So many sequences of drawn tokens.
pub(super) fn batch(sequences: usize) -> Result<TokenBatch, Failure> {
    let count = u32::try_from(sequences * SEQ_LEN)?;
    let ids = (0..count).map(|i| 1000 + i.wrapping_mul(2_654_435_761) % 29_000);
    Ok(TokenBatch::new(ids.collect(), sequences, SEQ_LEN)?)
}

/// Which tokens of a batch pass for replaced ones.
pub(super) fn replaced(batch: &TokenBatch) -> Vec<bool> {
    batch.ids().iter().map(|id| id % 7 == 0).collect()
}

/// The first network that the benchmark's own sampler draws, as the released code trains it.
pub(super) fn drawn() -> Result<EncoderNetwork, Failure> {
    let arch = Sampler::new(0).next().ok_or("the sampler draws no network")?;
    Ok(arch.network(Reading::AsTrained)?)
}

/// A narrow network with a layer of every kind, so that each proxy meets each of them.
pub(super) fn typical() -> EncoderNetwork {
    let kinds = [Operation::Sdp, Operation::Wma, Operation::Dsc { kernel: DscKernel::Five }, Operation::Dft];
    let layer = |operation| EncoderLayer { operation, heads: 4, ffn_widths: vec![128, 512, 128] };
    EncoderNetwork::new(128, kinds.map(layer).to_vec())
}

/// One layer, 256 wide.
pub(super) fn layer(operation: Operation, inner: &[usize]) -> EncoderNetwork {
    let ffn_widths = [&[256], inner, &[256]].concat();
    EncoderNetwork::new(256, vec![EncoderLayer { operation, heads: 4, ffn_widths }])
}

/// One layer of each kind over a chain of one unit, so that all but the operation is small; and one whose chain, with its
/// GELUs and its norm, is nearly all of it.
pub(super) fn layers() -> Vec<(&'static str, EncoderNetwork)> {
    let named = |kind: &Operation| {
        let name = match kind {
            Operation::Sdp => "sdp",
            Operation::Wma => "wma",
            Operation::Dft => "dft",
            Operation::Dct => "dct",
            Operation::Dsc { kernel: DscKernel::Five } => "dsc 5",
            Operation::Dsc { kernel: DscKernel::Nine } => "dsc 9",
        };
        (name, layer(*kind, &[1]))
    };
    let chain = ("chain", layer(Operation::Dct, &[512, 512]));
    Operation::ALL.iter().map(named).chain([chain]).collect()
}

/// The products of some passes over so many sequences, in forward passes.
pub(super) fn flops(network: &EncoderNetwork, sequences: usize, passes: u64) -> Amount {
    let macs = counts::macs(&Network::Encoder(network.clone()), SEQ_LEN);
    macs.map_or(Amount::One, |macs| Amount::Flops(passes * macs.flops() * sequences as u64))
}
