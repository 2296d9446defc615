//! The table of branches of a benchmark.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use proxyrank_data::fetch::Locator;
use proxyrank_proxies::symbolic::{Input, Sampling};
use proxyrank_search::lpzero::table::{BranchTable, Header, Record};

use super::LpzeroRequest;
use crate::RunError;
use crate::benchmark::Benchmark;
use crate::evaluate::Runner;
use crate::watch::{Stop, Watch};

/// A finished table.
#[derive(Debug)]
pub(super) struct Tabulated {
    pub(super) table: BranchTable,
    /// The name of its file.
    pub(super) name: String,
    /// Networks that were computed now, and how long that took.
    pub(super) computed: usize,
    pub(super) took: Duration,
    /// Places in the benchmark that it has, ascending.
    pub(super) places: Vec<usize>,
}

/// Seed of the samples.
const SAMPLE_SEED: u64 = 0;

/// Takes up the table of a request and computes what is missing.
pub(super) fn tabulate(
    benchmark: &Benchmark,
    request: &LpzeroRequest,
    locator: &Locator,
    folder: &Path,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<Tabulated, RunError> {
    let protocol = format!("{:?}", request.protocol.protocol(request.reading));
    let (id, sha256) = (benchmark.id().to_string(), benchmark.sha256.clone());
    let header = Header::new(id, sha256, protocol, request.sample, SAMPLE_SEED);
    let mut table = BranchTable::open(folder, &header)?;
    let places = request.protocol.selection.places(benchmark)?;
    let missing: Vec<usize> = places.iter().copied().filter(|&place| !table.has(place)).collect();
    let started = Instant::now();
    if !missing.is_empty() {
        let runner = Runner::new(&request.protocol, locator, watch)?;
        let inputs: BTreeSet<Input> = Input::ALL.iter().copied().collect();
        let sampling = Sampling::Elements { count: request.sample, seed: SAMPLE_SEED };
        let task = watch.task("tabulate branches", missing.len());
        for (done, &place) in missing.iter().enumerate() {
            if stop.asked() {
                let after = format!("after {done} of {} networks of the table", missing.len());
                return Err(RunError::Stopped { after });
            }
            let entry = &benchmark.entries[place];
            let network = entry.architecture.network(request.reading);
            let network = network.map_err(RunError::space(benchmark.id(), &entry.id))?;
            table.insert(place, Record::of(&runner.tensors(&network, &inputs, sampling)?))?;
            task.at(done + 1);
        }
    }
    Ok(Tabulated { table, name: header.name(), computed: missing.len(), took: started.elapsed(), places })
}
