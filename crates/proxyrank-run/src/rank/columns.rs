//! From stored rows to one column of scores for each proxy.

use std::collections::BTreeMap;

use proxyrank_proxies::find as find_proxy;
use proxyrank_proxies::published::{PublishedProxy, published};
use proxyrank_schema::{
    CostClass, Direction, Params, Protocol, ProxyName, Reading, ScoreKey, ScoreRow, TimingRow,
};

use crate::benchmark::Benchmark;

/// Baselines that every proxy must beat before its cost is worth a thought.
pub const BASELINES: &[&str] = &[
    "num_layers",
    "hidden_times_layers",
    "layers_then_hidden",
    "layers_hidden_params",
    "num_parameters",
    "num_parameters_body",
    "flops",
];

/// What is known of one architecture under one proxy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Slot {
    /// Not evaluated.
    Absent,
    /// Evaluated, without a finite score.
    Failed,
    /// Its score.
    Score(f64),
}

impl Slot {
    /// The score, if there is one.
    pub fn score(self) -> Option<f64> {
        if let Self::Score(score) = self { Some(score) } else { None }
    }
}

/// The scores of one proxy under one protocol, one for each architecture of the benchmark.
#[derive(Debug, Clone)]
pub struct ScoreColumn {
    /// The proxy.
    pub proxy: ProxyName,
    /// Version of its implementation.
    pub version: u32,
    /// Its parameters.
    pub params: Params,
    /// Under which conditions.
    pub protocol: Protocol,
    /// How it is called in tables: the proxy, and whatever tells it from other columns of the same proxy.
    pub label: String,
    /// Which end is the good one.
    pub direction: Direction,
    /// What it costs.
    pub class: CostClass,
    /// The scores in the benchmark's order.
    pub slots: Vec<Slot>,
    /// Median time for one architecture, had the proxy run alone, in nanoseconds.
    pub wall_ns: Option<u64>,
}

impl ScoreColumn {
    /// Whether it is one of the [`BASELINES`].
    pub fn is_baseline(&self) -> bool {
        BASELINES.contains(&self.proxy.as_str())
    }
}

/// What distinguishes one column from another.
type ColumnKey = (ProxyName, u32, Params, Protocol);

/// The columns that a reading's table has: proxies computed under it, and those that look at no network.
pub fn columns(
    benchmark: &Benchmark,
    reading: Reading,
    scores: &[ScoreRow],
    timings: &[TimingRow],
) -> Vec<ScoreColumn> {
    let index: BTreeMap<&str, usize> =
        benchmark.entries.iter().enumerate().map(|(i, entry)| (entry.id.as_str(), i)).collect();
    let mut columns: BTreeMap<ColumnKey, ScoreColumn> = BTreeMap::new();
    for row in scores.iter().filter(|row| belongs(benchmark, reading, &row.key)) {
        let (Some(&place), Some((direction, class))) =
            (index.get(row.key.arch_id.as_str()), meaning(benchmark, &row.key.proxy))
        else {
            continue;
        };
        let column = columns.entry(column_key(&row.key)).or_insert_with(|| ScoreColumn {
            proxy: row.key.proxy.clone(),
            version: row.key.proxy_version,
            params: row.key.params.clone(),
            protocol: row.key.protocol.clone(),
            label: row.key.proxy.to_string(),
            direction,
            class,
            slots: vec![Slot::Absent; benchmark.entries.len()],
            wall_ns: None,
        });
        column.slots[place] = row.outcome.score.map_or(Slot::Failed, Slot::Score);
    }
    add_times(&mut columns, timings);
    let mut columns: Vec<ScoreColumn> = columns.into_values().collect();
    tell_apart(&mut columns);
    columns
}

/// Whether a row belongs to the benchmark as it is now, and to the reading.
fn belongs(benchmark: &Benchmark, reading: Reading, key: &ScoreKey) -> bool {
    key.benchmark_sha256 == benchmark.sha256
        && key.benchmark.as_str() == benchmark.info.id
        && [reading, Reading::None].contains(&key.protocol.reading)
}

fn column_key(key: &ScoreKey) -> ColumnKey {
    (key.proxy.clone(), key.proxy_version, key.params.clone(), key.protocol.clone())
}

/// Direction and cost class of a computed or a published proxy. A name that this version does not know has neither,
/// and its rows stay out of tables.
fn meaning(benchmark: &Benchmark, proxy: &ProxyName) -> Option<(Direction, CostClass)> {
    if let Ok(proxy) = find_proxy(proxy.as_str()) {
        return Some((proxy.direction, proxy.class));
    }
    // One name may stand for files with opposite signs on two benchmarks.
    let named = |p: &&PublishedProxy| p.name == proxy.as_str() && p.benchmark == benchmark.info.id;
    let published = published().find(named)?;
    Some((published.direction, CostClass::Published))
}

fn add_times(columns: &mut BTreeMap<ColumnKey, ScoreColumn>, timings: &[TimingRow]) {
    let mut times: BTreeMap<ColumnKey, Vec<u64>> = BTreeMap::new();
    for row in timings {
        times.entry(column_key(&row.key)).or_default().push(row.wall_ns);
    }
    for (key, mut times) in times {
        if let Some(column) = columns.get_mut(&key) {
            times.sort_unstable();
            column.wall_ns = times.get(times.len() / 2).copied();
        }
    }
}

/// Gives columns of the same proxy labels that differ.
fn tell_apart(columns: &mut [ScoreColumn]) {
    let mut count: BTreeMap<ProxyName, usize> = BTreeMap::new();
    for column in columns.iter() {
        *count.entry(column.proxy.clone()).or_default() += 1;
    }
    for column in columns.iter_mut().filter(|column| count[&column.proxy] > 1) {
        let mut parts = Vec::new();
        if !column.params.is_empty() {
            parts.push(column.params.to_string());
        }
        if column.protocol.seq_len > 0 {
            parts.push(format!("seq {}", column.protocol.seq_len));
        }
        parts.push(format!("v{}", column.version));
        column.label = format!("{} ({})", column.proxy, parts.join(", "));
    }
}
