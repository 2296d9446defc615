//! Options of `search prune`.

use clap::{Args, value_parser};
use proxyrank_prune::search::Method;
use proxyrank_prune::space::SpaceKind;
use proxyrank_prune::supernet::Strategy;
use proxyrank_run::search::prune::Part;

/// Options of `search prune`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    proxyrank search prune --dry-run\n  \
    proxyrank search prune --tasks rte --strategies one_shot --evaluations 30\n  \
    proxyrank search prune --tasks rte --strategies standard --parts baselines,proxies,ratios\n\n\
    MiniLM with six layers is fine-tuned on each task so that its sub-networks are good as they are, once for each strategy; then every \
    method searches for sub-networks with low errors for their sizes. RESULTS/search/prune gets a folder for each task and strategy: \
    the super-network, and a line for each evaluation. Stop with Ctrl-C or SIGTERM, or kill it, and say the same command again to go \
    on; `proxyrank report` makes a page of what is there. Each checkpoint has 270 MB.\n\n\
    Beside searches, --parts can prune without a search (layers from the top, head importance, magnitude, Fisher information; needs the \
    strategy standard), score random sub-networks by zero-cost proxies on pre-trained and on the super-network's weights, and prune by an \
    accuracy predictor of keep ratios. Super-networks that are there are not trained again. layers and nas (with the strategy standard) do without one: they \
    fine-tune from the pre-trained weights what is left when layers are dropped, and random sub-networks of which MO-ASHA stops most.")]
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
    /// Learning rate of the first step, which falls in a line to zero
    #[arg(long, value_name = "RATE", default_value_t = 2e-5, value_parser = rate)]
    pub(crate) rate: f64,
    /// Tokens of a text, at the most; longer ones are cut
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = value_parser!(u32).range(8..=512))]
    pub(crate) seq_len: u32,
    /// Examples of the training part that super-networks see, at the most; all where absent
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub(crate) most_train: Option<u32>,
    /// Examples of the validation part that searches see, at the most
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = value_parser!(u32).range(1..))]
    pub(crate) most_valid: u32,
    /// Seed of training and of the fresh classifier
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) train_seed: u64,
    /// Measured latency as second objective, instead of the share of parameters
    #[arg(long)]
    pub(crate) latency: bool,
    /// What is done with each super-network: search, baselines, proxies, ratios, layers, nas
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', default_value = "search")]
    pub(crate) parts: Vec<Part>,
    /// Shares of the encoder's parameters that baselines and the predictor prune to
    #[arg(
        long,
        value_name = "SHARE,...",
        value_delimiter = ',',
        default_value = "0.9,0.8,0.75,0.7,0.6,0.5,0.25"
    )]
    pub(crate) shares: Vec<f64>,
    /// Training examples that baselines measure importance on, at the most
    #[arg(long, value_name = "N", default_value_t = 2048, value_parser = value_parser!(u32).range(1..))]
    pub(crate) importance_examples: u32,
    /// Sub-networks that proxies score
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = value_parser!(u32).range(2..=100_000))]
    pub(crate) subnets: u32,
    /// Training examples that proxies see
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = value_parser!(u32).range(2..=1024))]
    pub(crate) probe_examples: u32,
    /// Pairs of keep ratios and errors that predictors learn from and are judged by
    #[arg(long, value_name = "N", default_value_t = 525, value_parser = value_parser!(u32).range(10..=100_000))]
    pub(crate) pairs: u32,
    /// Sub-networks of the predictor's search that are evaluated at each size
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = value_parser!(u32).range(1..=1000))]
    pub(crate) proposals: u32,
    /// Random sub-networks that nas fine-tunes one by one, most of them for an epoch only
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = value_parser!(u32).range(1..=100_000))]
    pub(crate) trials: u32,
    /// Seed of random sub-networks, pairs and splits
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) parts_seed: u64,
    /// Say how much would be done and what it would take, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A learning rate.
fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if rate > 0.0 && rate <= 1.0 => Ok(rate),
        _ => Err("a learning rate is a number above 0 and at most 1".to_owned()),
    }
}
