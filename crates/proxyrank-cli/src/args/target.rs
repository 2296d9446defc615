//! What predictors and searches work on.

use clap::Args;
use proxyrank_schema::{BenchmarkId, Reading};

/// A benchmark, its ground truth and its networks.
#[derive(Debug, Clone, Args)]
pub(crate) struct TargetArgs {
    /// Benchmark; `proxyrank ls benchmarks` names them
    #[arg(long, value_name = "NAME", default_value = "flexibert")]
    pub(crate) benchmark: BenchmarkId,
    /// Ground truth: glue or one of its tasks, test_ppl, ...; the benchmark's default where absent
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,
    /// Reading: which networks features and proxies describe; the benchmark's default where absent
    #[arg(long, value_name = "READING")]
    pub(crate) reading: Option<Reading>,
}
