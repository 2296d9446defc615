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
use Derivative::{Gradient, HessianProduct};

/// What is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Derivative {
    Gradient,
    HessianProduct,
}

impl Derivative {
    const fn group(self) -> &'static str {
        match self {
            Gradient => "forward and backward",
            HessianProduct => "Hessian-vector product",
        }
    }

    /// Products of a pass, in forward passes: a product comes back as two, and each of these three, on dual numbers, is
    /// nearly three of reals. As much is counted for every network, whatever need not be computed.
    const fn passes(self) -> u64 {
        match self {
            Gradient => 3,
            HessianProduct => 8,
        }
    }
}

pub(super) fn benches(lab: &Arc<Lab>) -> Vec<Bench> {
    [Gradient, HessianProduct].into_iter().flat_map(|derivative| of(derivative, lab)).collect()
}

fn of(derivative: Derivative, lab: &Arc<Lab>) -> Vec<Bench> {
    let bench = |name: String, network, sequences| fast(derivative, lab, name, network, sequences);
    let layers = lab::layers().into_iter().map(|(name, network)| bench(format!("layer {name}"), network, 4));
    let mut benches: Vec<Bench> = layers.collect();
    benches.push(bench("network".to_owned(), lab::typical(), 4));
    let Ok(drawn) = lab::drawn() else { return benches };
    let all = bench("drawn network, all threads".to_owned(), drawn.clone(), 16).on(Threads::All);
    match derivative {
        Gradient => benches.extend([all, composed(lab, drawn)]),
        HessianProduct => benches.push(all.for_readers()),
    }
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

fn fast(
    derivative: Derivative,
    lab: &Arc<Lab>,
    name: String,
    network: EncoderNetwork,
    sequences: usize,
) -> Bench {
    let (amount, lab) = (lab::flops(&network, sequences, derivative.passes()), Arc::clone(lab));
    let make = move || {
        let (problem, lab) = (Problem::new(&lab, &network, sequences)?, Arc::clone(&lab));
        Ok(Work::again(move || {
            lab.engine.recycle(match derivative {
                Gradient => problem.gradient(&lab.engine)?,
                HessianProduct => problem.hessian_product(&lab.engine)?,
            });
            Ok(())
        }))
    };
    Bench::new(derivative.group(), name, make).of(amount)
}

/// The reference engine, which users meet in audits only.
fn composed(lab: &Arc<Lab>, network: EncoderNetwork) -> Bench {
    let (amount, lab) = (lab::flops(&network, 16, Gradient.passes()), Arc::clone(lab));
    let make = move || {
        let (problem, engine) = (Problem::new(&lab, &network, 16)?, ComposedEngine::new(Device::Cpu));
        Ok(Work::again(move || Ok(problem.gradient(&engine).map(drop)?)))
    };
    Bench::new(Gradient.group(), "drawn network, candle", make).of(amount).on(Threads::All).for_readers()
}
