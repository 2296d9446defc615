//! What a data set consists of, and how a file is recognised as the right one.
//!
//! A result is worth no more than the bytes it was computed from, so every file that a run reads is named in a
//! manifest under `datasets/`, together with its licence, its citation and what is known to be wrong with it. The
//! manifests are part of the binary: a user needs no checkout to fetch data, and a release speaks of fixed bytes.
//!
//! Two kinds of source need two kinds of check:
//! - a file of a git repository at a pinned commit has fixed bytes: its size and SHA-256 are listed;
//! - a Parquet file of the hub may come from a mirror that converted it, so it is recognised by its columns, and a
//!   copy with fewer rows than the official split is accepted but called truncated.
//!
//! [`Manifest::parse`] refuses whatever could make a download write outside its folder.

mod embedded;
mod parse;
mod path;

use std::collections::BTreeSet;

use serde::Serialize;

pub use embedded::{UnknownDataset, manifest, manifests};
pub use parse::ManifestError;
pub use path::RelativePath;

/// One data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The name on the command line, such as `flexibert`.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// Where it comes from.
    pub source: Source,
    /// Under which licence the data may be used.
    pub licence: String,
    /// Where to read more.
    pub homepage: String,
    /// A BibTeX entry.
    pub citation: String,
    /// What is known to be wrong with the data, one fact each.
    pub faults: Vec<String>,
    /// The files, in the order of the manifest.
    pub files: Vec<FileEntry>,
}

/// Where a data set comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A GitHub repository at a pinned commit.
    GitHub(GitHubSource),
    /// A repository of the Hugging Face hub at a pinned revision.
    Hub(HubSource),
}

/// A GitHub repository at a pinned commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GitHubSource {
    /// Account.
    pub owner: String,
    /// Repository.
    pub repo: String,
    /// Full commit id, 40 hex digits.
    pub commit: String,
    /// How its files come over the network.
    pub transfer: Transfer,
}

/// How files of a GitHub repository come over the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transfer {
    /// One request a file.
    Raw,
    /// One archive of the whole commit, of which the listed files are taken. For sets of a thousand small files.
    Archive,
}

/// A repository of the hub at a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HubSource {
    /// Data set or model.
    pub kind: HubKind,
    /// Account and name, `owner/name`.
    pub id: String,
    /// A full commit id, or a branch.
    pub revision: String,
}

/// The two kinds of hub repositories that are read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HubKind {
    /// A data set.
    Dataset,
    /// A model; only tokenizers and configurations are taken.
    Model,
}

/// One file of a data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileEntry {
    /// Its path in the repository.
    pub path: RelativePath,
    /// Other paths under which a mirror may keep it, in the order of preference.
    pub alternatives: Vec<RelativePath>,
    /// Whether a run can do without it.
    pub need: Need,
    /// How it is recognised.
    pub check: Check,
}

/// Whether a run can do without a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A data set without it is incomplete.
    Required,
    /// Fetched only when asked for, such as test splits without labels.
    Optional,
}

/// How a file is recognised as the right one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// By its bytes.
    Digest {
        /// Size.
        bytes: u64,
        /// SHA-256 in lower-case hex.
        sha256: String,
    },
    /// By the columns in a Parquet footer.
    Parquet {
        /// `name: type` in the order of the file, such as `label: int64` or `text: list<string>`.
        columns: Vec<String>,
        /// Rows of the official split.
        official_rows: u64,
        /// Into how many files the official split is cut evenly; this file is one of them.
        shards: u64,
    },
}

impl Check {
    /// The least number of rows of a complete Parquet file; `None` for a file recognised by its bytes.
    pub fn complete_rows(&self) -> Option<u64> {
        match self {
            Self::Digest { .. } => None,
            Self::Parquet { official_rows, shards, .. } => Some(official_rows / shards),
        }
    }
}

impl FileEntry {
    /// The path and its alternatives, best first.
    pub fn names(&self) -> impl Iterator<Item = &RelativePath> {
        std::iter::once(&self.path).chain(&self.alternatives)
    }
}

impl Manifest {
    /// One file by its path.
    pub fn file(&self, path: &str) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.path.as_str() == path)
    }

    /// The files without which the data set is incomplete.
    pub fn required(&self) -> impl Iterator<Item = &FileEntry> {
        self.files.iter().filter(|file| file.need == Need::Required)
    }

    /// Every path and alternative path.
    pub(crate) fn all_paths(&self) -> impl Iterator<Item = &RelativePath> {
        self.files.iter().flat_map(FileEntry::names)
    }

    fn duplicate_path(&self) -> Option<&RelativePath> {
        let mut seen = BTreeSet::new();
        self.all_paths().find(|path| !seen.insert(path.as_str()))
    }
}

impl Source {
    /// Where the files lie in a mirror or in our own cache, relative to its root, with `/` between the parts:
    /// `github/OWNER/REPO/COMMIT` or `hub/datasets/OWNER/NAME`.
    pub fn folder(&self) -> String {
        match self {
            Self::GitHub(source) => format!("github/{}/{}/{}", source.owner, source.repo, source.commit),
            Self::Hub(source) => format!("hub/{}/{}", source.kind.plural(), source.id),
        }
    }

    /// The pinned commit, or the revision.
    pub fn revision(&self) -> &str {
        match self {
            Self::GitHub(source) => &source.commit,
            Self::Hub(source) => &source.revision,
        }
    }
}

impl HubKind {
    /// The word in paths: `datasets` or `models`.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Dataset => "datasets",
            Self::Model => "models",
        }
    }
}

impl std::fmt::Display for Source {
    /// Source and full revision, such as `github.com/OWNER/REPO at COMMIT`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::GitHub(source) => {
                write!(f, "github.com/{}/{} at {}", source.owner, source.repo, source.commit)
            }
            Self::Hub(source) => {
                write!(f, "hub {} {} at {}", source.kind.plural(), source.id, source.revision)
            }
        }
    }
}
