//! Arguments of `corpus`.

use std::path::PathBuf;

use clap::Args;

/// Options of `corpus`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    proxyrank corpus --sample                      documents and examples to read\n  \
    proxyrank corpus --tokens 2000000 --out made   text, vocabulary, tasks, statistics\n\n\
    The same seed gives the same bytes on every machine and for any number of threads.\n\
    DIR then holds corpus.txt (a sentence a line, a blank line between documents), vocab.txt\n\
    (a token a line), and train.tsv and dev.tsv of each task in a folder of its name.\n\
    The statistics say how much context helps to foresee a word, in bits.")]
pub(crate) struct CorpusArgs {
    /// Tokens of text, at the least; whole documents
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    pub(crate) tokens: usize,
    /// Seed of text and tasks
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Folder to write text, vocabulary and tasks to
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Examples to learn from, for each task
    #[arg(long, value_name = "N", default_value_t = 4000)]
    pub(crate) train: usize,
    /// Examples to measure on, for each task
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) dev: usize,
    /// Also fit the baselines of each task: a constant answer, and counts of words
    #[arg(long)]
    pub(crate) baselines: bool,
    /// Print some documents and examples to read, and nothing else
    #[arg(long, conflicts_with_all = ["out", "baselines"])]
    pub(crate) sample: bool,
}
