//! The table of branches of a benchmark.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use proxyrank_data::fetch::Locator;
use proxyrank_proxies::symbolic::{Input, Sampling};
use proxyrank_schema::Reading;
use proxyrank_search::lpzero::table::{BranchTable, Header, Record};

use crate::RunError;
use crate::benchmark::Benchmark;
use crate::evaluate::{Request, Runner};
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

/// Where a search works, and who follows.
pub struct Workplace<'a> {
    /// Where data come from.
    pub locator: &'a Locator,
    /// Where tables and runs are kept.
    pub folder: &'a Path,
    /// Who follows.
    pub watch: &'a dyn Watch,
    /// Who may stop it.
    pub stop: &'a Stop,
}

/// Seed of the samples.
const SAMPLE_SEED: u64 = 0;

/// Takes up the table of a request and computes what is missing.
pub(super) fn tabulate(
    benchmark: &Benchmark,
    (request, reading, sample): (&Request, Reading, usize),
    workplace: &Workplace<'_>,
) -> Result<Tabulated, RunError> {
    let &Workplace { locator, folder, watch, stop } = workplace;
    let protocol = format!("{:?}", request.protocol(reading));
    let (id, sha256) = (benchmark.id().to_string(), benchmark.sha256.clone());
    let header = Header::new(id, sha256, protocol, sample, SAMPLE_SEED);
    let mut table = BranchTable::open(folder, &header)?;
    let places = request.selection.places(benchmark)?;
    let missing: Vec<usize> = places.iter().copied().filter(|&place| !table.has(place)).collect();
    let started = Instant::now();
    let mut computed = 0;
    if !missing.is_empty() {
        let runner = Runner::new(request, locator, watch)?;
        // Equal networks draw equal weights and read the same batch, so one of them stands for all.
        let groups = benchmark.equivalents(reading)?;
        let mut known: BTreeMap<u32, usize> = BTreeMap::new();
        known.extend(places.iter().filter(|&&place| table.has(place)).map(|&place| (groups[place], place)));
        let inputs: BTreeSet<Input> = Input::ALL.iter().copied().collect();
        let sampling = Sampling::Elements { count: sample, seed: SAMPLE_SEED };
        let task = watch.task(&format!("{}: tabulate branches", benchmark.info.id), missing.len());
        for (done, &place) in missing.iter().enumerate() {
            if stop.asked() {
                let after = format!("after {done} of {} networks of the table", missing.len());
                return Err(RunError::Stopped { after });
            }
            let record = if let Some(record) = known.get(&groups[place]).and_then(|&twin| table.record(twin))
            {
                record.clone()
            } else {
                let entry = &benchmark.entries[place];
                let network = entry.architecture.network(reading);
                let network = network.map_err(RunError::space(benchmark.id(), &entry.id))?;
                computed += 1;
                Record::of(&runner.tensors(&network, &inputs, sampling)?)
            };
            table.insert(place, record)?;
            known.insert(groups[place], place);
            task.at(done + 1);
        }
    }
    Ok(Tabulated { table, name: header.name(), computed, took: started.elapsed(), places })
}
