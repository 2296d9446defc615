//! Options of `search tabular`.

use std::path::PathBuf;

use clap::{Args, value_parser};

use crate::args::TargetArgs;

/// Options of `search tabular`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    proxyrank search tabular                                      200 runs of each search on FlexiBERT\n  \
    proxyrank search tabular --benchmark lts-gpt2-wt103 --budget 50\n\n\
    Searches: random, local search, regularised evolution, two that learn from their labels (boosted trees on the architecture, as \
    arXiv 2309.09507; a Gaussian process on architecture and proxies), and those that follow a proxy. Each label is one training; regret \
    is how far the best label so far lies below the best of all.\n\n\
    The files also hold paired tests between searches, the regret by hours of training where the benchmark knows them, and what each \
    stored proxy picks under limits of parameters.")]
pub(crate) struct TabularArgs {
    /// On what.
    #[command(flatten)]
    pub(crate) on: TargetArgs,
    /// Labels that each run may use
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = value_parser!(u16).range(1..))]
    pub(crate) budget: u16,
    /// Runs of each search
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = value_parser!(u16).range(1..))]
    pub(crate) repeats: u16,
    /// Seed of all runs
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Folder to write tables and charts to
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(crate) out: PathBuf,
}
