//! Forward passes: of a layer of each kind, of networks, and what weights cost.

use std::sync::Arc;

use candle_core::Device;
use proxyrank_nn::{Collect, ComposedEngine, Depth, EncoderWeights, Engine, ForwardOptions, Head, Site};
use proxyrank_space::EncoderNetwork;

use super::lab::{self, Lab};
use crate::{Bench, Failure, Threads, Work};

const GROUP: &str = "forward";
/// A pass that ends where spectra need no more.
const SPECTRA: ForwardOptions = ForwardOptions { depth: Depth::LastFfnInput, ..ForwardOptions::EVAL };

pub(super) fn benches(lab: &Arc<Lab>) -> Vec<Bench> {
    let mut benches: Vec<Bench> = lab::layers()
        .into_iter()
        .map(|(name, network)| fast(lab, format!("layer {name}"), network, ForwardOptions::EVAL, 4))
        .collect();
    let typical = lab::typical();
    benches.push(fast(lab, "network", typical.clone(), ForwardOptions::EVAL, 4));
    benches.push(fast(lab, "network, to the last FFN input", typical.clone(), SPECTRA, 4));
    benches.push(weights(lab, typical));
    if let Ok(drawn) = lab::drawn() {
        let all = fast(lab, "drawn network, all threads", drawn.clone(), ForwardOptions::EVAL, 16);
        benches.push(all.on(Threads::All));
        benches.push(composed(lab, drawn));
    }
    benches
}

fn fast(
    lab: &Arc<Lab>,
    name: impl Into<String>,
    network: EncoderNetwork,
    options: ForwardOptions,
    sequences: usize,
) -> Bench {
    let (amount, lab) = (lab::flops(&network, sequences, 1), Arc::clone(lab));
    let amount = if options == SPECTRA { crate::Amount::One } else { amount };
    let make = move || {
        let (weights, batch, lab) = (lab.weights(&network)?, lab::batch(sequences)?, Arc::clone(&lab));
        Ok(Work::again(move || {
            lab.engine.forward(&weights, &batch, options, |_| Collect::new(Site::Logits))?;
            Ok(())
        }))
    };
    Bench::new(GROUP, name, make).of(amount)
}

/// The reference engine, which users meet in audits only.
fn composed(lab: &Arc<Lab>, network: EncoderNetwork) -> Bench {
    let (amount, lab) = (lab::flops(&network, 16, 1), Arc::clone(lab));
    let make = move || -> Result<Work, Failure> {
        let (weights, batch) = (lab.weights(&network)?, lab::batch(16)?);
        let engine = ComposedEngine::new(Device::Cpu);
        Ok(Work::again(move || {
            engine.forward(&weights, &batch, ForwardOptions::EVAL, |_| Collect::new(Site::Logits))?;
            Ok(())
        }))
    };
    Bench::new(GROUP, "drawn network, candle", make).of(amount).on(Threads::All).for_readers()
}

fn weights(lab: &Arc<Lab>, network: EncoderNetwork) -> Bench {
    let lab = Arc::clone(lab);
    let make = move || {
        let (lab, network, mut memory) = (Arc::clone(&lab), network.clone(), Vec::new());
        Ok(Work::again(move || {
            let weights = lab.initialiser.encoder_in(&network, Head::None, std::mem::take(&mut memory))?;
            memory = EncoderWeights::into_body(weights);
            Ok(())
        }))
    };
    Bench::new(GROUP, "initial weights", make)
}
