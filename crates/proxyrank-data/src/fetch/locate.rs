//! The order in which places on this machine are searched for a file.
//!
//! Mirror, then the hub's cache or our own. Every candidate is checked against the manifest before it is handed
//! out; one that is wrong is passed over with a warning, because a good copy may lie in the next place.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use hf_hub::{Cache, Repo, RepoType};
use serde::Serialize;

use super::check::{Inspection, Refusal, inspect};
use super::error::{FetchError, Missing};
use super::http::Client;
use super::options::{LocatorOptions, Mirror};
use super::progress::Progress;
use crate::hash::{is_commit, sha256_bytes};
use crate::manifest::{FileEntry, HubKind, HubSource, Manifest, Need, Source};

/// Where a file was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// In the mirror, or in what was downloaded from it.
    Mirror,
    /// In the hub's cache.
    HubCache,
    /// In our own cache.
    Cache,
}

/// Something that a table made from the file must say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// A copy with fewer rows than the official file.
    Truncated {
        /// The path in the manifest.
        file: String,
        /// Its rows.
        rows: u64,
        /// Rows of the official file.
        official_rows: u64,
    },
    /// A copy under another name than the official one.
    Renamed {
        /// The path in the manifest.
        file: String,
        /// The name that was found.
        found: String,
    },
    /// A wrong copy that was passed over.
    PassedOver {
        /// The wrong copy.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Truncated { file, rows, official_rows } => {
                write!(f, "`{file}` is truncated: {rows} of {official_rows} rows")
            }
            Self::Renamed { file, found } => write!(f, "`{found}` stands for `{file}`"),
            Self::PassedOver { path, reason } => write!(f, "passed over `{}`: {reason}", path.display()),
        }
    }
}

/// A file that was found and checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Located {
    /// The path in the manifest.
    pub file: String,
    /// The file.
    pub path: PathBuf,
    /// The folder that the manifest's paths are relative to.
    pub root: PathBuf,
    /// In which kind of place.
    pub origin: Origin,
    /// Size.
    pub bytes: u64,
    /// Rows of a Parquet file.
    pub rows: Option<u64>,
    /// What a table made from it must say.
    pub warnings: Vec<Warning>,
}

/// The files of a data set, found and checked, in the order of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LocatedSet {
    /// The data set.
    pub dataset: String,
    /// The files; optional ones only where they are there.
    pub files: Vec<Located>,
}

impl LocatedSet {
    /// The file with a path in the manifest.
    pub fn path(&self, file: &str) -> Option<&Path> {
        self.files.iter().find(|located| located.file == file).map(|located| located.path.as_path())
    }

    /// The folder that holds all files under their paths in the manifest, for readers of whole folders.
    pub fn folder(&self) -> Result<&Path, FetchError> {
        let scattered = |first: &Path, second: &Path| FetchError::Scattered {
            dataset: self.dataset.clone(),
            first: first.to_owned(),
            second: second.to_owned(),
        };
        let first = self.files.first().map_or(Path::new(""), |located| located.root.as_path());
        match self.files.iter().find(|located| located.root != first) {
            Some(other) => Err(scattered(first, &other.root)),
            None => Ok(first),
        }
    }

    /// Everything that tables made from these files must say.
    pub fn warnings(&self) -> impl Iterator<Item = &Warning> {
        self.files.iter().flat_map(|located| &located.warnings)
    }
}

/// Finds files, and fetches them.
pub struct Locator {
    pub(super) options: LocatorOptions,
    pub(super) client: Client,
    pub(super) progress: Arc<dyn Progress>,
    pub(super) stop: Arc<AtomicBool>,
}

impl Locator {
    /// A locator with the given options.
    pub fn new(options: LocatorOptions, progress: Arc<dyn Progress>) -> Result<Self, FetchError> {
        if let Some(Mirror::Folder(folder)) = &options.mirror
            && !folder.is_dir()
        {
            return Err(FetchError::NoMirror(folder.clone()));
        }
        let client = Client::new(&options.timeouts);
        Ok(Self { options, client, progress, stop: Arc::default() })
    }

    /// Lets somebody end a fetch: soon after `stop` becomes true, whatever is under way is given up with
    /// [`FetchError::Stopped`]. What has arrived is kept, and the next fetch goes on from there.
    #[must_use]
    pub fn with_stop(mut self, stop: Arc<AtomicBool>) -> Self {
        self.stop = stop;
        self
    }

    /// The options in force.
    pub fn options(&self) -> &LocatorOptions {
        &self.options
    }

    /// Finds one file without the network. A copy in the mirror comes before one in a cache.
    pub fn find(&self, manifest: &Manifest, file: &FileEntry) -> Result<Located, FetchError> {
        let mut passed_over: Vec<(PathBuf, String)> = Vec::new();
        for (root, origin) in self.roots(&manifest.source) {
            for name in file.names() {
                let path = name.below(&root);
                if !path.is_file() {
                    continue;
                }
                match inspect(&path, &file.check) {
                    Ok(found) => {
                        let mut warnings = warnings(file, name.as_str(), found);
                        warnings.extend(
                            passed_over
                                .into_iter()
                                .map(|(path, reason)| Warning::PassedOver { path, reason }),
                        );
                        let Inspection { bytes, rows } = found;
                        let file = file.path.as_str().to_owned();
                        return Ok(Located { file, path, root, origin, bytes, rows, warnings });
                    }
                    Err(Refusal::Wrong(reason)) => passed_over.push((path, reason)),
                    Err(Refusal::Unreadable(error)) => passed_over.push((path, error.to_string())),
                }
            }
        }
        let mut wrong = passed_over.into_iter();
        Err(match wrong.next() {
            Some((path, reason)) => FetchError::Corrupt {
                dataset: manifest.name.clone(),
                file: file.path.as_str().to_owned(),
                path,
                reason,
            },
            None => FetchError::Missing(self.missing(manifest, vec![file.path.as_str().to_owned()])),
        })
    }

    /// Finds every file of a data set without the network: all required ones, and the optional ones that are there.
    pub fn locate(&self, manifest: &Manifest) -> Result<LocatedSet, FetchError> {
        let mut files = Vec::new();
        let mut missing = Vec::new();
        for file in &manifest.files {
            match self.find(manifest, file) {
                Ok(located) => files.push(located),
                Err(_) if file.need == Need::Optional => {}
                Err(FetchError::Missing(one)) => missing.extend(one.files),
                Err(error) => return Err(error),
            }
        }
        if missing.is_empty() {
            Ok(LocatedSet { dataset: manifest.name.clone(), files })
        } else {
            Err(FetchError::Missing(self.missing(manifest, missing)))
        }
    }

    pub(super) fn missing(&self, manifest: &Manifest, files: Vec<String>) -> Missing {
        Missing {
            dataset: manifest.name.clone(),
            source: manifest.source.to_string(),
            files,
            looked_in: self.roots(&manifest.source).into_iter().map(|(root, _)| root).collect(),
        }
    }

    /// The folders in which a source's files may lie, in the order of the search.
    fn roots(&self, source: &Source) -> Vec<(PathBuf, Origin)> {
        let mirror = self.options.mirror.as_ref().map(|mirror| match mirror {
            Mirror::Folder(folder) => folder.join(source.folder()),
            Mirror::Endpoint(endpoint) => self.mirror_root(endpoint, source),
        });
        let mut roots: Vec<_> = mirror.into_iter().map(|root| (root, Origin::Mirror)).collect();
        match source {
            Source::GitHub(_) => roots.push((self.options.cache.join(source.folder()), Origin::Cache)),
            Source::Hub(hub) => roots.push((self.snapshot(hub), Origin::HubCache)),
        }
        roots
    }

    /// What comes from an http mirror is kept by address, apart from what comes from the sources: it may be a
    /// conversion or a part.
    pub(super) fn mirror_root(&self, endpoint: &str, source: &Source) -> PathBuf {
        let address = &sha256_bytes(endpoint.as_bytes())[..16];
        self.options.cache.join("mirrors").join(address).join(source.folder())
    }

    /// The folder of a revision in the hub's cache. A branch is looked up in the cache's own record of it.
    fn snapshot(&self, hub: &HubSource) -> PathBuf {
        let repo = hub_repo(hub);
        let cache = Cache::new(self.options.hub_cache.clone());
        let reference = self.options.hub_cache.join(repo.folder_name()).join("refs").join(repo.revision());
        let commit = std::fs::read_to_string(reference).ok().map(|text| text.trim().to_owned());
        let commit = commit.filter(|commit| is_commit(commit)).unwrap_or_else(|| hub.revision.clone());
        cache.repo(repo).pointer_path(&commit)
    }
}

/// A hub repository as hf-hub names it.
pub(super) fn hub_repo(hub: &HubSource) -> Repo {
    let kind = match hub.kind {
        HubKind::Dataset => RepoType::Dataset,
        HubKind::Model => RepoType::Model,
    };
    Repo::with_revision(hub.id.clone(), kind, hub.revision.clone())
}

/// What a table made from a right file must say.
pub(super) fn warnings(file: &FileEntry, name: &str, found: Inspection) -> Vec<Warning> {
    let path = file.path.as_str().to_owned();
    let mut warnings = Vec::new();
    if name != path {
        warnings.push(Warning::Renamed { file: path.clone(), found: name.to_owned() });
    }
    if let (Some(rows), Some(official_rows)) = (found.rows, file.check.complete_rows())
        && rows < official_rows
    {
        warnings.push(Warning::Truncated { file: path, rows, official_rows });
    }
    warnings
}
