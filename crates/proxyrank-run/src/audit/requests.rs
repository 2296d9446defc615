//! What must be computed for an audit.

use proxyrank_proxies::{Axis, ProxyCall};
use proxyrank_schema::{Dtype, Reading, Signal};

use super::covers;
use crate::benchmark::BenchmarkInfo;
use crate::evaluate::{Request, Selection};
use crate::papers::Stock;
use crate::programme::OTHER_SEEDS;

/// The runs that audit proxies under some signals: the usual one, the one in double precision, the other seeds. Proxies that
/// back-propagate nothing are run under the first signal only, and closed forms not at all.
pub fn requests(
    info: &'static BenchmarkInfo,
    reading: Reading,
    signals: &[Signal],
    calls: &[ProxyCall],
) -> Vec<Request> {
    let uses = |call: &ProxyCall, axis| call.proxy.axes.uses(axis);
    let mut requests = Vec::new();
    for (index, &signal) in signals.iter().enumerate() {
        let mut calls = calls.to_vec();
        calls.retain(|call| {
            uses(call, Axis::InitSeed) || uses(call, Axis::DataSeed) || uses(call, Axis::Dtype)
        });
        calls.retain(|call| index == 0 || uses(call, Axis::Signal));
        let usual = Request {
            calls,
            readings: vec![reading],
            signal,
            selection: Selection::Audit,
            ..Request::of_classes(info, &[])
        };
        let mut double = Request { dtype: Dtype::F64, ..usual.clone() };
        double.calls.retain(|call| uses(call, Axis::Dtype));
        let seeded = OTHER_SEEDS.map(|seed| Request { init_seed: seed, data_seed: seed, ..usual.clone() });
        requests.extend([usual, double].into_iter().chain(seeded));
    }
    requests.retain(|request| !request.calls.is_empty());
    requests
}

/// What is left of requests when those scores are taken away that are stored for the whole sample, here or in the reference.
pub fn lacking(stock: &Stock, requests: Vec<Request>) -> Vec<Request> {
    let covered = |request: &Request, call: &ProxyCall| {
        request.readings.iter().all(|&reading| {
            let protocol = call.proxy.protocol(&request.protocol(reading));
            stock.every_column(reading).iter().any(|column| {
                column.proxy.as_str() == call.proxy.name
                    && column.version == call.proxy.version
                    && column.params == call.params
                    && column.protocol == protocol
                    && covers(column, stock.sample())
            })
        })
    };
    let open = |mut request: Request| {
        let calls = std::mem::take(&mut request.calls);
        request.calls = calls.into_iter().filter(|call| !covered(&request, call)).collect();
        request
    };
    requests.into_iter().map(open).filter(|request| !request.calls.is_empty()).collect()
}
