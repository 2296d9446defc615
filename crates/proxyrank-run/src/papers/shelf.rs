//! The stored scores that tables draw on, benchmark by benchmark.

use std::collections::BTreeMap;

use proxyrank_schema::{BenchmarkId, Params, ProxyName, Reading};
use proxyrank_store::Store;

use crate::RunError;
use crate::benchmark::Benchmark;
use crate::rank::{ScoreColumn, Slot, columns};

/// A benchmark together with everything that is stored about it.
pub struct Stock {
    /// The benchmark.
    pub benchmark: Benchmark,
    columns: BTreeMap<Reading, Vec<ScoreColumn>>,
}

impl Stock {
    /// Reads what is stored about a benchmark.
    pub fn read(benchmark: Benchmark, store: &Store) -> Result<Self, RunError> {
        let id = benchmark.id();
        let (scores, timings) = (store.scores(Some(&id))?, store.timings(Some(&id))?);
        let readings = benchmark.info.readings.iter();
        let columns =
            readings.map(|&reading| (reading, columns(&benchmark, reading, &scores, &timings))).collect();
        Ok(Self { benchmark, columns })
    }

    /// The columns of a reading's table; none for a reading that the benchmark does not have.
    pub fn columns(&self, reading: Reading) -> &[ScoreColumn] {
        self.columns.get(&reading).map_or(&[], Vec::as_slice)
    }

    /// The scores of one proxy at its default parameters, newest version, at the benchmark's own sequence length.
    pub fn column(&self, proxy: &ProxyName, reading: Reading) -> Option<&ScoreColumn> {
        // A released score has one protocol, whatever it is; of ours there may be several.
        let computed = proxyrank_proxies::find(proxy.as_str()).ok();
        let defaults = computed.map_or_else(Params::none, proxyrank_proxies::Proxy::default_params);
        let lengths = [0, self.benchmark.info.seq_len];
        let usual = |column: &ScoreColumn| computed.is_none() || lengths.contains(&column.protocol.seq_len);
        self.columns(reading)
            .iter()
            .filter(|column| column.proxy == *proxy && column.params == defaults && usual(column))
            .filter(|column| column.slots.iter().any(|slot| *slot != Slot::Absent))
            .max_by_key(|column| column.version)
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
