//! Single files of a GitHub repository at a pinned commit, into our own cache.

use super::disk::Lock;
use super::download::{Context, Job, Received, partial_path};
use super::locate::Locator;
use super::retry::Tried;
use crate::manifest::{Check, FileEntry, GitHubSource, Manifest};

/// The address of a file.
pub(crate) fn url(raw: &str, source: &GitHubSource, file: &FileEntry) -> String {
    format!("{raw}/{}/{}/{}/{}", source.owner, source.repo, source.commit, file.path.url())
}

impl Locator {
    /// Downloads a file from an address to its place below a root of our own cache.
    pub(super) fn download_to_cache(
        &self,
        context: &Context<'_>,
        file: &FileEntry,
        url: &str,
        target: &std::path::Path,
    ) -> Tried<Received> {
        let cache = &self.options.cache;
        let _lock = match Lock::acquire(cache, target, self.options.timeouts.lock, context.stop) {
            Ok(lock) => lock,
            Err(fault) => return Tried { attempts: 1, result: Err(fault) },
        };
        // Another process may have completed it while this one waited.
        if let Ok(inspection) = super::check::inspect(target, &file.check) {
            return Tried { attempts: 1, result: Ok(Received { transferred: 0, inspection }) };
        }
        let (bytes, sha256) = match &file.check {
            Check::Digest { bytes, sha256 } => (Some(*bytes), Some(sha256.as_str())),
            Check::Parquet { .. } => (None, None),
        };
        let partial = partial_path(cache, target, sha256.unwrap_or_default());
        context.download(&Job {
            name: file.path.as_str(),
            url,
            token: None,
            partial: &partial,
            target,
            bytes,
            sha256,
            check: &file.check,
        })
    }

    /// Where a file of GitHub lies in our own cache.
    pub(super) fn github_target(&self, manifest: &Manifest, file: &FileEntry) -> std::path::PathBuf {
        file.path.below(&self.options.cache.join(manifest.source.folder()))
    }
}
