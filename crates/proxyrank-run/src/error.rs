//! What can go wrong in a run, and which exit code it means.

use std::io;
use std::path::{Path, PathBuf};

use proxyrank_data::batch::BatchError;
use proxyrank_data::fetch::FetchError;
use proxyrank_data::load::LoadError;
use proxyrank_data::manifest::UnknownDataset;
use proxyrank_nn::{DeviceError, NnError};
use proxyrank_predict::PredictError;
use proxyrank_proxies::gradient::SignalError;
use proxyrank_proxies::{CallError, UnknownProxy};
use proxyrank_prune::PruneError;
use proxyrank_report::chart::ChartError;
use proxyrank_report::file::WriteError;
use proxyrank_report::site::SiteError;
use proxyrank_schema::{ArchId, BenchmarkId, UnknownName};
use proxyrank_search::lpzero::generations::GenerationsError;
use proxyrank_search::lpzero::state::StateError;
use proxyrank_search::lpzero::table::TableError;
use proxyrank_search::tabular::SearchError;
use proxyrank_search::wpca::memo::MemoError;
use proxyrank_space::SpaceError;
use proxyrank_stats::StatsError;
use proxyrank_store::StoreError;

use crate::benchmark::{UnknownBenchmark, UnknownMetric, UnknownReading};
use crate::papers::SpecError;

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Data are missing or could not be downloaded.
    #[error(transparent)]
    Fetch(Box<FetchError>),
    /// Several data sets are missing.
    #[error("data are missing:\n{}", list(.0))]
    DataMissing(Vec<FetchError>),
    /// No such data set.
    #[error(transparent)]
    UnknownDataset(#[from] UnknownDataset),
    /// A file of the data is not what it should be.
    #[error("{0}; {advice}", advice = .0.advice())]
    Load(Box<LoadError>),
    /// A file of a benchmark of one's own is not what it should be.
    #[error("{0}; docs/own_benchmark.md says what the files hold")]
    Own(Box<LoadError>),
    /// A batch of tokens could not be made.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A device is not there.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A network could not be built or run.
    #[error(transparent)]
    Network(#[from] NnError),
    /// A signal cannot be made for a batch.
    #[error(transparent)]
    Signal(#[from] SignalError),
    /// The results folder.
    #[error(transparent)]
    Store(Box<StoreError>),
    /// An entry of a benchmark lies outside its space.
    #[error("{benchmark}, architecture {arch}: {source}")]
    Space {
        /// The benchmark.
        benchmark: BenchmarkId,
        /// The architecture.
        arch: ArchId,
        /// What is wrong.
        source: Box<SpaceError>,
    },
    /// A statistic cannot be computed.
    #[error("{context}: {source}")]
    Stats {
        /// Of what.
        context: String,
        /// Why.
        source: StatsError,
    },
    /// A predictor could not be fitted or judged.
    #[error(transparent)]
    Predict(#[from] PredictError),
    /// An encoder could not be read, trained or pruned.
    #[error(transparent)]
    Prune(Box<PruneError>),
    /// A search could not be replayed.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// A chart could not be drawn.
    #[error(transparent)]
    Chart(Box<ChartError>),
    /// A report could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The leaderboard could not be written.
    #[error(transparent)]
    Site(Box<SiteError>),
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A table's description is wrong.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// No such benchmark.
    #[error(transparent)]
    UnknownBenchmark(#[from] UnknownBenchmark),
    /// No such ground truth.
    #[error(transparent)]
    UnknownMetric(#[from] UnknownMetric),
    /// No such reading for this benchmark.
    #[error(transparent)]
    UnknownReading(#[from] UnknownReading),
    /// No such proxy.
    #[error(transparent)]
    UnknownProxy(#[from] UnknownProxy),
    /// A proxy was called wrongly.
    #[error(transparent)]
    Call(Box<CallError>),
    /// A name that is not among the allowed ones.
    #[error(transparent)]
    UnknownName(#[from] UnknownName),
    /// The table of a search's branches.
    #[error(transparent)]
    Branches(#[from] TableError),
    /// The state of a search.
    #[error(transparent)]
    SearchState(#[from] StateError),
    /// The forward passes of a search.
    #[error(transparent)]
    Memo(#[from] MemoError),
    /// The generations of a search.
    #[error(transparent)]
    Generations(#[from] GenerationsError),
    /// Wrong use that no type can rule out.
    #[error("{0}")]
    Usage(String),
    /// The store holds no scores for what was asked.
    #[error("{what}; run `{command}` first")]
    NothingStored {
        /// What is not there.
        what: String,
        /// What would put it there.
        command: String,
    },
    /// Somebody asked to stop.
    #[error("stopped {after}; what is finished is kept, say the same command again to go on")]
    Stopped {
        /// After what.
        after: String,
    },
    /// Somebody asked to stop work that writes nothing before its end.
    #[error("{what}: stopped before its end, so nothing was written")]
    Abandoned {
        /// The work.
        what: String,
    },
}

/// What kind of failure it was; the command line turns it into an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Wrong use or bad input.
    Input,
    /// Data are missing.
    DataMissing,
    /// Somebody asked to stop.
    Stopped,
}

impl RunError {
    /// What kind of failure this is.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::DataMissing(_) => FailureKind::DataMissing,
            Self::Stopped { .. } | Self::Abandoned { .. } => FailureKind::Stopped,
            Self::Fetch(error) if matches!(**error, FetchError::Stopped) => FailureKind::Stopped,
            Self::Fetch(error) if error.is_missing() => FailureKind::DataMissing,
            _ => FailureKind::Input,
        }
    }

    /// An error of a benchmark of one's own, which no download mends.
    pub(crate) fn own(error: LoadError) -> Self {
        Self::Own(Box::new(error))
    }

    /// Ties a statistic's error to what was computed.
    pub(crate) fn stats(context: impl Into<String>) -> impl FnOnce(StatsError) -> Self {
        let context = context.into();
        move |source| Self::Stats { context, source }
    }

    /// Ties a space's error to the architecture.
    pub(crate) fn space(benchmark: BenchmarkId, arch: &ArchId) -> impl FnOnce(SpaceError) -> Self {
        let arch = arch.clone();
        move |source| Self::Space { benchmark, arch, source: Box::new(source) }
    }

    /// Ties a system error to the file that was read.
    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }
}

fn list(errors: &[FetchError]) -> String {
    let lines: Vec<String> = errors.iter().map(|error| format!("  - {error}")).collect();
    lines.join("\n")
}

/// Wraps an error in its box, so that results stay small.
macro_rules! boxed {
    ($($error:ident => $variant:ident),+ $(,)?) => {
        $(impl From<$error> for RunError {
            fn from(error: $error) -> Self {
                Self::$variant(Box::new(error))
            }
        })+
    };
}

boxed!(FetchError => Fetch, LoadError => Load, StoreError => Store, ChartError => Chart, CallError => Call, SiteError => Site, PruneError => Prune);
