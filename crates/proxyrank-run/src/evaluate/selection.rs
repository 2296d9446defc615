//! Which architectures of a benchmark a request is about.

use crate::RunError;
use crate::audit;
use crate::benchmark::Benchmark;

/// A choice of architectures that a benchmark and nothing else decides, so that a run can be resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Selection {
    /// All of them.
    #[default]
    Whole,
    /// So many from the beginning of the benchmark's files.
    First(usize),
    /// The stratified sample of the numerical audit, [`audit::sample`].
    Audit,
}

impl Selection {
    /// The places of the selected architectures, ascending.
    pub fn places(self, benchmark: &Benchmark) -> Result<Vec<usize>, RunError> {
        let all = benchmark.entries.len();
        match self {
            Self::Whole => Ok((0..all).collect()),
            Self::First(count) => Ok((0..all.min(count)).collect()),
            Self::Audit => audit::sample(benchmark),
        }
    }
}
