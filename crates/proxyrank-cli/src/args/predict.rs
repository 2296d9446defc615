//! Options of `predict`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};
use proxyrank_predict::Method;

use super::TargetArgs;

/// Options of `predict`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    proxyrank predict                                            the whole study on FlexiBERT: minutes on two cores\n  \
    proxyrank predict --benchmark lts-gpt2-wt103 --labels 10,50,140\n  \
    proxyrank predict --target mnli --predictor ridge --features both --repeats 20\n\n\
    Each repeat sets three in ten architectures aside. Predictors are told the labels of more and more of the others and rank those \
    set aside, beside rules that need no label: on encoders the sort by layers, hidden size and parameters is what to beat, on decoders \
    #params.\n\n\
    Scores of proxies come from the results and the committed reference; `proxyrank evaluate` computes them. Proxies that \
    were chosen by looking at labels are no features.")]
pub(crate) struct PredictArgs {
    /// On what.
    #[command(flatten)]
    pub(crate) on: TargetArgs,
    /// What predictors look at
    #[arg(long, value_enum, value_name = "KIND,...", value_delimiter = ',', default_value = "all")]
    pub(crate) features: Vec<FeaturesArg>,
    /// Predictors: ridge, gaussian_process, size_first, forest, boosted_trees, neighbours; all of them where absent
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub(crate) predictor: Vec<Method>,
    /// Numbers of labels; one that is more than seven in ten of the architectures becomes seven in ten
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_value = "5,10,20,50,100,200,350")]
    pub(crate) labels: Vec<usize>,
    /// On which scale labels are learnt
    #[arg(long, value_enum, default_value_t = ScaleArg::Ranks)]
    pub(crate) scale: ScaleArg,
    /// Random splits
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = value_parser!(u16).range(1..))]
    pub(crate) repeats: u16,
    /// Seed of the splits and of forests and boosted trees
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Folder to write tables and charts to
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(crate) out: PathBuf,
    /// Print how many models would be fitted, and fit none
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Kinds of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FeaturesArg {
    /// Depth, widths, heads, operations and counts
    Architecture,
    /// Scores of proxies: closed forms, and what is stored
    Proxies,
    /// Architecture and proxies together
    Both,
    /// Each of the three in turn
    All,
}

/// Scales of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScaleArg {
    /// Their ranks among the labelled architectures: failed trainings weigh no more than others
    Ranks,
    /// The labels themselves
    Labels,
}
