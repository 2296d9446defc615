//! Rows for the tests of this crate.

use proxyrank_schema::{
    ArchId, BenchmarkId, Dtype, Input, Mode, Outcome, Params, Protocol, ProxyName, Reading, ScoreKey,
    ScoreRow, Signal, Timing, TimingRow, TruthRow,
};

pub(crate) const BENCHMARK: &str = "flexibert";

pub(crate) fn benchmark() -> BenchmarkId {
    BENCHMARK.into()
}

pub(crate) fn key(arch: &str, proxy: &str) -> ScoreKey {
    let protocol = Protocol {
        reading: Reading::AsTrained,
        signal: Signal::Rtd,
        input: Input::Zipf,
        batch_size: 16,
        seq_len: 128,
        mode: Mode::Eval,
        init_seed: u64::MAX,
        data_seed: 7,
        dtype: Dtype::F32,
        device: proxyrank_schema::Device::cpu(),
    };
    let params = Params::new([("eta", 0.1.into())]).unwrap();
    ScoreKey::new(benchmark(), "ab".repeat(32), ArchId::new(arch), ProxyName::new(proxy), 1, params, protocol)
}

pub(crate) fn score(arch: &str, proxy: &str, value: f64) -> ScoreRow {
    ScoreRow { key: key(arch, proxy), outcome: Outcome::from_value(value) }
}

pub(crate) fn timing(arch: &str, proxy: &str) -> TimingRow {
    TimingRow {
        key: key(arch, proxy),
        timing: Timing::Fused,
        threads: 2,
        machine_id: "m".into(),
        build_profile: "dev".into(),
        wall_ns: 1 << 60,
        own_ns: 3,
        peak_rss_bytes: 4096,
        tool_version: "0.1.0".into(),
        run_id: "r1".into(),
        started_at: "2026-01-01T00:00:00Z".into(),
    }
}

/// What one finished architecture gives: three scores of which one failed, and two timings.
pub(crate) fn architecture(number: usize) -> (Vec<ScoreRow>, Vec<TimingRow>) {
    let arch = number.to_string();
    let mut failed = score(&arch, "synflow", 0.0);
    failed.outcome = Outcome::error(format!("no gradient for architecture {number}, \"quoted\"\nand broken"));
    let value = (number as f64 + 0.1).sin();
    (
        vec![score(&arch, "snip", value), score(&arch, "num_parameters", -0.0), failed],
        vec![timing(&arch, "snip"), timing(&arch, "num_parameters")],
    )
}

pub(crate) fn truth(arch: &str, value: f64) -> TruthRow {
    TruthRow {
        benchmark: benchmark(),
        arch_id: ArchId::new(arch),
        metric: "glue".into(),
        value,
        higher_is_better: true,
        train_seed: 0,
    }
}
