//! The three kinds of stored rows.

use serde::{Deserialize, Serialize};

use crate::{
    ArchId, BenchmarkId, Device, Dtype, Input, Mode, Params, ProxyName, Reading, SCHEMA_VERSION, Signal,
    Status, Timing,
};

/// Under which conditions a score was computed. An axis that a proxy does not use is `none` or 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Protocol {
    /// Which network was built.
    pub reading: Reading,
    /// What was back-propagated.
    pub signal: Signal,
    /// Where token ids came from.
    pub input: Input,
    /// Sequences in a batch.
    pub batch_size: u32,
    /// Tokens in a sequence.
    pub seq_len: u32,
    /// Whether dropout was active.
    pub mode: Mode,
    /// Seed of the initial weights.
    pub init_seed: u64,
    /// Seed of the input and of random labels.
    pub data_seed: u64,
    /// Floating-point type.
    pub dtype: Dtype,
    /// Where it ran.
    pub device: Device,
}

impl Protocol {
    /// A protocol that uses no axis at all.
    pub fn none() -> Self {
        Self {
            reading: Reading::None,
            signal: Signal::None,
            input: Input::None,
            batch_size: 0,
            seq_len: 0,
            mode: Mode::None,
            init_seed: 0,
            data_seed: 0,
            dtype: Dtype::None,
            device: Device::none(),
        }
    }
}

/// What identifies a measurement; at most one stored row may have a given key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ScoreKey {
    /// [`SCHEMA_VERSION`] at the time of writing.
    pub schema_version: u32,
    /// The benchmark.
    pub benchmark: BenchmarkId,
    /// SHA-256 of the benchmark's file, or of the sorted list of its files' hashes, in lower-case hex.
    pub benchmark_sha256: String,
    /// The architecture.
    pub arch_id: ArchId,
    /// The proxy.
    pub proxy: ProxyName,
    /// Version of the proxy's implementation; it rises when scores change.
    pub proxy_version: u32,
    /// The proxy's parameters.
    pub params: Params,
    /// Under which conditions.
    pub protocol: Protocol,
}

impl ScoreKey {
    /// A key of the current schema version.
    pub fn new(
        benchmark: BenchmarkId,
        benchmark_sha256: String,
        arch_id: ArchId,
        proxy: ProxyName,
        proxy_version: u32,
        params: Params,
        protocol: Protocol,
    ) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            benchmark,
            benchmark_sha256,
            arch_id,
            proxy,
            proxy_version,
            params,
            protocol,
        }
    }
}

/// What a measurement gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The score; present exactly when the status is [`Status::Ok`].
    pub score: Option<f64>,
    /// How it ended.
    pub status: Status,
    /// Why, where it did not end well; empty otherwise.
    pub detail: String,
}

impl Outcome {
    /// Classifies a computed value: finite, not a number, or infinite.
    pub fn from_value(value: f64) -> Self {
        if value.is_finite() {
            Self { score: Some(value), status: Status::Ok, detail: String::new() }
        } else if value.is_nan() {
            Self { score: None, status: Status::Nan, detail: String::new() }
        } else {
            Self { score: None, status: Status::Inf, detail: value.to_string() }
        }
    }

    /// A failed computation.
    pub fn error(detail: impl Into<String>) -> Self {
        Self { score: None, status: Status::Error, detail: detail.into() }
    }

    /// A proxy that is not defined for this architecture.
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self { score: None, status: Status::Unsupported, detail: detail.into() }
    }
}

/// One score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreRow {
    /// What was measured.
    pub key: ScoreKey,
    /// What came out.
    pub outcome: Outcome,
}

/// One time measurement of a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimingRow {
    /// What was measured.
    pub key: ScoreKey,
    /// Shared or alone.
    pub timing: Timing,
    /// Threads in use.
    pub threads: u32,
    /// The machine, as a hash of processor model, core count and memory.
    pub machine_id: String,
    /// Cargo profile and the optimisation of the numeric crates.
    pub build_profile: String,
    /// What this proxy alone would cost: the stages it needs and its own arithmetic, in nanoseconds.
    pub wall_ns: u64,
    /// Its own arithmetic only, in nanoseconds.
    pub own_ns: u64,
    /// Largest resident set of the process so far, in bytes; 0 where the system does not tell.
    pub peak_rss_bytes: u64,
    /// Version of the tool.
    pub tool_version: String,
    /// The run that wrote the row.
    pub run_id: String,
    /// When the run started, RFC 3339, UTC.
    pub started_at: String,
}

/// One measured quality of a trained architecture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TruthRow {
    /// The benchmark.
    pub benchmark: BenchmarkId,
    /// The architecture.
    pub arch_id: ArchId,
    /// Which quality: `glue`, `mnli`, `test_ppl`, ...
    pub metric: String,
    /// Its value in the unit of the source.
    pub value: f64,
    /// Whether larger values are better.
    pub higher_is_better: bool,
    /// Seed of the training run; 0 where the source does not say.
    pub train_seed: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_present_exactly_when_it_is_finite() {
        assert_eq!(Outcome::from_value(-0.5).score, Some(-0.5));
        assert_eq!(Outcome::from_value(f64::NAN).status, Status::Nan);
        let inf = Outcome::from_value(f64::NEG_INFINITY);
        assert_eq!((inf.score, inf.status, inf.detail.as_str()), (None, Status::Inf, "-inf"));
    }
}
