//! Why a comparison could not be made.

use std::path::PathBuf;
use std::process::ExitStatus;

use proxyrank_nn::NnError;
use proxyrank_proxies::CallError;
use proxyrank_proxies::gradient::SignalError;
use proxyrank_report::WriteError;
use proxyrank_schema::UnknownName;
use proxyrank_space::SpaceError;

/// Why it could not.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PeerError {
    /// The worker's program does not start.
    #[error(
        "cannot start `{program}`: {source}; run `make peer`, which sets PyTorch up, or name a python with --python"
    )]
    Start {
        /// What was to be started.
        program: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The worker ended before it answered.
    #[error("PyTorch's side ended ({status}) when asked to {asked}; what it said stands above")]
    Died {
        /// The request.
        asked: &'static str,
        /// How it ended.
        status: ExitStatus,
    },
    /// The pipes to the worker broke.
    #[error("cannot talk to PyTorch's side when asking it to {asked}: {source}")]
    Pipe {
        /// The request.
        asked: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// The worker said something that is no reply.
    #[error("asked to {asked}, PyTorch's side answered `{line}`, which is no reply: {source}")]
    Garbled {
        /// The request.
        asked: &'static str,
        /// What it said, shortened.
        line: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The worker replied to something else.
    #[error(
        "asked to {asked}, PyTorch's side replied `{reply}`; driver and worker are of different versions"
    )]
    Unexpected {
        /// The request.
        asked: &'static str,
        /// The kind of the reply.
        reply: &'static str,
    },
    /// The worker could not do it.
    #[error("asked to {asked}, PyTorch's side failed: {message}")]
    Failed {
        /// The request.
        asked: &'static str,
        /// Why.
        message: String,
    },
    /// The two sides do not run on the same number of threads.
    #[error("PyTorch runs on {found} threads, not {wanted}; take away OMP_NUM_THREADS and the like")]
    Threads {
        /// What it runs on.
        found: usize,
        /// What it was asked for.
        wanted: usize,
    },
    /// Rayon's pool cannot be made.
    #[error(transparent)]
    Pool(#[from] rayon::ThreadPoolBuildError),
    /// Scores differ.
    #[error("the two sides do not compute the same, so their times are not comparable: {0}")]
    Disagree(String),
    /// There is nothing to measure.
    #[error("{what} is 0; ask for at least 1")]
    Nothing {
        /// Which number.
        what: &'static str,
    },
    /// There are fewer architectures than wanted.
    #[error("{wanted} networks were asked for, and the benchmark has {all}")]
    TooMany {
        /// How many were asked for.
        wanted: usize,
        /// How many there are.
        all: usize,
    },
    /// The weights cannot be handed over.
    #[error("cannot write the weights to {}: {source}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: safetensors::SafeTensorError,
    },
    /// There is no place for the weights.
    #[error("cannot make a temporary folder for the weights: {0}")]
    Folder(std::io::Error),
    /// A network cannot be run.
    #[error(transparent)]
    Network(#[from] NnError),
    /// A network cannot be built.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// A proxy's name is none.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The loss cannot be made.
    #[error(transparent)]
    Signal(#[from] SignalError),
    /// A reading's name is none.
    #[error(transparent)]
    Name(#[from] UnknownName),
    /// The report cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The report cannot be put into words.
    #[error("the report cannot be written as JSON: {0}")]
    Json(serde_json::Error),
}
