//! The eight tasks behind a FlexiBERT ground truth.

use serde::Deserialize;

/// One GLUE task, in the order of the benchmark's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// Matthews correlation on `CoLA`; it can be negative.
    Cola,
    /// Accuracy on matched MNLI.
    Mnli,
    /// Accuracy on MRPC.
    Mrpc,
    /// Accuracy on QNLI.
    Qnli,
    /// Accuracy on QQP.
    Qqp,
    /// Accuracy on RTE.
    Rte,
    /// Accuracy on SST-2.
    Sst,
    /// Pearson correlation on STS-B.
    Sts,
}

impl Task {
    /// Every task.
    pub const ALL: [Self; 8] =
        [Self::Cola, Self::Mnli, Self::Mrpc, Self::Qnli, Self::Qqp, Self::Rte, Self::Sst, Self::Sts];

    /// The name in the benchmark's file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cola => "cola",
            Self::Mnli => "mnli",
            Self::Mrpc => "mrpc",
            Self::Qnli => "qnli",
            Self::Qqp => "qqp",
            Self::Rte => "rte",
            Self::Sst => "sst",
            Self::Sts => "sts",
        }
    }
}

/// The scores of one trained network, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskScores {
    cola: f64,
    mnli: f64,
    mrpc: f64,
    qnli: f64,
    qqp: f64,
    rte: f64,
    sst: f64,
    sts: f64,
    glue: f64,
}

/// Largest difference between a stored mean and a computed one that rounding explains.
const ROUNDING: f64 = 1e-6;

impl TaskScores {
    /// The score on one task.
    pub const fn get(&self, task: Task) -> f64 {
        match task {
            Task::Cola => self.cola,
            Task::Mnli => self.mnli,
            Task::Mrpc => self.mrpc,
            Task::Qnli => self.qnli,
            Task::Qqp => self.qqp,
            Task::Rte => self.rte,
            Task::Sst => self.sst,
            Task::Sts => self.sts,
        }
    }

    /// The stored GLUE score.
    pub const fn glue(&self) -> f64 {
        self.glue
    }

    /// The mean of the eight tasks, which the stored GLUE score claims to be.
    pub fn mean(&self) -> f64 {
        Task::ALL.iter().map(|task| self.get(*task)).sum::<f64>() / Task::ALL.len() as f64
    }

    /// Whether the stored GLUE score is that mean.
    pub fn glue_is_the_mean(&self) -> bool {
        (self.glue - self.mean()).abs() <= ROUNDING
    }
}
