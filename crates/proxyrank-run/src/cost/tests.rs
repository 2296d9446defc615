//! Invented timings, and the files of published times as they are.

use std::collections::{BTreeMap, BTreeSet};

use proxyrank_report::Verdict;
use proxyrank_schema::{CostClass, Device, Protocol, Reading, ScoreKey, Signal, Timing, TimingRow};

use super::measured::{Place, best, costs};
use super::published::{machines, parse_times, times};
use super::{claims, latency};
use crate::benchmark::{Benchmark, find};
use crate::papers::Shelf;
use crate::standard;

fn benchmark() -> Benchmark {
    Benchmark {
        info: find(&"flexibert".into()).unwrap(),
        sha256: "0".repeat(64),
        entries: Vec::new(),
        trainings: Vec::new(),
        warnings: Vec::new(),
    }
}

/// A timing of W-PCA on an architecture, in nanoseconds.
fn timing(arch: &str, timing: Timing, wall_ns: u64, run: &str) -> TimingRow {
    let record = proxyrank_proxies::find("w_pca").unwrap();
    let standard = standard::protocol(benchmark().info, Reading::AsTrained, Signal::None);
    let key = ScoreKey::new(
        "flexibert".into(),
        "0".repeat(64),
        arch.into(),
        "w_pca".into(),
        record.version,
        record.default_params(),
        record.protocol(&standard),
    );
    TimingRow {
        key,
        timing,
        threads: 2,
        machine_id: "m".into(),
        build_profile: "dev".into(),
        wall_ns,
        own_ns: wall_ns / 10,
        peak_rss_bytes: wall_ns * 100,
        tool_version: "0.1.0".into(),
        run_id: run.into(),
        started_at: "2026-01-01T00:00:00Z".into(),
    }
}

#[test]
fn the_fastest_run_of_each_network_counts_and_ways_of_timing_stay_apart() {
    let mut other = timing("0", Timing::Fused, 1, "shared");
    other.key.proxy = "v_pca".into();
    let rows = [
        timing("0", Timing::Fused, 40, "shared"),
        timing("0", Timing::Fused, 30, "shared"),
        timing("1", Timing::Fused, 50, "shared"),
        timing("0", Timing::Isolated, 20, "alone"),
        other,
    ];
    let found = costs(&benchmark(), &rows);
    let of = |place| best(found.iter().filter(|cost| cost.proxy.as_str() == "w_pca"), place).unwrap();
    let (shared, alone) = (of(Place::Shared), of(Place::Alone));
    assert_eq!((shared.networks, shared.wall_ns, shared.own_ns), (2, 80, 8));
    assert!((shared.mean_ns() - 40.0).abs() < 1e-12 && !shared.was_interrupted());
    // The process' peak, and how many proxies shared it.
    assert_eq!((shared.peak_rss_bytes, shared.company), (5000, 2));
    assert_eq!((alone.networks, alone.company), (1, 1));
    assert_eq!(best(&found, Place::Gpu), None);
    assert_eq!(shared.input(), "zipf, 16 x 128");
}

#[test]
fn a_process_that_was_held_up_is_recognised() {
    let mut rows: Vec<TimingRow> =
        (0..9).map(|arch: u64| timing(&arch.to_string(), Timing::Fused, 10 + arch % 3, "shared")).collect();
    rows.push(timing("9", Timing::Fused, 400, "shared"));
    let found = costs(&benchmark(), &rows);
    assert!(found[0].median_ns == 11 && found[0].was_interrupted(), "{found:?}");
}

#[test]
fn a_gpu_is_a_place_of_its_own_and_other_protocols_do_not_count() {
    let mut gpu = timing("0", Timing::Fused, 7, "gpu");
    gpu.key.protocol.device = Device("cuda:0".into());
    let mut small = timing("1", Timing::Fused, 1, "small");
    small.key.protocol = Protocol { batch_size: 4, ..small.key.protocol };
    let mut elsewhere = timing("2", Timing::Fused, 1, "old");
    elsewhere.key.benchmark_sha256 = "1".repeat(64);
    let mut old = timing("3", Timing::Fused, 1, "old");
    old.key.proxy_version = 0;
    let found = costs(&benchmark(), &[gpu, small, elsewhere, old]);
    assert_eq!(found.len(), usize::from(proxyrank_proxies::find("w_pca").unwrap().version > 0));
    assert_eq!(best(&found, Place::Gpu).map(|cost| cost.wall_ns), Some(7));
    assert_eq!(best(&found, Place::Shared), None);
}

#[test]
fn published_times_name_what_exists() {
    for time in times().unwrap() {
        assert!(proxyrank_proxies::papers::paper(&time.paper).is_some(), "{}", time.label);
        assert!(!time.hardware.is_empty() && !time.source.is_empty(), "{}", time.label);
        if let Some(counterpart) = time.counterpart() {
            assert!(proxyrank_proxies::find(counterpart.proxy.as_str()).is_ok(), "{}", time.label);
            find(counterpart.benchmark).unwrap().reading(Some(counterpart.reading)).unwrap();
        }
    }
    assert!(machines().unwrap().keys().all(|id| id.len() == 16));
}

#[test]
fn a_wrong_file_is_named_with_the_time() {
    let text = |rest: &str| {
        format!(
            "[[times]]\nlabel = \"A\"\nwhat = \"w\"\nhardware = \"h\"\ninput = \"i\"\npaper = \"p\"\nsource = \"s\"\n\
             provenance = \"printed\"\n{rest}"
        )
    };
    let error = |rest: &str| parse_times(&text(rest)).unwrap_err().to_string();
    assert_eq!(
        error("seconds = 0.0"),
        "benchmarks/costs/published.toml: `A`: a time must be above 0 seconds"
    );
    assert!(error("seconds = 1.0\nproxy = \"nsc\"").contains("also needs"));
    assert!(error("seconds = 1.0\nminutes = 2").contains("minutes"));
}

#[test]
fn times_of_other_hardware_neither_hold_nor_differ() {
    let claims = claims(&Shelf::default()).unwrap();
    let ids: BTreeSet<&str> = claims.iter().map(|claim| claim.id.as_str()).collect();
    assert!(ids.len() == claims.len() && claims.len() >= 7);
    for claim in &claims {
        let stages: BTreeMap<_, _> =
            claim.stages.iter().map(|(stage, found)| (stage, found.verdict)).collect();
        assert!(
            stages.len() == 1 && stages.values().all(|verdict| *verdict == Verdict::NotComparable),
            "{claim:?}"
        );
    }
    let nsc = claims.iter().find(|claim| claim.id == "published-times/nsc2026/nsc").unwrap();
    assert_eq!((nsc.published, nsc.digits), (Some(0.002), 3));
    assert!(proxyrank_proxies::find("nsc").unwrap().class == CostClass::DataFree);
}

#[test]
fn the_pass_is_what_a_run_charges_beyond_the_weights() {
    use crate::benchmark::Entry;
    use proxyrank_space::{Architecture, FlexibertArch, FlexibertLayer, Operation};
    let layer = FlexibertLayer { operation: Operation::Sdp, heads: 2, ffn_width: 512, ffn_count: 1 };
    let arch = FlexibertArch { hidden_size: 128, layers: vec![layer; 2] };
    let entry = |id: &str| Entry {
        id: id.into(),
        architecture: Architecture::Flexibert(arch.clone()),
        truth: BTreeMap::new(),
    };
    let two = Benchmark { entries: vec![entry("0"), entry("1")], ..benchmark() };
    let row = |proxy: &str, arch: &str, wall_ns: u64, run: &str| {
        let record = proxyrank_proxies::find(proxy).unwrap();
        let mut row = timing(arch, Timing::Fused, wall_ns, run);
        row.key.proxy = proxy.into();
        row.key.proxy_version = record.version;
        let standard = standard::protocol(two.info, Reading::AsTrained, Signal::None);
        row.key.protocol = record.protocol(&standard);
        row.own_ns = 1_000_000;
        row
    };
    let mut rows = vec![
        row("w_pca", "0", 9_000_000, "a"),
        row("softmax_confidence", "0", 9_500_000, "a"),
        row("weight_norm", "0", 3_000_000, "a"),
        // Another run of the same network was held up.
        row("w_pca", "0", 99_000_000, "b"),
        row("weight_norm", "0", 4_000_000, "b"),
        row("w_pca", "1", 20_000_000, "a"),
    ];
    assert!(latency::forward_ms(&two, &rows).is_empty(), "one network's weights were not timed");
    rows.push(row("weight_norm", "1", 2_000_000, "a"));
    let times = latency::forward_ms(&two, &rows);
    assert_eq!(times.values().copied().collect::<Vec<_>>(), [6.0, 18.0]);
    for row in &mut rows {
        row.key.benchmark_sha256 = "1".repeat(64);
    }
    assert!(latency::forward_ms(&two, &rows).is_empty());
}
