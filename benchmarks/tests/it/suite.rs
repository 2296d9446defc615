//! The benches themselves.

use std::collections::HashSet;

use proxyrank_benchmarks::suite;
use proxyrank_proxies::{REGISTRY, Run};

#[test]
fn names_are_unique_and_every_proxy_has_a_bench() {
    let benches = suite::all();
    let ids: HashSet<String> = benches.iter().map(proxyrank_benchmarks::Bench::id).collect();
    assert_eq!(ids.len(), benches.len());
    let names: HashSet<&str> = benches.iter().map(|bench| bench.name.as_str()).collect();
    let computed = REGISTRY.iter().filter(|proxy| !matches!(proxy.run, Run::Population(_)));
    let missing: Vec<&str> = computed.map(|proxy| proxy.name).filter(|name| !names.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_checked_bench_runs() {
    for bench in suite::checked() {
        if let Err(error) = bench.start() {
            panic!("{}: {error}", bench.id());
        }
    }
}
