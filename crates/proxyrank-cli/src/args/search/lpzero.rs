//! Options of `search lpzero`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};
use proxyrank_schema::{BenchmarkId, Input, Mode, Reading, Signal};

/// Options of `search lpzero`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    proxyrank search lpzero                               half of FlexiBERT chooses, half judges\n  \
    proxyrank search lpzero --protocol released           as released: the same 50 networks do both\n  \
    proxyrank search lpzero --strategy genetic --runs 1   one search, no controls\n  \
    proxyrank search lpzero --benchmark lts-gpt2-wt103    on decoders\n\n\
    The first run computes the mean of every branch of the space on every network, some minutes; later ones take it from \
    the results folder. A search that was interrupted, or killed, goes on where it stopped: say the same command again.\n\n\
    The folder --out gets the tables, every generation as Parquet, and best.toml, which `evaluate --proxy-file` scores exactly.")]
pub(crate) struct LpzeroArgs {
    /// Benchmark of encoders or of GPT-2 networks
    #[arg(long, value_name = "NAME", default_value = "flexibert")]
    pub(crate) benchmark: BenchmarkId,
    /// Which networks to build; the benchmark's default where absent
    #[arg(long, value_name = "READING")]
    pub(crate) reading: Option<Reading>,
    /// Ground truth; the benchmark's default where absent
    #[arg(long, value_name = "NAME")]
    pub(crate) metric: Option<String>,
    /// What the search makes as large as possible
    #[arg(long, value_enum, default_value_t = ObjectiveArg::Rho)]
    pub(crate) objective: ObjectiveArg,
    /// Which networks choose and which judge
    #[arg(long, value_enum, default_value_t = ProtocolArg::Honest)]
    pub(crate) protocol: ProtocolArg,
    /// Seed of the halves
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) split_seed: u64,
    /// Searches to run
    #[arg(long, value_enum, value_delimiter = ',', default_value = "genetic,random,pareto")]
    pub(crate) strategy: Vec<StrategyArg>,
    /// How often each is run, from seeds 0, 1, ...
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = value_parser!(u64).range(1..=1000))]
    pub(crate) runs: u64,
    /// Trees at a time
    #[arg(long, value_name = "N", default_value_t = 80, value_parser = value_parser!(u32).range(2..=100_000))]
    pub(crate) population: u32,
    /// Children, one an iteration
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = value_parser!(u32).range(..=10_000_000))]
    pub(crate) iterations: u32,
    /// Elements that are kept of a tensor that has more
    #[arg(long, value_name = "N", default_value_t = 8192, value_parser = value_parser!(u32).range(256..))]
    pub(crate) sample: u32,
    /// What is back-propagated for `grad`; the loss of the benchmark's networks where absent
    #[arg(long, value_name = "SIGNAL")]
    pub(crate) signal: Option<Signal>,
    /// Sequences in a batch
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = value_parser!(u32).range(1..))]
    pub(crate) batch: u32,
    /// Tokens in a sequence; the benchmark's own length where absent
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub(crate) seq_len: Option<u32>,
    /// Where token ids come from
    #[arg(long, value_name = "INPUT", default_value = "zipf")]
    pub(crate) input: Input,
    /// Dropout off or on: eval or train
    #[arg(long, value_name = "MODE", default_value = "eval")]
    pub(crate) mode: Mode,
    /// Seed of weights and of drawn token ids
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Only the first N architectures
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Seeds under which everything that was found is scored again
    #[arg(long, value_name = "N,...", value_delimiter = ',')]
    pub(crate) other_seeds: Vec<u64>,
    /// Benchmark on which everything is scored too, and with which one formula for both is looked for
    #[arg(long, value_name = "NAME")]
    pub(crate) with: Option<BenchmarkId>,
    /// Sequences in a batch on that benchmark; as --batch where absent
    #[arg(long, value_name = "N", requires = "with", value_parser = value_parser!(u32).range(1..))]
    pub(crate) with_batch: Option<u32>,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(crate) out: PathBuf,
}

/// How a search is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProtocolArg {
    /// Half of the networks choose, the other half judges
    Honest,
    /// The first fifty entries choose and judge
    Released,
}

/// What the search makes as large as possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ObjectiveArg {
    /// Spearman's rho with the ground truth
    Rho,
    /// Kendall's tau-b over pairs of networks of equal depth and width
    Within,
}

/// How children come about and who survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StrategyArg {
    /// LPZero's genetic program
    Genetic,
    /// Random trees
    Random,
    /// The genetic program on fitness and size
    Pareto,
}
