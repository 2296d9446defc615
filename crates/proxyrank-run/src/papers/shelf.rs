//! The stored scores that tables draw on, benchmark by benchmark.

use std::collections::BTreeMap;
use std::path::PathBuf;

use proxyrank_schema::{BenchmarkId, Params, ProxyName, Reading, ScoreRow, Signal, TimingRow};
use proxyrank_store::Store;

use crate::RunError;
use crate::audit::{self, Audited};
use crate::benchmark::Benchmark;
use crate::cost::latency;
use crate::cost::measured::{Cost, costs};
use crate::rank::{Origin, Rows, ScoreColumn, Slot, add_populations, columns, completed, usual};
use crate::standard::{SIGNAL, departures};

/// Where stored scores are read from.
#[derive(Debug, Clone)]
pub struct Stores {
    /// What was computed here.
    pub results: Store,
    /// The committed reference, which stands in for what was not.
    pub reference: Store,
}

impl Stores {
    /// Folder of the reference below the folder of results.
    pub const REFERENCE: &'static str = "reference";

    /// The results in a folder and the reference that lies in it, if there is one.
    pub fn open(root: impl Into<PathBuf>) -> Self {
        let results = Store::open(root);
        let reference = Store::open(results.root().join(Self::REFERENCE));
        Self { results, reference }
    }
}

/// A benchmark together with everything that is stored about it.
pub struct Stock {
    /// The benchmark.
    pub benchmark: Benchmark,
    sample: Vec<usize>,
    costs: Vec<Cost>,
    audits: BTreeMap<Reading, Vec<Audited>>,
    every: BTreeMap<Reading, Vec<ScoreColumn>>,
    usual: BTreeMap<Reading, Vec<ScoreColumn>>,
}

impl Stock {
    /// Reads what is stored about a benchmark.
    pub fn read(mut benchmark: Benchmark, stores: &Stores) -> Result<Self, RunError> {
        let own = Stored::read(&benchmark, &stores.results, Origin::Results)?;
        let reference = Stored::read(&benchmark, &stores.reference, Origin::Reference)?;
        if benchmark.info.metrics.contains(&latency::METRIC) {
            let times = latency::forward_ms(&benchmark, own.timings.iter().chain(&reference.timings));
            benchmark.add_truth(latency::METRIC, &times);
        }
        let readings = benchmark.info.readings;
        let merged = |reading| {
            completed(
                columns(&benchmark, reading, own.rows()),
                columns(&benchmark, reading, reference.rows()),
            )
        };
        let mut every: BTreeMap<Reading, Vec<ScoreColumn>> =
            readings.iter().map(|&reading| (reading, merged(reading))).collect();
        let sample = audit::sample(&benchmark)?;
        let costs = costs(&benchmark, own.timings.iter().chain(&reference.timings));
        let mut audits = BTreeMap::new();
        for (&reading, columns) in &mut every {
            let audited = audit::judge(benchmark.info, &sample, columns);
            for column in columns.iter_mut() {
                let of = audited.iter().find(|audited| audited.is_of(benchmark.info, column));
                column.audit = of.and_then(|audited| audited.verdict);
            }
            // Behind the audit: ranks among a sample are no ranks among the benchmark.
            add_populations(columns);
            audits.insert(reading, audited);
        }
        let usual = every.iter().map(|(&reading, columns)| {
            let mut tabled = columns.clone();
            tabled.retain(|column| !is_audit_only(column, &sample));
            (reading, usual(&benchmark, &tabled))
        });
        let usual = usual.collect();
        Ok(Self { benchmark, sample, costs, audits, every, usual })
    }

    /// The columns of a reading's table; none for a reading that the benchmark does not have.
    pub fn columns(&self, reading: Reading) -> &[ScoreColumn] {
        self.usual.get(&reading).map_or(&[], Vec::as_slice)
    }

    /// All columns of a reading, under whatever protocol.
    pub fn every_column(&self, reading: Reading) -> &[ScoreColumn] {
        self.every.get(&reading).map_or(&[], Vec::as_slice)
    }

    /// What proxies cost, by every stored timing under the standard protocol.
    pub fn costs(&self) -> &[Cost] {
        &self.costs
    }

    /// The architectures on which scores are audited, as places in the benchmark.
    pub fn sample(&self) -> &[usize] {
        &self.sample
    }

    /// What the numerical audit says of every score of a reading.
    pub fn audits(&self, reading: Reading) -> &[Audited] {
        self.audits.get(&reading).map_or(&[], Vec::as_slice)
    }

    /// The scores of one proxy at its default parameters, newest version, under the standard protocol.
    pub fn column(&self, proxy: &ProxyName, reading: Reading) -> Option<&ScoreColumn> {
        self.column_under(proxy, reading, SIGNAL)
    }

    /// The same under a signal, if the proxy back-propagates one.
    pub fn column_under(&self, proxy: &ProxyName, reading: Reading, signal: Signal) -> Option<&ScoreColumn> {
        // A released score has one protocol, whatever it is; of ours there may be several.
        let computed = proxyrank_proxies::find(proxy.as_str()).ok();
        let defaults = computed.map_or_else(Params::none, proxyrank_proxies::Proxy::default_params);
        let standard = |column: &ScoreColumn| {
            // A sample, such as the audit's, is no basis for a claim about the benchmark.
            computed.is_none()
                || (column.is_complete()
                    && [Signal::None, signal].contains(&column.protocol.signal)
                    && departures(self.benchmark.info, &column.protocol).is_empty())
        };
        self.columns(reading)
            .iter()
            .filter(|column| column.proxy == *proxy && column.params == defaults && standard(column))
            .filter(|column| column.slots.iter().any(|slot| *slot != Slot::Absent))
            .max_by_key(|column| column.version)
    }
}

/// Whether a column has no scores but those that the audit needs: no evaluation that could be completed, so no table misses
/// the others.
fn is_audit_only(column: &ScoreColumn, sample: &[usize]) -> bool {
    let evaluated = column.slots.iter().enumerate().filter(|(_, slot)| **slot != Slot::Absent);
    sample.len() < column.slots.len()
        && evaluated.map(|(place, _)| place).all(|place| sample.contains(&place))
}

/// Rows that a folder holds of one benchmark.
struct Stored {
    scores: Vec<ScoreRow>,
    timings: Vec<TimingRow>,
    origin: Origin,
}

impl Stored {
    fn read(benchmark: &Benchmark, store: &Store, origin: Origin) -> Result<Self, RunError> {
        let id = benchmark.id();
        Ok(Self { scores: store.scores(Some(&id))?, timings: store.timings(Some(&id))?, origin })
    }

    fn rows(&self) -> Rows<'_> {
        Rows { scores: &self.scores, timings: &self.timings, origin: self.origin }
    }
}

/// All benchmarks that a set of tables needs.
#[derive(Default)]
pub struct Shelf {
    stocks: BTreeMap<BenchmarkId, Stock>,
}

impl Shelf {
    /// Puts a benchmark on the shelf.
    pub fn add(&mut self, stock: Stock) {
        self.stocks.insert(stock.benchmark.id(), stock);
    }

    /// A benchmark, if it is on the shelf.
    pub fn get(&self, benchmark: &BenchmarkId) -> Option<&Stock> {
        self.stocks.get(benchmark)
    }

    /// All of them.
    pub fn stocks(&self) -> impl Iterator<Item = &Stock> {
        self.stocks.values()
    }
}
