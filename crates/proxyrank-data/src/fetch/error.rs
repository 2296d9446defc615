//! What can go wrong between a manifest and a file on disk.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why a single attempt at a transfer failed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// No connection: no such host, refused, no route, or no answer within the time-out.
    #[error("the server cannot be reached ({0})")]
    Unreachable(String),
    /// The connection stood still for longer than allowed.
    #[error("the transfer stood still for {} s", .0.as_secs_f64())]
    Stalled(Duration),
    /// The connection broke.
    #[error("the connection broke ({0})")]
    Broken(String),
    /// The body ended early.
    #[error("the body ended after {got} of {want} bytes")]
    Truncated {
        /// Bytes received, those of earlier attempts included.
        got: u64,
        /// Bytes expected.
        want: u64,
    },
    /// The server announces another length than the manifest or the hub.
    #[error("the server announces {announced} bytes where {want} are expected")]
    Length {
        /// What the server announces.
        announced: u64,
        /// What is expected.
        want: u64,
    },
    /// The whole file arrived but is not the right one; it may have been damaged on the way.
    #[error("what arrived is not the right file: {0}")]
    Content(String),
    /// The file arrived as its server meant it, and still does not fit the manifest. Asking again is of no use.
    #[error("the server's file does not fit the manifest: {0}")]
    Unexpected(String),
    /// An HTTP status other than success.
    #[error("the server answered with status {code}{}", status_hint(*.code))]
    Status {
        /// The status.
        code: u16,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// Redirects that lead nowhere.
    #[error("the redirects do not end")]
    Redirects,
    /// An answer that a server of this kind does not give.
    #[error("the server does not speak the protocol: {0}")]
    Protocol(String),
    /// The local disk failed.
    #[error("{}", disk_message(.action, .path, .source))]
    Disk {
        /// What was tried, such as `write`.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Another process has been downloading the same file for too long.
    #[error("another process holds the lock `{}`; wait for it, or end it, and try again", .0.display())]
    Locked(PathBuf),
    /// Another file of the same data set failed, or somebody asked to stop, so this one was given up.
    #[error("given up, because another file failed or a stop was asked for")]
    Abandoned,
}

fn status_hint(code: u16) -> &'static str {
    match code {
        401 | 403 => " (access denied: set HF_TOKEN if the data needs a login, and check the address)",
        404 | 410 => " (no such file there)",
        429 => " (too many requests)",
        _ => "",
    }
}

fn disk_message(action: &str, path: &Path, source: &io::Error) -> String {
    let path = path.display();
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => format!(
            "no space left to {action} `{path}`; free some, or point PROXYRANK_CACHE and HF_HOME at a larger disk"
        ),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            format!(
                "no permission to {action} `{path}`; point PROXYRANK_CACHE and HF_HOME at a folder of yours"
            )
        }
        _ => format!("cannot {action} `{path}`: {source}"),
    }
}

impl Fault {
    /// Names the path of an input/output error.
    pub(crate) fn disk(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { action, path, source }
    }

    /// Whether asking again may help.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_)
            | Self::Stalled(_)
            | Self::Broken(_)
            | Self::Truncated { .. }
            | Self::Length { .. }
            | Self::Content(_) => true,
            Self::Status { code, .. } => matches!(code, 408 | 416 | 425 | 429 | 500..=599),
            Self::Unexpected(_)
            | Self::Redirects
            | Self::Protocol(_)
            | Self::Disk { .. }
            | Self::Locked(_)
            | Self::Abandoned => false,
        }
    }

    /// Whether the server says that it has no such file.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Status { code: 404 | 410, .. })
    }
}

/// Files that are not on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The data set.
    pub dataset: String,
    /// Source and revision, as [`crate::manifest::Source`] prints them.
    pub source: String,
    /// The paths in the manifest; at least one.
    pub files: Vec<String>,
    /// Where was looked.
    pub looked_in: Vec<PathBuf>,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { dataset, source, files, .. } = self;
        let first = files.first().map_or("", String::as_str);
        let pronoun = match files.len() {
            1 => {
                write!(f, "the file {first} of data set {dataset} is not on this machine (source {source})")?;
                "it"
            }
            count => {
                write!(
                    f,
                    "{count} files of data set {dataset} are not on this machine (the first is {first}; source \
                     {source})"
                )?;
                "them"
            }
        };
        write!(
            f,
            "; get {pronoun} with `proxyrank fetch {dataset}`, or name a copy with --mirror or PROXYRANK_MIRROR"
        )?;
        let places: Vec<String> = self.looked_in.iter().map(|path| path.display().to_string()).collect();
        if places.is_empty() { Ok(()) } else { write!(f, " (looked in {})", places.join(", ")) }
    }
}

/// Why a file could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It is not here, and the network may not be used.
    #[error("{0}")]
    Missing(Missing),
    /// It is here, but it is not the right one, and there is no other copy.
    #[error(
        "`{}` is not the `{file}` of data set `{dataset}`: {reason}; \
         move it away and run `proxyrank fetch {dataset}`", .path.display()
    )]
    Corrupt {
        /// The data set.
        dataset: String,
        /// The path in the manifest.
        file: String,
        /// The copy that was found.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A transfer failed for good.
    #[error(
        "cannot fetch `{file}` of data set `{dataset}` ({revision}) from {url}, tried {}: {fault}{}",
        times(*attempts), next_step(dataset, fault)
    )]
    Transfer {
        /// The data set.
        dataset: String,
        /// The path in the manifest.
        file: String,
        /// The pinned commit or revision.
        revision: String,
        /// The address asked for.
        url: String,
        /// How often it was tried.
        attempts: u32,
        /// The last fault.
        fault: Box<Fault>,
    },
    /// Somebody asked to stop.
    #[error("stopped; what has arrived is kept, say the same command again to go on")]
    Stopped,
    /// A folder that was named as a mirror does not exist.
    #[error("the mirror `{}` is no folder; --mirror and PROXYRANK_MIRROR want a folder or an http address", .0.display())]
    NoMirror(PathBuf),
    /// The files of a data set do not lie in one folder, and a reader wants one.
    #[error("the files of data set `{dataset}` lie partly in `{}` and partly in `{}`; \
             complete one of them, or unset PROXYRANK_MIRROR", .first.display(), .second.display())]
    Scattered {
        /// The data set.
        dataset: String,
        /// The folder of the first file.
        first: PathBuf,
        /// The folder of another file.
        second: PathBuf,
    },
}

/// `once`, `3 times`.
fn times(attempts: u32) -> String {
    if attempts == 1 { "once".to_owned() } else { format!("{attempts} times") }
}

/// What a person can do after a failed transfer.
fn next_step(dataset: &str, fault: &Fault) -> String {
    let again = format!("`proxyrank fetch {dataset}`");
    match fault {
        Fault::Unreachable(_) => format!(
            "; run {again} with a network, or name a copy of the data with --mirror or PROXYRANK_MIRROR"
        ),
        fault if fault.is_passing() => format!("; what has arrived is kept, {again} goes on from there"),
        _ => String::new(),
    }
}

impl FetchError {
    /// Whether the data is merely not here: the network may not be used, or no server can be reached.
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Missing(_) => true,
            Self::Transfer { fault, .. } => matches!(**fault, Fault::Unreachable(_)),
            Self::Corrupt { .. } | Self::Stopped | Self::NoMirror(_) | Self::Scattered { .. } => false,
        }
    }

    /// Whether the file was given up for a reason that lies elsewhere.
    pub(crate) fn is_abandoned(&self) -> bool {
        matches!(self, Self::Transfer { fault, .. } if matches!(**fault, Fault::Abandoned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_reads_as_one() {
        let fault = Fault::disk("write", Path::new("/c/x"))(io::ErrorKind::StorageFull.into());
        assert!(fault.to_string().starts_with("no space left to write `/c/x`"));
        assert!(!fault.is_passing());
    }

    #[test]
    fn what_is_missing_is_named_with_the_command() {
        let missing = Missing {
            dataset: "flexibert".into(),
            source: "github.com/o/r at 0123".into(),
            files: vec!["data/a.json".into(), "data/b.csv".into()],
            looked_in: vec!["/mirror".into()],
        };
        let one = Missing { files: vec!["data/a.json".into()], ..missing.clone() }.to_string();
        assert!(one.starts_with("the file data/a.json of data set flexibert is not"), "{one}");
        assert!(one.contains("get it with"), "{one}");
        let error = FetchError::Missing(missing);
        assert!(error.is_missing());
        let text = error.to_string();
        for part in [
            "2 files of data set flexibert are not",
            "first is data/a.json; source",
            "at 0123",
            "get them",
            "`proxyrank fetch flexibert`",
            "/mirror",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}
