//! `leaderboard`: the site, and the check of what wants to join it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use proxyrank_run::submission::Share;
use proxyrank_schema::BenchmarkId;

/// What to do with the leaderboard.
#[derive(Debug, Subcommand)]
pub(crate) enum LeaderboardCommand {
    /// Write the site from what is stored and what is submitted
    Build(LeaderboardBuildArgs),
    /// Check a submission, and show where it would stand
    Check(LeaderboardCheckArgs),
}

/// Options of `leaderboard build`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    proxyrank reproduce --quick && proxyrank leaderboard build\n\n\
    Open reports/site/index.html: it needs no server, and asks nothing of the network. A submission with a\n\
    fault stands in no table; the site is written without it, and the exit code is 1.")]
pub(crate) struct LeaderboardBuildArgs {
    /// Only these benchmarks, each a name or a folder with a `benchmark.toml`; every public one that is stored where
    /// none is named
    #[arg(long, value_name = "NAME|DIR")]
    pub(crate) benchmark: Vec<BenchmarkId>,
    /// Folder to write to; a folder `site` is made in it
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(crate) out: PathBuf,
    /// Folder of submissions, one folder each
    #[arg(long, value_name = "DIR", default_value = "submissions")]
    pub(crate) submissions: PathBuf,
    /// A tenth of the resamples
    #[arg(long)]
    pub(crate) quick: bool,
}

/// Options of `leaderboard check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    proxyrank leaderboard check submissions/depth_and_size\n  \
    proxyrank leaderboard check my_proxy/scores.csv --recompute 5%\n\n\
    A submission is a folder with a card, submission.toml, and for scores a CSV or Parquet file with the\n\
    columns arch_id, score and, if known, wall_ns. CONTRIBUTING.md has a worked example of each kind. Every\n\
    fault is named at once. Exit codes: 0 it may join; 1 it is refused; 2 wrong use; 3 data missing.")]
pub(crate) struct LeaderboardCheckArgs {
    /// The submission's folder, its card, or its table of scores
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Where a combination that names no benchmark is shown; flexibert where absent
    #[arg(long, value_name = "NAME")]
    pub(crate) benchmark: Option<BenchmarkId>,
    /// Compute a random share of it again: a percentage such as 5%, or a number of architectures
    #[arg(long, value_name = "SHARE")]
    pub(crate) recompute: Option<Share>,
    /// Seed of that random share
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) recompute_seed: u64,
    /// Bootstrap resamples over architectures
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) resamples: usize,
    /// Seed of the resamples
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) bootstrap_seed: u64,
}
