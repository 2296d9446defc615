//! Options of `train`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, value_parser};
use proxyrank_schema::{BenchmarkId, Reading};

/// Options of `train`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "Examples:\n  \
    proxyrank train --benchmark embedded --arch 17 --recipe embedded --out trained\n  \
    proxyrank train --benchmark flexibert --arch 60 --text wikitext-2 --tasks sst2,rte --out trained\n  \
    proxyrank train embedded                 the rows of the embedded benchmark that are missing\n  \
    proxyrank train exits                    early exit and weaker generators against the plain recipe\n  \
    proxyrank train real                     small networks on GLUE, beside counts of words\n\n\
    A training that was interrupted, or killed, goes on from its last checkpoint as if nothing had happened: say the same \
    command again. DIR gets checkpoint.safetensors, curve.parquet with charts of it, and scores.json.")]
pub(crate) struct TrainArgs {
    /// What to train other than one network.
    #[command(subcommand)]
    pub(crate) what: Option<TrainWhat>,
    /// One network.
    #[command(flatten)]
    pub(crate) one: OneArgs,
}

/// What else can be trained.
#[derive(Debug, Subcommand)]
pub(crate) enum TrainWhat {
    /// The networks of the embedded benchmark; resumable
    Embedded(EmbeddedArgs),
    /// One network by cheaper recipes: early exit, weaker generators; resumable
    Exits(ExitsArgs),
    /// Small networks on the real tasks of GLUE, beside answers that need no network; resumable
    Real(RealArgs),
}

/// One network.
#[derive(Debug, Args)]
pub(crate) struct OneArgs {
    /// Benchmark of encoders, or a folder with a `benchmark.toml`
    #[arg(long, value_name = "NAME|DIR", default_value = "embedded")]
    pub(crate) benchmark: BenchmarkId,
    /// The architecture's name
    #[arg(long, value_name = "ID", required = true)]
    pub(crate) arch: Option<String>,
    /// Which network to build; the benchmark's default where absent
    #[arg(long, value_name = "READING")]
    pub(crate) reading: Option<Reading>,
    /// Text to pre-train on
    #[arg(long, value_enum, default_value_t = TextArg::Corpus)]
    pub(crate) text: TextArg,
    /// Pre-train and fine-tune as a JSON file says, or as the embedded benchmark does (`embedded`), instead of ELECTRA's way with
    /// the options below; `proxyrank train embedded --dry-run` prints such a file
    #[arg(
        long,
        value_name = "FILE|embedded",
        conflicts_with_all = [
            "corpus_tokens", "seq_len", "steps", "batch", "lr", "warmup", "generator_divisor", "initial_scale", "epochs", "task_lr",
            "layer_factor",
        ]
    )]
    pub(crate) recipe: Option<PathBuf>,
    /// Tokens of the corpus, at the least
    #[arg(long, value_name = "N", default_value_t = 2_000_000)]
    pub(crate) corpus_tokens: usize,
    /// Steps of pre-training; 0 for none
    #[arg(long, value_name = "N", default_value_t = 1500, value_parser = value_parser!(u64).range(..=1_000_000_000))]
    pub(crate) steps: u64,
    /// Sequences in a step
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = value_parser!(u32).range(1..))]
    pub(crate) batch: u32,
    /// Tokens in a sequence; the benchmark's own length where absent
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(4..=4096))]
    pub(crate) seq_len: Option<u32>,
    /// Peak of the learning rate
    #[arg(long, value_name = "RATE", default_value_t = 5e-4)]
    pub(crate) lr: f64,
    /// Steps in which the rate rises; a tenth of all where absent
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(..=1_000_000_000))]
    pub(crate) warmup: Option<u64>,
    /// The generator's widths are the network's divided by this
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = value_parser!(u16).range(1..=64))]
    pub(crate) generator_divisor: u16,
    /// What initial weights, of deviation 0.02, are multiplied by; small networks learn sooner from larger ones
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub(crate) initial_scale: f32,
    /// Seed of weights, order, hidden tokens and dropout
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Tasks to fine-tune on: probe tasks with the corpus, GLUE's with other text; `none` for none. All probe tasks, or no
    /// task of GLUE, where absent
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub(crate) tasks: Vec<String>,
    /// Examples to learn a task from; 4000 of a probe task and all of GLUE where absent
    #[arg(long, value_name = "N")]
    pub(crate) examples: Option<usize>,
    /// Times that every example is seen
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = value_parser!(u64).range(..=1_000_000))]
    pub(crate) epochs: u64,
    /// Peak of the learning rate in fine-tuning
    #[arg(long, value_name = "RATE", default_value_t = 5e-4)]
    pub(crate) task_lr: f64,
    /// Factor of that rate from layer to layer, counted to twelve layers as FlexiBERT's code does; 1 for one rate everywhere
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub(crate) layer_factor: f64,
    /// Seconds between two checkpoints, at the least
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) checkpoint_every: u64,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "trained")]
    pub(crate) out: PathBuf,
    /// Say what would be trained, and train nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextArg {
    /// The project's own corpus, with its words
    Corpus,
    /// WikiText-2, with BERT's word pieces
    #[value(name = "wikitext-2")]
    WikiText2,
}

/// Options of `train embedded`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    proxyrank train embedded                 train what is missing, for hours\n  \
    proxyrank train embedded --row 17/1      train architecture 17 from seed 1 and compare with the row that is compiled in\n\n\
    A finished row is on the disk before the next one begins. Stop with Ctrl-C or SIGTERM and say the same command again.")]
pub(crate) struct EmbeddedArgs {
    /// File of rows to add to
    #[arg(long, value_name = "FILE", default_value = "results/embedded/rows.jsonl")]
    pub(crate) rows: PathBuf,
    /// Networks to train side by side, each on one thread
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = value_parser!(u16).range(1..=1024))]
    pub(crate) workers: u16,
    /// Most rows to add
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Recipe to train by, as JSON; `--dry-run` prints the benchmark's own. Rows by another recipe belong in a file of their own
    #[arg(long, value_name = "FILE")]
    pub(crate) recipe: Option<PathBuf>,
    /// Train one row again, as `ARCHITECTURE/SEED`, and compare it with the one that is compiled in
    #[arg(long, value_name = "ARCH/SEED", conflicts_with = "limit")]
    pub(crate) row: Option<String>,
    /// Say what is missing, and train nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Options of `train exits`.
#[derive(Debug, Args)]
#[command(
    after_help = "One network of the embedded benchmark is pre-trained with and without early exit, for fewer steps, with a narrower generator and \
    without one, from five seeds each, and fine-tuned on the five tasks. `proxyrank report` makes a page of the rows, which may be \
    fewer than all. A finished row is on the disk before the next one begins. Stop with Ctrl-C or SIGTERM and say the same command \
    again."
)]
pub(crate) struct ExitsArgs {
    /// File of rows to add to
    #[arg(long, value_name = "FILE", default_value = "results/early_exit/rows.jsonl")]
    pub(crate) rows: PathBuf,
    /// Networks to train side by side, each on one thread
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = value_parser!(u16).range(1..=1024))]
    pub(crate) workers: u16,
    /// Most rows to add
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Recipe whose variants are compared, as JSON; the embedded benchmark's where absent, which `train embedded --dry-run` prints
    #[arg(long, value_name = "FILE")]
    pub(crate) recipe: Option<PathBuf>,
    /// Print what the rows say so far, and train nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Options of `train real`.
#[derive(Debug, Args)]
#[command(
    after_help = "Two networks of the embedded benchmark, with BERT's vocabulary, are pre-trained on WikiText-2 and on the unlabelled texts \
    of GLUE's training splits from three seeds each and \
    fine-tuned on all nine tasks of GLUE and on parts of both versions of SQuAD; answers that need no network are measured on the same \
    examples: the commonest class, logistic regression on word pieces, averaged embeddings. \
    `proxyrank report` makes a page of the rows, which may be fewer than all. Stop with Ctrl-C or SIGTERM and say the same command again."
)]
pub(crate) struct RealArgs {
    /// File of rows to add to; pre-trained networks are kept beside it
    #[arg(long, value_name = "FILE", default_value = "results/real_tasks/rows.jsonl")]
    pub(crate) rows: PathBuf,
    /// Trainings side by side, each on one thread
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = value_parser!(u16).range(1..=1024))]
    pub(crate) workers: u16,
    /// Most rows to add
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Networks, seeds, tasks and recipes, as JSON; `--show-plan` prints the usual one
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Print the plan, and train nothing
    #[arg(long)]
    pub(crate) show_plan: bool,
    /// Print what the rows say so far, and train nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
