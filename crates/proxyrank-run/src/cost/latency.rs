//! How fast the networks themselves are: a ground truth that nobody trained for.
//!
//! A search wants networks that are good and fast, so latency stands beside quality among the targets. The decoder sets
//! bring theirs; for the encoders it follows from stored timings. A run charges every proxy for what it needs: one that reads the
//! forward pass for weights and pass, one that reads weights for weights alone. The difference within one run, for one
//! network, is the pass, with what it records on its way for the run's proxies. It belongs to the machine, the batch and the
//! length that were timed; only its order is compared.

use std::collections::{BTreeMap, HashMap};

use proxyrank_proxies::find;
use proxyrank_schema::{ArchId, CostClass, Device, Reading, Timing, TimingRow};

use crate::benchmark::{Benchmark, BenchmarkInfo, Metric};
use crate::standard::departures;

/// The metric that latencies stand under.
pub const METRIC: Metric = Metric { name: "cpu_ms", higher_is_better: false };

/// A machine with its threads: times of two are not compared.
type Machine<'a> = (&'a str, u32);

/// What one run says of one network: the least charge for weights and a pass, and the least for weights alone.
#[derive(Default)]
struct Charges {
    pass: Option<u64>,
    weights: Option<u64>,
}

/// Milliseconds of one forward pass of every network on the processor, under the standard protocol and the benchmark's first
/// reading; the fastest of several runs counts. Empty where no machine timed them all.
pub fn forward_ms<'a>(
    benchmark: &Benchmark,
    timings: impl IntoIterator<Item = &'a TimingRow>,
) -> BTreeMap<ArchId, f64> {
    let mut charges: HashMap<(Machine<'a>, &'a str, &'a ArchId), Charges> = HashMap::new();
    for row in timings {
        let Some(class) = of_interest(benchmark, row) else { continue };
        let run = ((row.machine_id.as_str(), row.threads), row.run_id.as_str(), &row.key.arch_id);
        let charges = charges.entry(run).or_default();
        let slot = if class == CostClass::Forward { &mut charges.pass } else { &mut charges.weights };
        let stages = row.wall_ns.saturating_sub(row.own_ns);
        *slot = Some(slot.map_or(stages, |known| known.min(stages)));
    }
    let mut machines: BTreeMap<Machine<'a>, BTreeMap<ArchId, f64>> = BTreeMap::new();
    for ((machine, _, arch), Charges { pass, weights }) in charges {
        let (Some(pass), Some(weights)) = (pass, weights) else { continue };
        if pass <= weights {
            continue;
        }
        let milliseconds = (pass - weights) as f64 / 1e6;
        let fastest = machines.entry(machine).or_default().entry(arch.clone()).or_insert(milliseconds);
        *fastest = fastest.min(milliseconds);
    }
    let whole =
        |times: &BTreeMap<ArchId, f64>| benchmark.entries.iter().all(|entry| times.contains_key(&entry.id));
    machines.into_values().find(whole).unwrap_or_default()
}

/// The class of a timing that says something about the pass: one of the benchmark as it is, taken in a shared run under the
/// standard protocol.
fn of_interest(benchmark: &Benchmark, row: &TimingRow) -> Option<CostClass> {
    let info: &BenchmarkInfo = benchmark.info;
    let protocol = &row.key.protocol;
    let here = row.key.benchmark_sha256 == benchmark.sha256
        && row.timing == Timing::Fused
        && info.readings.first() == Some(&protocol.reading)
        && protocol.reading != Reading::None
        && [Device::cpu(), Device::none()].contains(&protocol.device)
        && departures(info, protocol).is_empty();
    let class = find(row.key.proxy.as_str()).ok().filter(|_| here)?.class;
    [CostClass::Forward, CostClass::Weights].contains(&class).then_some(class)
}
