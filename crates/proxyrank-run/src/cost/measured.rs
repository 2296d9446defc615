//! From stored timings to what a proxy costs.
//!
//! A timing holds what the proxy alone would cost: the passes that it needs and its own arithmetic. In a fused run that is a
//! charge, since one pass serves many proxies; in an isolated run the proxy really ran alone. Memory is the largest resident
//! set that the *process* had reached, so it belongs to a proxy only where the process ran nothing else; [`Cost::company`]
//! says how many proxies shared it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proxyrank_schema::{ArchId, Device, Params, Protocol, ProxyName, Reading, Timing, TimingRow};

use crate::benchmark::Benchmark;
use crate::standard::departures;

/// What one proxy costs under one protocol, timed in one way on one machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The proxy.
    pub proxy: ProxyName,
    /// Version of its implementation.
    pub version: u32,
    /// Its parameters.
    pub params: Params,
    /// Under which conditions.
    pub protocol: Protocol,
    /// Whether other proxies shared its passes.
    pub timing: Timing,
    /// Threads in use.
    pub threads: u32,
    /// The machine, as timings name it.
    pub machine_id: String,
    /// Networks that were timed.
    pub networks: usize,
    /// Wall-clock time for all of them, the proxy alone; the fastest run of each network counts.
    pub wall_ns: u64,
    /// The median over networks, which an interruption of the process hardly moves.
    pub median_ns: u64,
    /// Its own arithmetic, without the passes.
    pub own_ns: u64,
    /// Largest resident set of a process that timed it; 0 where the system did not tell.
    pub peak_rss_bytes: u64,
    /// The most proxies that a run which timed it computed, itself included.
    pub company: usize,
}

impl Cost {
    /// Mean wall-clock time for one network.
    pub fn mean_ns(&self) -> f64 {
        self.wall_ns as f64 / self.networks.max(1) as f64
    }

    /// Whether the process was held up so often that the mean says little: it is more than twice the median, which the sizes of a
    /// benchmark's networks do not explain.
    pub fn was_interrupted(&self) -> bool {
        self.mean_ns() > 2.0 * self.median_ns as f64
    }

    /// Whether it was timed on a GPU.
    pub fn is_gpu(&self) -> bool {
        self.protocol.device.0.starts_with("cuda")
    }

    /// What went through the network, such as `zipf, 16 x 128`.
    pub fn input(&self) -> String {
        let Protocol { input, batch_size, seq_len, .. } = &self.protocol;
        if *batch_size == 0 { input.to_string() } else { format!("{input}, {batch_size} x {seq_len}") }
    }
}

/// What makes two timings comparable.
type Group = (ProxyName, u32, Params, Protocol, Timing, u32, String);

/// Sums up the timings of a benchmark as it is now, under the standard protocol on whatever device, and of the newest version of
/// each proxy that was timed.
pub fn costs<'a>(benchmark: &Benchmark, timings: impl IntoIterator<Item = &'a TimingRow>) -> Vec<Cost> {
    let standard = |row: &&TimingRow| {
        let mut on_cpu = row.key.protocol.clone();
        if on_cpu.device != Device::none() {
            on_cpu.device = Device::cpu();
        }
        row.key.benchmark_sha256 == benchmark.sha256 && departures(benchmark.info, &on_cpu).is_empty()
    };
    let timings: Vec<&TimingRow> = timings.into_iter().filter(standard).collect();
    let mut newest: HashMap<&ProxyName, u32> = HashMap::new();
    let mut company: HashMap<&str, BTreeSet<&ProxyName>> = HashMap::new();
    for row in &timings {
        let version = newest.entry(&row.key.proxy).or_default();
        *version = row.key.proxy_version.max(*version);
        company.entry(&row.run_id).or_default().insert(&row.key.proxy);
    }
    let mut networks: BTreeMap<Group, BTreeMap<&ArchId, &TimingRow>> = BTreeMap::new();
    let mut process: BTreeMap<Group, (u64, usize)> = BTreeMap::new();
    for row in timings.iter().filter(|row| newest[&row.key.proxy] == row.key.proxy_version) {
        let group = group(row);
        let (peak, others) = process.entry(group.clone()).or_default();
        *peak = row.peak_rss_bytes.max(*peak);
        *others = company[row.run_id.as_str()].len().max(*others);
        let fastest = networks.entry(group).or_default().entry(&row.key.arch_id).or_insert(row);
        if row.wall_ns < fastest.wall_ns {
            *fastest = row;
        }
    }
    let cost = |(group, rows): (Group, BTreeMap<&ArchId, &TimingRow>)| {
        let (peak_rss_bytes, company) = process[&group];
        let mut times: Vec<u64> = rows.values().map(|row| row.wall_ns).collect();
        times.sort_unstable();
        let (proxy, version, params, protocol, timing, threads, machine_id) = group;
        Cost {
            proxy,
            version,
            params,
            protocol,
            timing,
            threads,
            machine_id,
            networks: rows.len(),
            wall_ns: times.iter().sum(),
            median_ns: times.get(times.len() / 2).copied().unwrap_or(0),
            own_ns: rows.values().map(|row| row.own_ns).sum(),
            peak_rss_bytes,
            company,
        }
    };
    networks.into_iter().map(cost).collect()
}

fn group(row: &TimingRow) -> Group {
    let key = &row.key;
    (
        key.proxy.clone(),
        key.proxy_version,
        key.params.clone(),
        key.protocol.clone(),
        row.timing,
        row.threads,
        row.machine_id.clone(),
    )
}

/// Where a time was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The processor, in a run that shared passes.
    Shared,
    /// The processor, alone.
    Alone,
    /// A GPU, in whatever way.
    Gpu,
}

/// The best-covered cost of a proxy at a place; the least one of equals.
pub fn best<'a>(costs: impl IntoIterator<Item = &'a Cost>, place: Place) -> Option<&'a Cost> {
    let here = |cost: &&Cost| match place {
        Place::Gpu => cost.is_gpu(),
        Place::Shared => !cost.is_gpu() && cost.timing == Timing::Fused,
        Place::Alone => !cost.is_gpu() && cost.timing == Timing::Isolated,
    };
    let candidates = costs.into_iter().filter(here);
    candidates.max_by(|a, b| a.networks.cmp(&b.networks).then(b.mean_ns().total_cmp(&a.mean_ns())))
}

/// Whether a cost belongs to a reading: it was taken on its networks, or on none.
pub fn is_of(cost: &Cost, reading: Reading) -> bool {
    [reading, Reading::None].contains(&cost.protocol.reading)
}
