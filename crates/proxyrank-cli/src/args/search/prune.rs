//! Options of `search prune`.

use clap::{Args, value_parser};
use proxyrank_prune::search::Method;
use proxyrank_prune::space::SpaceKind;
use proxyrank_prune::supernet::Strategy;

/// Options of `search prune`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    proxyrank search prune --dry-run\n  \
    proxyrank search prune --tasks rte --strategies one_shot --evaluations 30\n\n\
    MiniLM with six layers is fine-tuned on each task so that its sub-networks are good as they are, once for each strategy; then every \
    method searches for sub-networks with low errors for their sizes. RESULTS/search/prune gets a folder for each task and strategy: \
    the super-network, and a line for each evaluation. Stop with Ctrl-C or SIGTERM, or kill it, and say the same command again to go \
    on; `proxyrank report` makes a page of what is there. Each checkpoint has 270 MB.")]
pub(crate) struct PruneArgs {
    /// Tasks of GLUE
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', default_value = "rte,mrpc")]
    pub(crate) tasks: Vec<String>,
    /// How super-networks are trained: standard, random, linear_random, sandwich, kd, one_shot
    #[arg(
        long,
        value_name = "NAME,...",
        value_delimiter = ',',
        default_value = "standard,random,sandwich,one_shot"
    )]
    pub(crate) strategies: Vec<Strategy>,
    /// Which sub-networks there are: small, medium, layer, large
    #[arg(long, value_name = "SPACE", default_value = "small")]
    pub(crate) space: SpaceKind,
    /// How they are searched for: random, local, evolution, nsga2, ehvi
    #[arg(
        long,
        value_name = "NAME,...",
        value_delimiter = ',',
        default_value = "random,local,evolution,nsga2,ehvi"
    )]
    pub(crate) methods: Vec<Method>,
    /// Searches by each method
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = value_parser!(u64).range(1..=1000))]
    pub(crate) seeds: u64,
    /// Sub-networks that each search evaluates
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = value_parser!(u32).range(1..=100_000))]
    pub(crate) evaluations: u32,
    /// Passes over the training part; the paper has 5
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = value_parser!(u32).range(1..=1000))]
    pub(crate) epochs: u32,
    /// Examples of a training step
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = value_parser!(u32).range(1..=4096))]
    pub(crate) batch: u32,
    /// Tokens of a text, at the most; longer ones are cut
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = value_parser!(u32).range(8..=512))]
    pub(crate) seq_len: u32,
    /// Examples of the validation part that searches see, at the most
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = value_parser!(u32).range(1..))]
    pub(crate) most_valid: u32,
    /// Seed of training and of the fresh classifier
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) train_seed: u64,
    /// Measured latency as second objective, instead of the share of parameters
    #[arg(long)]
    pub(crate) latency: bool,
    /// Say how much would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
