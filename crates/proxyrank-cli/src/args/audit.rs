//! What `audit` can check, and how.

use clap::{Args, Subcommand};
use proxyrank_run::audit::{SAMPLE_SIZE, criteria};
use proxyrank_schema::{BenchmarkId, Signal};

/// Options of `audit`.
#[derive(Debug, Args)]
// A missing word is an error that names the possible ones, as everywhere.
#[command(arg_required_else_help = false)]
pub(crate) struct AuditArgs {
    /// What to check.
    #[command(subcommand)]
    pub(crate) what: AuditWhat,
}

/// What `audit` can check.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditWhat {
    /// The ledger: every published number against the stored scores
    Claims(ClaimsArgs),
    /// Every score again in double precision and with four other seeds, on a sample: sound, or rounding and luck?
    Numeric(NumericArgs),
}

/// Options of `audit claims`.
#[derive(Debug, Args)]
pub(crate) struct ClaimsArgs {
    /// Exit with 1 when a published number differs from ours
    #[arg(long)]
    pub(crate) strict: bool,
}

/// Options of `audit numeric`.
#[derive(Debug, Args)]
#[command(after_help = numeric_help())]
pub(crate) struct NumericArgs {
    /// Benchmark; `proxyrank ls benchmarks` names them
    #[arg(long, value_name = "NAME", default_value = "flexibert")]
    pub(crate) benchmark: BenchmarkId,
    /// Proxies, as `evaluate` takes them; where absent, every one that runs a network but those of second order, which take as
    /// long again
    #[arg(long, value_name = "all|CLASS|NAME,...", value_delimiter = ';')]
    pub(crate) proxies: Option<Vec<String>>,
    /// Which networks to build, or `all`; the benchmark's default where absent
    #[arg(long, value_name = "READING,...|all")]
    pub(crate) reading: Option<String>,
    /// What gradient proxies back-propagate: rtd, mlm, lm, gaussian, ones; the loss that the networks were trained with where
    /// absent
    #[arg(long, value_name = "SIGNAL,...", value_delimiter = ',')]
    pub(crate) signal: Vec<Signal>,
    /// Exit with 1 when a score is rounding noise or has no spread
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print what is still to be computed and what it would cost, and compute nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Examples, and the criteria with their thresholds as they stand in the code.
fn numeric_help() -> String {
    format!(
        "Examples:\n  \
         proxyrank audit numeric --signal rtd,ones\n  \
         proxyrank audit numeric --reading all --proxies weights,forward --strict\n\n\
         The sample has {SAMPLE_SIZE} architectures in the benchmark's proportions of depth, width and size. Scores that the results \
         or the committed reference have are not computed again; an interrupted audit goes on where it stopped.\n\n\
         Verdicts:\n  {}",
        criteria().join("\n  ")
    )
}
