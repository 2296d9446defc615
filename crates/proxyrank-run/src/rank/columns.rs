//! From stored rows to one column of scores for each proxy.

use std::collections::{BTreeMap, BTreeSet};

use proxyrank_proxies::find as find_proxy;
use proxyrank_proxies::published::{PublishedProxy, published};
use proxyrank_schema::{
    ArchId, CostClass, Direction, Params, Protocol, ProxyName, Reading, ScoreKey, ScoreRow, Signal, Timing,
    TimingRow,
};

use super::population::is_population;
use crate::audit::Verdict;
use crate::benchmark::Benchmark;
use crate::standard::departures;

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

/// Where scores come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The results folder: computed here, or released by others and stored.
    Results,
    /// The committed reference.
    Reference,
    /// A submission.
    Submission(Made),
}

/// What the scores of a submission are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// Each of its architecture alone.
    OfScores,
    /// Of ranks among the architectures of the benchmark.
    OfRanks,
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
    /// Both times, where networks were timed with the proxy among others and alone.
    pub timed_twice: Option<TimedTwice>,
    /// Where the scores come from.
    pub origin: Origin,
    /// What the numerical audit says of them; none where they were not audited.
    pub audit: Option<Verdict>,
}

/// Median times of networks on which a proxy was timed in both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimedTwice {
    /// How many networks.
    pub networks: usize,
    /// What the fused run says that the proxy would cost alone, in nanoseconds.
    pub fused_ns: u64,
    /// What it cost alone, in nanoseconds.
    pub isolated_ns: u64,
}

impl ScoreColumn {
    /// Whether it is one of the [`BASELINES`].
    pub fn is_baseline(&self) -> bool {
        BASELINES.contains(&self.proxy.as_str())
    }

    /// Whether every architecture was evaluated.
    pub fn is_complete(&self) -> bool {
        self.covered() == self.slots.len()
    }

    /// How many architectures were evaluated.
    fn covered(&self) -> usize {
        self.slots.iter().filter(|slot| **slot != Slot::Absent).count()
    }

    pub(crate) fn key(&self) -> ColumnKey {
        (self.proxy.clone(), self.version, self.params.clone(), self.protocol.clone())
    }
}

/// What distinguishes one column from another.
pub(crate) type ColumnKey = (ProxyName, u32, Params, Protocol);

/// Rows of one results folder.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Scores.
    pub scores: &'a [ScoreRow],
    /// What they cost.
    pub timings: &'a [TimingRow],
    /// Which folder.
    pub origin: Origin,
}

/// All columns of a reading: proxies computed under it, under whatever protocol, and those that look at no network.
pub fn columns(benchmark: &Benchmark, reading: Reading, rows: Rows<'_>) -> Vec<ScoreColumn> {
    let Rows { scores, timings, origin } = rows;
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
            timed_twice: None,
            origin,
            audit: None,
        });
        column.slots[place] = row.outcome.score.map_or(Slot::Failed, Slot::Score);
    }
    add_times(&mut columns, timings);
    columns.into_values().collect()
}

/// Columns of our own, and those of the reference that are not here, or cover more architectures.
pub fn completed(own: Vec<ScoreColumn>, reference: Vec<ScoreColumn>) -> Vec<ScoreColumn> {
    let mut all: BTreeMap<ColumnKey, ScoreColumn> =
        own.into_iter().map(|column| (column.key(), column)).collect();
    for column in reference {
        let key = column.key();
        if all.get(&key).is_none_or(|own| own.covered() < column.covered()) {
            all.insert(key, column);
        }
    }
    all.into_values().collect()
}

/// The columns that a table shows: of every proxy those under the standard protocol, or all that there are where none
/// is; labelled so that they differ.
pub fn usual(benchmark: &Benchmark, columns: &[ScoreColumn]) -> Vec<ScoreColumn> {
    let is_standard = |column: &ScoreColumn| {
        column.class == CostClass::Published || departures(benchmark.info, &column.protocol).is_empty()
    };
    let standard: BTreeSet<&ProxyName> =
        columns.iter().filter(|column| is_standard(column)).map(|column| &column.proxy).collect();
    let shown = columns.iter().filter(|column| is_standard(column) || !standard.contains(&column.proxy));
    let mut shown: Vec<ScoreColumn> = shown.cloned().collect();
    tell_apart(benchmark, &mut shown);
    shown
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

/// Times of one network: fused and isolated.
type Times = (Option<u64>, Option<u64>);

fn add_times(columns: &mut BTreeMap<ColumnKey, ScoreColumn>, timings: &[TimingRow]) {
    let mut times: BTreeMap<ColumnKey, BTreeMap<&ArchId, Times>> = BTreeMap::new();
    for row in timings {
        let times = times.entry(column_key(&row.key)).or_default().entry(&row.key.arch_id).or_default();
        let slot = match row.timing {
            Timing::Fused => &mut times.0,
            Timing::Isolated => &mut times.1,
        };
        *slot = Some(slot.map_or(row.wall_ns, |known| known.min(row.wall_ns)));
    }
    for (key, times) in times {
        let Some(column) = columns.get_mut(&key) else { continue };
        let both: Vec<(u64, u64)> =
            times.values().filter_map(|(fused, isolated)| fused.zip(*isolated)).collect();
        let fused = median(times.values().filter_map(|times| times.0).collect());
        column.wall_ns = fused.or_else(|| median(times.values().filter_map(|times| times.1).collect()));
        let medians = median(both.iter().map(|times| times.0).collect())
            .zip(median(both.iter().map(|times| times.1).collect()));
        column.timed_twice =
            medians.map(|(fused_ns, isolated_ns)| TimedTwice { networks: both.len(), fused_ns, isolated_ns });
    }
}

fn median(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

/// Gives columns of the same proxy labels that differ, and says of which ones the scores depend on the population.
fn tell_apart(benchmark: &Benchmark, columns: &mut [ScoreColumn]) {
    let mut count: BTreeMap<ProxyName, usize> = BTreeMap::new();
    for column in columns.iter() {
        *count.entry(column.proxy.clone()).or_default() += 1;
    }
    let marked: Vec<usize> =
        (0..columns.len()).filter(|&i| count[&columns[i].proxy] > 1 || is_population(&columns[i])).collect();
    let versions: BTreeSet<(ProxyName, u32)> =
        columns.iter().map(|column| (column.proxy.clone(), column.version)).collect();
    for index in marked {
        let column = &columns[index];
        let mut parts = Vec::new();
        if is_population(column) {
            parts.push("population".to_owned());
        }
        if column.protocol.signal != Signal::None {
            parts.push(column.protocol.signal.to_string());
        }
        if !column.params.is_empty() {
            parts.push(column.params.to_string());
        }
        parts.extend(departures(benchmark.info, &column.protocol));
        if versions.iter().filter(|(proxy, _)| *proxy == column.proxy).count() > 1 {
            parts.push(format!("v{}", column.version));
        }
        columns[index].label = format!("{} ({})", column.proxy, parts.join(", "));
    }
}

/// Columns for tests.
#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A column that computes nothing: a label, and scores of which those that are none have failed.
    pub(crate) fn column(label: &str, scores: &[Option<f64>]) -> ScoreColumn {
        ScoreColumn {
            proxy: label.into(),
            version: 1,
            params: Params::none(),
            protocol: Protocol::none(),
            label: label.to_owned(),
            direction: Direction::HigherIsBetter,
            class: CostClass::DataFree,
            slots: scores.iter().map(|score| score.map_or(Slot::Failed, Slot::Score)).collect(),
            wall_ns: None,
            timed_twice: None,
            origin: Origin::Results,
            audit: None,
        }
    }
}
