//! The command line. Its help texts are meant to teach: each verb says what it reads, what it writes, and shows one
//! line that works.

mod audit;
mod corpus;
mod leaderboard;
mod predict;
mod search;
mod target;
mod train;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};
use proxyrank_nn::DeviceId;
use proxyrank_schema::{BenchmarkId, Dtype, Input, Mode, Reading, Signal, Timing};
use proxyrank_store::Shard;

pub(crate) use audit::{AuditArgs, AuditWhat, ClaimsArgs, NumericArgs};
pub(crate) use corpus::CorpusArgs;
pub(crate) use leaderboard::{LeaderboardBuildArgs, LeaderboardCheckArgs, LeaderboardCommand};
pub(crate) use predict::{FeaturesArg, PredictArgs, ScaleArg};
pub(crate) use search::{
    DistilArgs, EtaArg, LpzeroArgs, ObjectiveArg, ProtocolArg, PruneArgs, RulesArg, SearchArgs, SearchWhat,
    SpaceArg, StrategyArg, TabularArgs, TaskArg, WpcaArgs,
};
pub(crate) use target::TargetArgs;
pub(crate) use train::{EmbeddedArgs, ExitsArgs, OneArgs, RealArgs, TextArg, TrainArgs, TrainWhat};

/// Measures zero-cost proxies that rank language-model architectures, and checks what was published about them.
#[derive(Debug, Parser)]
#[command(name = "proxyrank", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Start here:\n  \
    proxyrank reproduce                    fetch, score, rank, draw, and compare with the papers\n  \
    proxyrank ls proxies                   what can be measured\n  \
    proxyrank rank --benchmark flexibert   the correlation table\n\n\
    Exit codes: 0 done; 1 a check failed; 2 wrong use or bad input; 3 data missing.")]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Options of every verb.
    #[command(flatten)]
    pub(crate) global: Global,
}

/// Options that every verb takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Print JSON on standard output; words for people go to standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print neither progress nor notes
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Folder or HTTP address that holds the public data, laid out as `github/OWNER/REPO/COMMIT/PATH` and
    /// `hub/{datasets,models}/OWNER/NAME/PATH` (also: PROXYRANK_MIRROR)
    #[arg(long, global = true, value_name = "DIR|URL")]
    pub(crate) mirror: Option<String>,
    /// Never use the network (also: HF_HUB_OFFLINE=1)
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// Folder of stored results; `results` where neither this nor PROXYRANK_RESULTS names one
    #[arg(long, global = true, value_name = "DIR")]
    results: Option<PathBuf>,
    /// TOML file with proxies that are formulas, or a folder of such files; may be given several times, to every verb that
    /// should know them
    #[arg(long = "proxy-file", global = true, value_name = "FILE|DIR")]
    pub(crate) proxy_files: Vec<PathBuf>,
    /// Threads to compute with; 0 takes every core
    #[arg(long, global = true, value_name = "N", default_value_t = 0, value_parser = value_parser!(u16).range(..=1024))]
    pub(crate) threads: u16,
}

impl Global {
    /// The folder of stored results: the flag, the variable, or `results`.
    pub(crate) fn results(&self) -> PathBuf {
        let variable = || std::env::var_os("PROXYRANK_RESULTS").filter(|value| !value.is_empty());
        self.results.clone().or_else(|| variable().map(PathBuf::from)).unwrap_or_else(|| "results".into())
    }
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Download and check data sets
    Fetch(FetchArgs),
    /// List proxies, data sets, benchmarks or tables
    Ls(LsArgs),
    /// Score architectures with proxies; resumable
    Evaluate(EvaluateArgs),
    /// Print the correlation table of a benchmark
    Rank(RankArgs),
    /// Test whether one proxy ranks better than another
    Compare(CompareArgs),
    /// Check published claims, or whether scores are rounding and luck
    Audit(AuditArgs),
    /// Learn to rank from some labels: accuracy predictors, and how many labels they need
    Predict(PredictArgs),
    /// Look for new proxies, or for good architectures, and say what is found
    Search(SearchArgs),
    /// Write tables, charts and pages from what is stored
    Report(ReportArgs),
    /// Regenerate the papers' tables: fetch, evaluate, report, ledger
    Reproduce(ReproduceArgs),
    /// The leaderboard as a static site, and what joins it
    #[command(subcommand)]
    Leaderboard(LeaderboardCommand),
    /// Make English-like text and five tasks on it, from a seed
    Corpus(CorpusArgs),
    /// Pre-train and fine-tune networks: ground truth of one's own
    Train(TrainArgs),
    /// Check hashes and schemas of data and results
    Verify(VerifyArgs),
    /// Merge the stored parts of each benchmark into one file
    Compact(CompactArgs),
    /// Print the BibTeX of the papers and data sets in use
    Cite,
    /// Show devices, threads, caches and environment
    Doctor,
}

/// Options of `fetch`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  proxyrank fetch flexibert lts\n\n\
    A partial download is resumed; a file that is already there and right is left alone.")]
pub(crate) struct FetchArgs {
    /// Data sets; `proxyrank ls datasets` names them
    #[arg(value_name = "DATASET", required_unless_present = "all")]
    pub(crate) datasets: Vec<String>,
    /// Every data set
    #[arg(long, conflicts_with = "datasets")]
    pub(crate) all: bool,
    /// Downloads at a time
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub(crate) jobs: usize,
    /// Say what would be fetched, and from where
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Options of `ls`.
#[derive(Debug, Args)]
pub(crate) struct LsArgs {
    /// What to list
    #[arg(value_enum)]
    pub(crate) what: LsWhat,
}

/// What `ls` can list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LsWhat {
    /// Proxies with direction, cost class and formula
    Proxies,
    /// Data sets with licence, citation and known faults
    Datasets,
    /// Benchmarks with size, metrics and readings
    Benchmarks,
    /// Published tables that `reproduce` regenerates
    Tables,
}

/// Options of `evaluate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    proxyrank evaluate --benchmark flexibert --reading all\n  \
    proxyrank evaluate --benchmark lts-gpt2-wt103 --proxies nsc,zerolm_xavier:alpha=0.3\n  \
    proxyrank evaluate --benchmark flexibert --proxy-file mine.toml --proxies mine\n\n\
    A run that was interrupted goes on where it stopped: say the same command again.")]
pub(crate) struct EvaluateArgs {
    /// Benchmark; `proxyrank ls benchmarks` names them, and a folder with a `benchmark.toml` is one too (`./mine`)
    #[arg(long, value_name = "NAME|DIR")]
    pub(crate) benchmark: BenchmarkId,
    /// Proxies, separated by commas, each `name` or `name:parameter=value`; a cost class such as `data_free` takes all of
    /// that class, `all` every one that applies
    #[arg(long, value_name = "all|CLASS|NAME,...", default_value = "data_free", value_delimiter = ';')]
    pub(crate) proxies: Vec<String>,
    /// Which networks to build: released, declared, as_trained, or `all`; decoders have only `declared`
    #[arg(long, value_name = "READING,...|all")]
    pub(crate) reading: Option<String>,
    /// What gradient proxies back-propagate: an encoder's replaced-token loss (rtd) or masked-token loss (mlm), a decoder's
    /// likelihood (lm), a fixed normal matrix (gaussian), or ones, as the released code does; rtd or lm where absent
    #[arg(long, value_name = "SIGNAL")]
    pub(crate) signal: Option<Signal>,
    /// Sequences in a batch
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = value_parser!(u32).range(1..))]
    pub(crate) batch: u32,
    /// Tokens in a sequence; the benchmark's own length where absent
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub(crate) seq_len: Option<u32>,
    /// Where token ids come from: uniform, zipf, openwebtext, wikitext-2 or mnli
    #[arg(long, value_name = "INPUT", default_value = "zipf")]
    pub(crate) input: Input,
    /// Dropout off or on: eval or train
    #[arg(long, value_name = "MODE", default_value = "eval")]
    pub(crate) mode: Mode,
    /// Seed of the weights
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) init_seed: u64,
    /// Seed of drawn token ids
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) data_seed: u64,
    /// Both seeds
    #[arg(long, value_name = "N", conflicts_with_all = ["init_seed", "data_seed"])]
    pub(crate) seed: Option<u64>,
    /// Floating-point type of networks: f32 or f64
    #[arg(long, value_name = "TYPE", default_value = "f32")]
    pub(crate) dtype: Dtype,
    /// Where networks run: cpu, or cuda:0 for the first NVIDIA GPU, which needs a build by `make cuda`
    #[arg(long, value_name = "DEVICE", default_value = "cpu")]
    pub(crate) device: DeviceId,
    /// Passes shared by all proxies (fused), or each proxy by itself (isolated)
    #[arg(long, value_name = "TIMING", default_value = "fused")]
    pub(crate) timing: Timing,
    /// Only the first N architectures
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Every N-th architecture beginning with the I-th, as `I/N` with I from 1
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    pub(crate) shard: Shard,
    /// Print the plan and its estimated cost, and compute nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// How `rank` and `compare` choose and resample.
#[derive(Debug, Clone, Args)]
pub(crate) struct PanelArgs {
    /// Benchmark, or a folder with a `benchmark.toml`
    #[arg(long, value_name = "NAME|DIR", default_value = "flexibert")]
    pub(crate) benchmark: BenchmarkId,
    /// Reading; the benchmark's default where absent
    #[arg(long, value_name = "READING")]
    pub(crate) reading: Option<Reading>,
    /// Ground truth to rank by, such as a GLUE task, `latency` or `cpu_ms`; the benchmark's default where absent
    #[arg(long, visible_alias = "target", value_name = "NAME")]
    pub(crate) metric: Option<String>,
    /// Bootstrap resamples over architectures
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) resamples: usize,
    /// Seed of the resamples
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) bootstrap_seed: u64,
    /// Also what was submitted; without a folder, what lies in `submissions`
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "submissions")]
    pub(crate) submissions: Option<PathBuf>,
}

/// Options of `rank`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  proxyrank rank --benchmark flexibert --reading as_trained --by within\n\n\
    The terminal shows the main columns; the files in --out hold all of them as Markdown, CSV and LaTeX."
)]
pub(crate) struct RankArgs {
    /// What to rank.
    #[command(flatten)]
    pub(crate) panel: PanelArgs,
    /// Sort by
    #[arg(long, value_enum, default_value_t = SortArg::Tau)]
    pub(crate) by: SortArg,
    /// What becomes of an architecture on which a proxy failed
    #[arg(long, value_enum, default_value_t = FailureArg::RankLast)]
    pub(crate) failures: FailureArg,
    /// Folder to write the table to
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(crate) out: PathBuf,
}

/// Orders of the correlation table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortArg {
    /// Kendall tau-b
    Tau,
    /// Spearman rho
    Rho,
    /// Partial tau given #params
    Partial,
    /// Tau within cells of equal depth and width
    Within,
    /// Regret of the best of the top k (smallest first)
    Regret,
}

/// Policies for failed measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailureArg {
    /// They share the last rank
    RankLast,
    /// The architecture is left out for every proxy
    Exclude,
}

/// Options of `compare`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  proxyrank compare nsc num_layers --reading declared")]
pub(crate) struct CompareArgs {
    /// One proxy
    pub(crate) a: String,
    /// The other proxy
    pub(crate) b: String,
    /// On what.
    #[command(flatten)]
    pub(crate) panel: PanelArgs,
}

/// Options of `report`.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(crate) out: PathBuf,
    /// Fewer resamples, no scatter plots of the decoder sets
    #[arg(long)]
    pub(crate) quick: bool,
}

/// Options of `reproduce`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    proxyrank reproduce                     every table\n  \
    proxyrank reproduce nsc-flexibert       one table; `proxyrank ls tables` names them")]
pub(crate) struct ReproduceArgs {
    /// Tables; all of them where none is named
    #[arg(value_name = "TABLE")]
    pub(crate) tables: Vec<String>,
    /// Closed forms only, fewer resamples, no scatter plots of the decoder sets; what needs networks comes from the
    /// committed reference
    #[arg(long, conflicts_with = "full")]
    pub(crate) quick: bool,
    /// Also other seeds, inputs, batch sizes, lengths and signals, and second order everywhere: hours on two cores
    #[arg(long)]
    pub(crate) full: bool,
    /// Exit with 1 when a published number differs from ours
    #[arg(long)]
    pub(crate) strict: bool,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(crate) out: PathBuf,
    /// Print the plan and compute nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Options of `compact`.
#[derive(Debug, Args)]
pub(crate) struct CompactArgs {
    /// Afterwards copy what networks scored to the `reference` folder below the results, which is committed
    #[arg(long)]
    pub(crate) reference: bool,
}

/// Options of `verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Data sets to check; every one that is here where none is named
    #[arg(value_name = "DATASET")]
    pub(crate) datasets: Vec<String>,
}
