//! Options of `search wpca`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};
use proxyrank_schema::Input;

/// Options of `search wpca`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    proxyrank search wpca                            W-PCA-Small: 12 layers, 15.7 million parameters\n  \
    proxyrank search wpca --space tiny               6 layers, 10 million parameters\n  \
    proxyrank search wpca --rules published,random   random search by forward passes as well\n  \
    proxyrank search wpca --eta released             0.9 in MobileBERT blocks, as the released code has it\n  \
    proxyrank search wpca --dry-run                  how many forward passes that is\n\n\
    A layer is one of twelve blocks: a BERT block (0 to 5) or a MobileBERT block (6 to 11), each with six feed-forward widths. W-PCA counts \
    the principal components that hold 99% of the variance of every first feed-forward layer's output, at random weights, and \
    multiplies their sum by the number of parameters. Nothing is trained.\n\n\
    Beside the genetic algorithm stand its yardstick (the exact optimum of a table in which layers do not depend on each other, run for \
    real), random search with the same budget, searches for V-PCA and for #params alone, and the released code, which scores other \
    networks than its candidates.\n\n\
    Every forward pass is kept in the results folder. A search that was interrupted, or killed, goes on where it stopped: say the same \
    command again. The folder --out gets tables, charts, and every candidate as Parquet.")]
pub(crate) struct WpcaArgs {
    /// Which of the paper's spaces
    #[arg(long, value_enum, default_value_t = SpaceArg::Small)]
    pub(crate) space: SpaceArg,
    /// Where counting components stops
    #[arg(long, value_enum, default_value_t = EtaArg::Paper)]
    pub(crate) eta: EtaArg,
    /// Searches that score their candidates by forward passes
    #[arg(long, value_enum, value_delimiter = ',', default_value = "published")]
    pub(crate) rules: Vec<RulesArg>,
    /// Candidates at their beginning, and children of a generation
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = value_parser!(u32).range(2..=100_000))]
    pub(crate) population: u32,
    /// Generations after the beginning
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = value_parser!(u32).range(..=100_000))]
    pub(crate) generations: u32,
    /// Searches of each kind on the table of counts
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = value_parser!(u64).range(1..=1000))]
    pub(crate) repeats: u64,
    /// Times that every block is run in every layer for the table
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = value_parser!(u32).range(1..=1000))]
    pub(crate) sweeps: u32,
    /// Random networks for correlations and the table's error
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = value_parser!(u32).range(3..=100_000))]
    pub(crate) sample: u32,
    /// Sequences that every network is run on
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = value_parser!(u32).range(1..=4096))]
    pub(crate) batch: u32,
    /// Tokens in a sequence
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = value_parser!(u32).range(2..=512))]
    pub(crate) seq_len: u32,
    /// Where token ids come from: uniform, zipf, openwebtext, wikitext-2 or mnli
    #[arg(long, value_name = "INPUT", default_value = "zipf")]
    pub(crate) input: Input,
    /// Seed of weights and of drawn token ids
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Seed of the searches, the table and the random networks
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) search_seed: u64,
    /// Say how many forward passes there would be
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(crate) out: PathBuf,
}

/// One of the paper's spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SpaceArg {
    /// 12 layers, at most 15.7 million parameters
    Small,
    /// 6 layers, at most 10 million parameters
    Tiny,
}

/// Where counting stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EtaArg {
    /// At 99% of the variance
    Paper,
    /// Beyond 99% in BERT blocks, beyond 90% in MobileBERT blocks
    Released,
}

/// How candidates come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulesArg {
    /// The paper's genetic algorithm
    Published,
    /// The released one, its candidates scored
    Released,
    /// Drawn anew
    Random,
}
