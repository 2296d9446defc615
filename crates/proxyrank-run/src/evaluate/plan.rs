//! From a request to the list of scores that are still to be computed.
//!
//! A score is planned under the key that it will be stored under. A proxy that does not look at an axis has `none`
//! there, so asking for three readings plans `num_layers` once and not three times.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use proxyrank_nn::DeviceId;
use proxyrank_proxies::ProxyCall;
use proxyrank_schema::{CostClass, Dtype, Protocol, Reading, ScoreKey, Signal};
use proxyrank_space::{Architecture, DecoderNetwork};

use super::{Request, decoder_cost};
use crate::RunError;
use crate::benchmark::Benchmark;

/// One score to compute.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Where it will be stored.
    pub(super) key: ScoreKey,
    /// With what.
    pub(super) call: ProxyCall,
    /// On which network. A proxy whose key names no reading may take any.
    pub(super) reading: Reading,
}

impl Item {
    /// Whether the score needs a network that is built and run.
    pub(super) fn runs_network(&self) -> bool {
        self.call.proxy.class > CostClass::DataFree
    }
}

/// The scores of one architecture.
#[derive(Debug, Clone)]
pub(super) struct Job {
    /// Its index in the benchmark.
    pub(super) entry: usize,
    /// What is to be computed on it.
    pub(super) items: Vec<Item>,
    /// The network, where costs are counted and not looked up.
    decoder: Option<DecoderNetwork>,
}

impl Job {
    /// Seconds for its networks.
    fn seconds(&self) -> f64 {
        let running = self.items.iter().filter(|item| item.runs_network());
        if let Some(network) = &self.decoder {
            let classes: BTreeSet<CostClass> = running.clone().map(|item| item.call.proxy.class).collect();
            // Proxies of weights have no batch in their keys, and SynFlow passes no signal.
            let reads = |item: &&Item| {
                let protocol = &item.key.protocol;
                (protocol.signal != Signal::None, protocol.batch_size)
            };
            let protocol = running.max_by_key(reads).map(|item| &item.key.protocol);
            return protocol
                .map_or(0.0, |protocol: &Protocol| decoder_cost::seconds(network, &classes, protocol));
        }
        let classes: BTreeSet<(Reading, CostClass, Dtype)> =
            running.map(|item| (item.reading, item.call.proxy.class, item.key.protocol.dtype)).collect();
        let cost = |(_, class, dtype)| network_cost(class) * if dtype == Dtype::F64 { DOUBLE } else { 1 };
        classes.into_iter().map(cost).sum::<Duration>().as_secs_f64()
    }
}

/// What a request amounts to.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) jobs: Vec<Job>,
    /// Architectures of this request, finished ones included.
    pub architectures: usize,
    /// Scores that are stored already.
    pub stored: usize,
}

impl Plan {
    /// Lists the scores of a request that are not in `done`.
    pub fn new(benchmark: &Benchmark, request: &Request, done: &HashSet<ScoreKey>) -> Result<Self, RunError> {
        let mut plan = Self { jobs: Vec::new(), architectures: 0, stored: 0 };
        let selected = request.selection.places(benchmark)?;
        for index in selected.into_iter().filter(|&index| request.shard.owns(index)) {
            let entry = &benchmark.entries[index];
            plan.architectures += 1;
            let mut planned = HashSet::new();
            let mut items = Vec::new();
            for &reading in &request.readings {
                let wanted = request.protocol(reading);
                for call in &request.calls {
                    let key = ScoreKey::new(
                        benchmark.id(),
                        benchmark.sha256.clone(),
                        entry.id.clone(),
                        call.proxy.id(),
                        call.proxy.version,
                        call.params.clone(),
                        call.proxy.protocol(&wanted),
                    );
                    if !planned.insert(key.clone()) {
                        continue;
                    }
                    if done.contains(&key) {
                        plan.stored += 1;
                    } else {
                        items.push(Item { key, call: call.clone(), reading });
                    }
                }
            }
            if !items.is_empty() {
                // A network that cannot be built costs nothing; running it says why.
                let decoder = match &entry.architecture {
                    Architecture::Decoder(arch) => arch.network().ok(),
                    Architecture::Flexibert(_) | Architecture::Quarter(_) => None,
                };
                plan.jobs.push(Job { entry: index, items, decoder });
            }
        }
        Ok(plan)
    }

    /// Scores still to be computed.
    pub fn scores(&self) -> usize {
        self.jobs.iter().map(|job| job.items.len()).sum()
    }

    /// Architectures on which something is still to be computed.
    pub fn open_architectures(&self) -> usize {
        self.jobs.len()
    }

    /// Whether any planned score needs a network that is built and run.
    pub fn runs_networks(&self) -> bool {
        self.jobs.iter().flat_map(|job| &job.items).any(Item::runs_network)
    }

    /// A rough computing time on two threads: some milliseconds an architecture for the synced journal, and for each encoder
    /// what the proxies of each class in the plan were measured to take; decoders differ so much that their work is counted. Data-free
    /// proxies take microseconds.
    ///
    /// None for networks on a GPU, where nothing was measured yet.
    pub fn estimated_cost(&self, device: DeviceId) -> Option<Duration> {
        if device != DeviceId::Cpu && self.runs_networks() {
            return None;
        }
        let seconds: f64 = self.jobs.iter().map(|job| job.seconds() + JOURNAL).sum();
        Some(Duration::from_secs_f64(seconds))
    }
}

/// Seconds for the journal of an architecture.
const JOURNAL: f64 = 0.005;

/// How much longer double precision takes.
const DOUBLE: u32 = 3;

/// What all proxies of a class take on an encoder of the benchmarks, beside those of cheaper classes.
const fn network_cost(class: CostClass) -> Duration {
    Duration::from_millis(match class {
        CostClass::DataFree | CostClass::Published => 0,
        CostClass::Weights => 40,
        CostClass::Forward | CostClass::PerSample => 500,
        CostClass::Gradient => 950,
        CostClass::SecondOrder => 1150,
    })
}
