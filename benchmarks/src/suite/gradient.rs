//! Derivatives: gradients and Hessian-vector products of a layer of each kind and of networks.

use std::sync::Arc;

use candle_core::Device;
use proxyrank_nn::{
    Blind, ComposedEngine, CurvatureEngine, Dropout, EncoderInput, EncoderWeights, GradientEngine, Loss,
    NnError, TokenBatch,
};
use proxyrank_space::EncoderNetwork;

use super::lab::{self, Lab};
use crate::{Bench, Failure, Threads, Work};

/// Products of a pass, in forward passes: a product comes back as two, and each of these three, on dual numbers, is
/// nearly three of reals. As much is counted for every network, whatever need not be computed.
const GRADIENT: u64 = 3;
const HESSIAN: u64 = 8;

pub(super) fn benches(lab: &Arc<Lab>) -> Vec<Bench> {
    let mut benches = Vec::new();
    for (name, network) in lab::layers() {
        benches.push(gradient(lab, format!("layer {name}"), network.clone(), 4));
        benches.push(hessian_product(lab, format!("layer {name}"), network, 4));
    }
    benches.push(gradient(lab, "network", lab::typical(), 4));
    benches.push(hessian_product(lab, "network", lab::typical(), 4));
    if let Ok(drawn) = lab::drawn() {
        let name = "drawn network, all threads";
        benches.push(gradient(lab, name, drawn.clone(), 16).on(Threads::All));
        benches.push(hessian_product(lab, name, drawn.clone(), 16).on(Threads::All).for_readers());
        benches.push(composed(lab, drawn));
    }
    benches.sort_by_key(|bench| bench.group);
    benches
}

/// A network's weights and what its replaced-token loss is of.
struct Problem {
    weights: Arc<EncoderWeights<f32>>,
    batch: TokenBatch,
    replaced: Vec<bool>,
}

impl Problem {
    fn new(lab: &Lab, network: &EncoderNetwork, sequences: usize) -> Result<Self, Failure> {
        let batch = lab::batch(sequences)?;
        Ok(Self { weights: lab.weights(network)?, replaced: lab::replaced(&batch), batch })
    }

    /// Forward and backward.
    fn gradient(&self, engine: &impl GradientEngine<f32>) -> Result<Vec<f32>, NnError> {
        let (input, loss) = (EncoderInput::Tokens(&self.batch), Loss::ReplacedTokens(&self.replaced));
        Ok(engine.gradient(&self.weights, input, loss, Dropout::Off, |_| Blind)?.gradient.body)
    }

    /// The Hessian times the weights.
    fn hessian_product(&self, engine: &impl CurvatureEngine<f32>) -> Result<Vec<f32>, NnError> {
        let (input, loss) = (EncoderInput::Tokens(&self.batch), Loss::ReplacedTokens(&self.replaced));
        engine.hessian_product(&self.weights, input, loss, Dropout::Off, self.weights.body())
    }
}

fn gradient(lab: &Arc<Lab>, name: impl Into<String>, network: EncoderNetwork, sequences: usize) -> Bench {
    let (amount, lab) = (lab::flops(&network, sequences, GRADIENT), Arc::clone(lab));
    let make = move || {
        let (problem, lab) = (Problem::new(&lab, &network, sequences)?, Arc::clone(&lab));
        Ok(Work::again(move || {
            lab.engine.recycle(problem.gradient(&lab.engine)?);
            Ok(())
        }))
    };
    Bench::new("forward and backward", name, make).of(amount)
}

fn hessian_product(
    lab: &Arc<Lab>,
    name: impl Into<String>,
    network: EncoderNetwork,
    sequences: usize,
) -> Bench {
    let (amount, lab) = (lab::flops(&network, sequences, HESSIAN), Arc::clone(lab));
    let make = move || {
        let (problem, lab) = (Problem::new(&lab, &network, sequences)?, Arc::clone(&lab));
        Ok(Work::again(move || {
            lab.engine.recycle(problem.hessian_product(&lab.engine)?);
            Ok(())
        }))
    };
    Bench::new("Hessian-vector product", name, make).of(amount)
}

/// The reference engine, which users meet in audits only.
fn composed(lab: &Arc<Lab>, network: EncoderNetwork) -> Bench {
    let (amount, lab) = (lab::flops(&network, 16, GRADIENT), Arc::clone(lab));
    let make = move || {
        let (problem, engine) = (Problem::new(&lab, &network, 16)?, ComposedEngine::new(Device::Cpu));
        Ok(Work::again(move || Ok(problem.gradient(&engine).map(drop)?)))
    };
    Bench::new("forward and backward", "drawn network, candle", make)
        .of(amount)
        .on(Threads::All)
        .for_readers()
}
