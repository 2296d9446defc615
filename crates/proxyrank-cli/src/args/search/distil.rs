//! Options of `search wpca-distil`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};

/// Options of `search wpca-distil`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  proxyrank search wpca-distil --task sst2 --seeds 5\n\n\
    Three students of four layers and hidden size 48 learn from one teacher, which is trained here: the network that W-PCA prefers \
    below a limit of parameters, a random one as large for each seed, and the largest uniform one. There is no pre-training, so this says \
    nothing about the paper's GLUE numbers. Finished trainings are kept; say the same command again to go on.")]
pub(crate) struct DistilArgs {
    /// Task of GLUE
    #[arg(long, value_enum, default_value_t = TaskArg::Sst2)]
    pub(crate) task: TaskArg,
    /// Trainings of each kind of student
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = value_parser!(u64).range(1..=1000))]
    pub(crate) seeds: u64,
    /// Steps of each student
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = value_parser!(u32).range(1..))]
    pub(crate) steps: u32,
    /// Steps of the teacher
    #[arg(long, value_name = "N", default_value_t = 800, value_parser = value_parser!(u32).range(1..))]
    pub(crate) teacher_steps: u32,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(crate) out: PathBuf,
}

/// A task with two classes whose metric is accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TaskArg {
    /// Sentiment of sentences
    Sst2,
    /// Whether a sentence answers a question
    Qnli,
    /// Entailment
    Rte,
}
