//! Many small files of one commit: a single archive, of which only the listed files are taken.
//!
//! The archive is read as it arrives and is never stored. An entry counts only if it is a plain file whose path,
//! without the archive's top folder, is listed; then its size and SHA-256 must be the listed ones. Nothing is ever
//! written to a path that the archive names: the manifest's own path is used. What was taken before a fault is kept,
//! and the next attempt wants only the rest.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;
use tar::{Archive, EntryType};

use super::disk::{self, Lock};
use super::download::{Context, partial_path};
use super::error::Fault;
use super::http;
use super::locate::Locator;
use super::progress::Meter;
use super::retry::{Advance, Tried};
use super::stop::Stop;
use crate::hash::sha256_bytes;
use crate::manifest::{Check, FileEntry, GitHubSource, Manifest};

/// Unpacked bytes after which an archive is called a bomb; the largest in use unpacks to some hundred megabytes.
const MAX_UNPACKED_BYTES: u64 = 8 << 30;

/// Largest file that is taken, since each is held in memory until it is checked.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// The address of a commit's archive.
pub(crate) fn url(base: &str, source: &GitHubSource) -> String {
    format!("{base}/{}/{}/tar.gz/{}", source.owner, source.repo, source.commit)
}

/// A listed file that is still wanted.
struct Wanted<'a> {
    bytes: u64,
    sha256: &'a str,
}

struct Extraction<'a> {
    cache: &'a Path,
    root: PathBuf,
    wanted: BTreeMap<&'a str, Wanted<'a>>,
    transferred: u64,
}

impl Locator {
    /// Takes the given files from the archive of a commit. Returns the bytes that came over the network.
    pub(super) fn fetch_from_archive(
        &self,
        context: &Context<'_>,
        manifest: &Manifest,
        source: &GitHubSource,
        files: &[&FileEntry],
    ) -> Tried<u64> {
        let root = self.options.cache.join(manifest.source.folder());
        let _lock = match Lock::acquire(&self.options.cache, &root, self.options.timeouts.lock, context.stop)
        {
            Ok(lock) => lock,
            Err(fault) => return Tried { attempts: 1, result: Err(fault) },
        };
        let wanted = files.iter().filter_map(|file| match &file.check {
            Check::Digest { bytes, sha256 } => {
                Some((file.path.as_str(), Wanted { bytes: *bytes, sha256: sha256.as_str() }))
            }
            Check::Parquet { .. } => None,
        });
        let mut extraction =
            Extraction { cache: &self.options.cache, root, wanted: wanted.collect(), transferred: 0 };
        let url = url(&self.options.github_archive, source);
        let meter = context.progress.file(&format!("archive with {} files", files.len()), None);
        let tried = context.retry.run(
            context.stop,
            |fault, wait| context.progress.retry("archive", fault, wait),
            || {
                let before = extraction.wanted.len();
                let result = extraction.attempt(context, &url, &*meter);
                let further = extraction.wanted.len() < before;
                (result, if further { Advance::Further } else { Advance::NoFurther })
            },
        );
        if tried.result.is_ok() {
            meter.done();
        }
        Tried { attempts: tried.attempts, result: tried.result.map(|()| extraction.transferred) }
    }
}

impl Extraction<'_> {
    fn attempt(&mut self, context: &Context<'_>, url: &str, meter: &dyn Meter) -> Result<(), Fault> {
        let response = context.client.get(url, 0, None)?;
        if response.status().as_u16() != 200 {
            return Err(http::status_fault(&response));
        }
        let mut received = 0;
        let body = response.into_body().into_reader();
        let body = Counted { inner: body, count: &mut received, meter, stop: context.stop };
        let outcome = self.read(context, body);
        self.transferred += received;
        // A stopped body looks like a broken one to the readers between here and there.
        outcome.or_else(|fault| context.stop.check().and(Err(fault)))?;
        match self.wanted.keys().next() {
            None => Ok(()),
            Some(first) => {
                let more = self.wanted.len() - 1;
                Err(Fault::Unexpected(format!("the archive has no `{first}` (and lacks {more} more)")))
            }
        }
    }

    fn read(&mut self, context: &Context<'_>, body: impl Read) -> Result<(), Fault> {
        let fault = |error| context.client.io_fault(error);
        let mut archive = Archive::new(GzDecoder::new(body).take(MAX_UNPACKED_BYTES));
        for entry in archive.entries().map_err(fault)? {
            let mut entry = entry.map_err(fault)?;
            let path = entry.path().map_err(fault)?.into_owned();
            let Some((path, wanted)) = inner_path(&path).and_then(|path| self.wanted.get_key_value(&*path))
            else {
                continue;
            };
            let path = *path;
            if entry.header().entry_type() != EntryType::Regular {
                return Err(Fault::Unexpected(format!("`{path}` is no plain file in the archive")));
            }
            if entry.size() != wanted.bytes || wanted.bytes > MAX_FILE_BYTES {
                let (found, want) = (entry.size(), wanted.bytes);
                return Err(Fault::Content(format!("`{path}` has {found} bytes in the archive, not {want}")));
            }
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(fault)?;
            let found = sha256_bytes(&bytes);
            if found != wanted.sha256 {
                let want = wanted.sha256;
                return Err(Fault::Content(format!("the SHA-256 of `{path}` is {found}, not {want}")));
            }
            let target = self.root.join(path);
            disk::write_through(&partial_path(self.cache, &target, &found), &target, &bytes)?;
            self.wanted.remove(path);
            if self.wanted.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// An entry's path without the archive's top folder, if it is made of plain names only.
fn inner_path(path: &Path) -> Option<String> {
    let mut names = path.components().map(|component| match component {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    names.next()??;
    let names = names.collect::<Option<Vec<_>>>()?;
    Some(names.join("/"))
}

/// Counts what comes over the network.
struct Counted<'a, R> {
    inner: R,
    count: &'a mut u64,
    meter: &'a dyn Meter,
    stop: &'a Stop,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        *self.count += read as u64;
        self.meter.at(*self.count);
        if self.stop.is_up() { Err(std::io::ErrorKind::ConnectionAborted.into()) } else { Ok(read) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_below_the_top_folder_count() {
        assert_eq!(
            inner_path(Path::new("LPZero-9faa/saved_logs/x.yaml")).as_deref(),
            Some("saved_logs/x.yaml")
        );
        for bad in ["/etc/passwd", "../x", "top/../../x", ""] {
            assert_eq!(inner_path(Path::new(bad)), None, "{bad}");
        }
    }
}
