//! Every proxy of the registry under its own name, as it would run alone.
//!
//! A proxy that needs a network is timed with the passes that it needs and without drawing weights; a data-free one over
//! a population, for a single score takes a microsecond.

use std::sync::Arc;

use proxyrank_data::batch::{SpecialTokens, Vocabulary};
use proxyrank_nn::Dropout;
use proxyrank_proxies::forward::EvaluateOptions;
use proxyrank_proxies::gradient::{self, PreparedSignal, evaluate_twice};
use proxyrank_proxies::{Proxy, ProxyCall, REGISTRY, Run, Subject};
use proxyrank_schema::{Outcome, Signal, Status};
use proxyrank_space::counts::{macs, matrices, parameters};
use proxyrank_space::flexibert::Sampler;
use proxyrank_space::{Architecture, DecoderArch, DecoderFamily, Family, Reading};

use super::lab::{self, Lab, SEQ_LEN};
use crate::{Amount, Bench, Failure, Work};

/// Networks that a data-free proxy scores in a run: as many as the benchmark has.
const POPULATION: usize = 500;
/// Sequences that a network reads.
const SEQUENCES: usize = 2;

pub(super) fn benches(lab: &Arc<Lab>) -> Vec<Bench> {
    counts().into_iter().chain(REGISTRY.iter().filter_map(|proxy| bench(lab, proxy))).collect()
}

/// None for a proxy that is computed of other proxies' scores.
fn bench(lab: &Arc<Lab>, proxy: &'static Proxy) -> Option<Bench> {
    let group = match proxy.run {
        Run::DataFree(_) => return Some(data_free(proxy)),
        Run::Forward(measure) if measure.needs_forward() => "forward proxies",
        Run::Forward(_) => "proxies of weights",
        Run::Gradient(_) => "gradient proxies",
        // Of these the store or a file decides what there is to do.
        Run::Population(_) | Run::Symbolic(_) => return None,
    };
    let lab = Arc::clone(lab);
    Some(Bench::new(group, proxy.name, move || {
        let (calls, options) =
            ([ProxyCall::new(proxy)], EvaluateOptions { dropout: Dropout::Off, weights_ns: 0 });
        let (network, batch, lab) = (lab::typical(), lab::batch(SEQUENCES)?, Arc::clone(&lab));
        let weights = lab.weights(&network)?;
        let vocabulary = Vocabulary::bert();
        let ordinary = gradient::Vocabulary::new(vocabulary.ordinary().to_vec(), SpecialTokens::BERT.mask);
        let signal = PreparedSignal::new(Signal::Rtd, &batch, network.hidden_size, &ordinary, 0)?;
        Ok(Work::again(move || {
            let scores = evaluate_twice(&lab.engine, &weights, &batch, &signal, &calls, options)?;
            scores.iter().try_for_each(|score| scored(&score.outcome))
        }))
    }))
}

fn data_free(proxy: &'static Proxy) -> Bench {
    let bench = Bench::new("data-free proxies", proxy.name, move || {
        let family = proxy.families.first().copied().unwrap_or(Family::Encoder);
        let subjects = if proxy.supports(Family::Encoder) { encoders()? } else { decoders(family)? };
        let params = proxy.default_params();
        Ok(Work::again(move || {
            subjects.iter().try_for_each(|subject| scored(&proxy.score(subject, &params)))
        }))
    });
    bench.of(Amount::Items(POPULATION as u64))
}

/// A proxy that refuses is quick; that would pass for a gain. One whose score is infinite has done its work.
fn scored(outcome: &Outcome) -> Result<(), Failure> {
    match outcome.status {
        Status::Ok | Status::Nan | Status::Inf => Ok(()),
        Status::Error | Status::Unsupported => Err(outcome.detail.clone().into()),
    }
}

/// The counts behind the data-free proxies, and the networks themselves.
fn counts() -> Vec<Bench> {
    const GROUP: &str = "counts of 500 encoders";
    let networks = Bench::new(GROUP, "sampling and networks", || Ok(Work::again(|| encoders().map(drop))));
    let parameters = Bench::new(GROUP, "parameters", || {
        let subjects = encoders()?;
        Ok(Work::infallible(move || {
            subjects.iter().map(|subject| parameters(&subject.network).total()).sum::<u64>()
        }))
    });
    let macs = Bench::new(GROUP, "macs", || {
        let subjects = encoders()?;
        Ok(Work::again(move || {
            subjects.iter().try_for_each(|subject| Ok(macs(&subject.network, SEQ_LEN).map(drop)?))
        }))
    });
    let matrices = Bench::new(GROUP, "matrices", || {
        let subjects = encoders()?;
        Ok(Work::infallible(move || {
            subjects.iter().map(|subject| matrices(&subject.network).len()).sum::<usize>()
        }))
    });
    [networks, parameters, macs, matrices].map(|bench| bench.of(Amount::Items(POPULATION as u64))).to_vec()
}

fn encoders() -> Result<Vec<Subject>, Failure> {
    let drawn = Sampler::new(0).take(POPULATION).map(Architecture::Flexibert);
    drawn.map(|arch| subject(&arch)).collect()
}

fn decoders(family: Family) -> Result<Vec<Subject>, Failure> {
    let family =
        if family == Family::TransformerXl { DecoderFamily::TransformerXl } else { DecoderFamily::Gpt2 };
    let arch = |index: usize| {
        let n_layer = 2 + index % 15;
        DecoderArch {
            family,
            n_layer,
            d_model: 64 * (1 + index % 9),
            d_embed: None,
            div_val: 4,
            n_head: vec![4; n_layer],
            d_inner: vec![256 * (1 + index % 7); n_layer],
            n_token: 267_735,
            cutoffs: vec![19_997, 39_997, 199_997],
            tie_projs: vec![false, true, true, true],
            tgt_len: 192,
            mem_len: 192,
        }
    };
    (0..POPULATION).map(|index| subject(&Architecture::Decoder(arch(index)))).collect()
}

fn subject(architecture: &Architecture) -> Result<Subject, Failure> {
    Ok(Subject { network: architecture.network(Reading::Declared)?, seq_len: SEQ_LEN })
}
