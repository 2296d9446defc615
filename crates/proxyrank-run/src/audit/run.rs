//! Carrying out an audit: compute what nobody has, then judge.

use proxyrank_data::fetch::Locator;
use proxyrank_proxies::ProxyCall;
use proxyrank_schema::{CostClass, Reading, Signal};

use super::judge::{Audited, audited};
use super::requests::{lacking, requests};
use crate::RunError;
use crate::benchmark::{Benchmark, BenchmarkInfo};
use crate::evaluate::{Request, evaluate};
use crate::papers::{Stock, Stores};
use crate::watch::{Stop, Watch};

/// What is to be audited.
#[derive(Debug, Clone)]
pub struct Audit {
    /// Which proxies.
    pub calls: Vec<ProxyCall>,
    /// On which networks.
    pub readings: Vec<Reading>,
    /// What gradient proxies back-propagate, one audit each.
    pub signals: Vec<Signal>,
}

impl Audit {
    /// The proxies of an audit that names none: those that run a network, but for second order, which takes as long as all
    /// others together; closed forms where a benchmark has nothing else.
    pub fn usual_calls(info: &'static BenchmarkInfo) -> Vec<ProxyCall> {
        let of = |classes: &[CostClass]| Request::of_classes(info, classes).calls;
        let networks =
            of(&[CostClass::Weights, CostClass::Forward, CostClass::Gradient, CostClass::PerSample]);
        if networks.is_empty() { of(&[CostClass::DataFree]) } else { networks }
    }

    /// The runs that are still to be made: what neither the results nor the reference have for the whole sample.
    pub fn open(&self, stock: &Stock) -> Vec<Request> {
        let info = stock.benchmark.info;
        let all =
            self.readings.iter().flat_map(|&reading| requests(info, reading, &self.signals, &self.calls));
        lacking(stock, all.collect())
    }

    /// The scores that it is about, judged by what is stored, reading by reading.
    pub fn judged(&self, stock: &Stock) -> Vec<(Reading, Vec<Audited>)> {
        let wanted = |audited: &Audited| {
            let signal = audited.protocol.signal;
            (signal == Signal::None || self.signals.contains(&signal))
                && self
                    .calls
                    .iter()
                    .any(|call| call.proxy.name == audited.proxy.as_str() && call.params == audited.params)
        };
        let of = |reading| audited(stock, reading).into_iter().filter(wanted).collect();
        self.readings.iter().map(|&reading| (reading, of(reading))).collect()
    }
}

/// Makes the open runs of an audit and stores their scores in the results; returns everything that is stored then.
pub fn numeric(
    benchmark: Benchmark,
    audit: &Audit,
    stores: &Stores,
    locator: &Locator,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<Stock, RunError> {
    let stock = Stock::read(benchmark, stores)?;
    let open = audit.open(&stock);
    if open.is_empty() {
        return Ok(stock);
    }
    let store = &stores.results;
    store.put_truth(&stock.benchmark.id(), &stock.benchmark.truth_rows())?;
    for request in &open {
        evaluate(&stock.benchmark, request, locator, store, watch, stop)?;
    }
    Stock::read(stock.benchmark, stores)
}
