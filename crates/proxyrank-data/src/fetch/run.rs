//! What `fetch` does for a data set: look, ask the mirror, ask the source, look again.
//!
//! A few files are downloaded at a time. When one fails for good no further one is begun, and the error is that
//! file's; what has arrived stays, so the same command goes on from there.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::Serialize;

use super::download::Context;
use super::error::{Fault, FetchError};
use super::github;
use super::hub::HubRepository;
use super::locate::{Located, Locator, Origin, warnings};
use super::options::{Mirror, Network};
use super::parallel::each;
use super::progress::Ending;
use super::retry::Tried;
use super::stop::Stop;
use super::{archive, mirror};
use crate::manifest::{FileEntry, GitHubSource, HubSource, Manifest, Need, Source, Transfer};

/// Which files of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Selection {
    /// Those without which it is incomplete.
    #[default]
    Required,
    /// All, with the test splits that have no labels.
    All,
}

/// How to fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FetchOptions {
    /// Which files.
    pub selection: Selection,
}

/// One file after a fetch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FetchedFile {
    /// Where it is.
    pub located: Located,
    /// How it came there in this run; `None` where it was there already.
    pub download: Option<Download>,
}

/// How a file came over the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Download {
    /// Whence.
    pub url: String,
    /// Bytes transferred, those of failed attempts included; the first file of an archive carries the archive's.
    pub transferred_bytes: u64,
    /// Attempts.
    pub attempts: u32,
    /// Commit that the server named, or that the manifest pins.
    pub commit: String,
}

/// What a fetch did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FetchReport {
    /// The data set.
    pub dataset: String,
    /// Its files, in the order of the manifest.
    pub files: Vec<FetchedFile>,
}

impl FetchReport {
    /// Bytes that came over the network.
    pub fn transferred_bytes(&self) -> u64 {
        self.files.iter().filter_map(|file| file.download.as_ref()).map(|d| d.transferred_bytes).sum()
    }

    /// Files that were downloaded in this run.
    pub fn downloaded(&self) -> usize {
        self.files.iter().filter(|file| file.download.is_some()).count()
    }
}

impl Locator {
    /// Makes sure that a data set is on this machine, whole and right.
    ///
    /// A stop (see [`Locator::with_stop`]) is heeded between files, between attempts and whenever bytes arrive; at a
    /// server that stands still it is heeded once [`Timeouts::stall`](super::Timeouts::stall) is over.
    pub fn fetch(&self, manifest: &Manifest, options: FetchOptions) -> Result<FetchReport, FetchError> {
        let mut done: Vec<(usize, FetchedFile)> = Vec::new();
        let mut wanted: Vec<(usize, &FileEntry)> = Vec::new();
        for (index, file) in manifest.files.iter().enumerate() {
            if options.selection == Selection::Required && file.need == Need::Optional {
                continue;
            }
            if self.stop.load(Ordering::Relaxed) {
                return Err(FetchError::Stopped);
            }
            match self.find(manifest, file) {
                Ok(located) => done.push((index, FetchedFile { located, download: None })),
                Err(error @ FetchError::Corrupt { .. }) if self.options.network == Network::Offline => {
                    return Err(error);
                }
                Err(_) => wanted.push((index, file)),
            }
        }
        if !wanted.is_empty() {
            if self.options.network == Network::Offline {
                let files = wanted.iter().map(|(_, file)| file.path.as_str().to_owned()).collect();
                return Err(FetchError::Missing(self.missing(manifest, files)));
            }
            let count = wanted.len();
            self.progress.begin(&manifest.name, count);
            let stop = Stop::new(Arc::clone(&self.stop));
            let result = self.download_all(manifest, wanted, &stop);
            let result = match result {
                // Only a stop leaves out files without an error.
                Ok(files) if files.len() < count => Err(FetchError::Stopped),
                Err(error) if stop.asked() && error.is_abandoned() => Err(FetchError::Stopped),
                result => result,
            };
            self.progress
                .end(&manifest.name, if result.is_ok() { Ending::Complete } else { Ending::Incomplete });
            done.extend(result?);
        }
        done.sort_by_key(|(index, _)| *index);
        let files = done.into_iter().map(|(_, file)| file).collect();
        Ok(FetchReport { dataset: manifest.name.clone(), files })
    }

    fn download_all(
        &self,
        manifest: &Manifest,
        mut wanted: Vec<(usize, &FileEntry)>,
        stop: &Stop,
    ) -> Result<Vec<(usize, FetchedFile)>, FetchError> {
        let context =
            Context { client: &self.client, retry: &self.options.retry, stop, progress: &*self.progress };
        let width = self.options.concurrency;
        let mut done = Vec::new();
        if let Some(Mirror::Endpoint(endpoint)) = &self.options.mirror {
            let asked = each(width, &wanted, stop, |file| self.mirrored(&context, endpoint, manifest, file))?;
            wanted.retain(|(index, _)| !asked.iter().any(|(number, file)| number == index && file.is_some()));
            done.extend(asked.into_iter().filter_map(|(index, file)| Some((index, file?))));
        }
        if wanted.is_empty() {
            return Ok(done);
        }
        match &manifest.source {
            Source::GitHub(source) if source.transfer == Transfer::Archive => {
                done.extend(self.unpack(&context, manifest, source, &wanted)?);
            }
            Source::GitHub(source) => {
                done.extend(each(width, &wanted, stop, |file| self.raw(&context, manifest, source, file))?);
            }
            Source::Hub(source) => {
                done.extend(each(width, &wanted, stop, |file| self.hub(&context, manifest, source, file))?);
            }
        }
        Ok(done)
    }

    fn mirrored(
        &self,
        context: &Context<'_>,
        endpoint: &str,
        manifest: &Manifest,
        file: &FileEntry,
    ) -> Result<Option<FetchedFile>, FetchError> {
        let (url, tried) = self.fetch_from_mirror(context, endpoint, manifest, file);
        let attempts = tried.attempts;
        let got = tried.result.map_err(|fault| transfer_error(manifest, file, &url, attempts, fault))?;
        Ok(got.map(|mirror::FromMirror { received, path, root, name, url }| FetchedFile {
            located: Located {
                file: file.path.as_str().to_owned(),
                path,
                root,
                origin: Origin::Mirror,
                bytes: received.inspection.bytes,
                rows: received.inspection.rows,
                warnings: warnings(file, name.as_str(), received.inspection),
            },
            download: Some(Download {
                url,
                transferred_bytes: received.transferred,
                attempts,
                commit: manifest.source.revision().to_owned(),
            }),
        }))
    }

    fn raw(
        &self,
        context: &Context<'_>,
        manifest: &Manifest,
        source: &GitHubSource,
        file: &FileEntry,
    ) -> Result<FetchedFile, FetchError> {
        let url = github::url(&self.options.github_raw, source, file);
        let tried = self.download_to_cache(context, file, &url, &self.github_target(manifest, file));
        let attempts = tried.attempts;
        let received = tried.result.map_err(|fault| transfer_error(manifest, file, &url, attempts, fault))?;
        let commit = source.commit.clone();
        let download = Download { url, transferred_bytes: received.transferred, attempts, commit };
        Ok(FetchedFile { located: self.find(manifest, file)?, download: Some(download) })
    }

    fn hub(
        &self,
        context: &Context<'_>,
        manifest: &Manifest,
        source: &HubSource,
        file: &FileEntry,
    ) -> Result<FetchedFile, FetchError> {
        let hub = HubRepository::new(&self.options, source);
        let mut last = None;
        for name in file.names() {
            let url =
                hub.url(name).map_err(|fault| transfer_error(manifest, file, name.as_str(), 0, fault))?;
            let Tried { attempts, result } = hub.fetch(context, file, name, &url);
            match result {
                Ok(got) => {
                    let transferred_bytes = got.received.transferred;
                    let download = Download { url, transferred_bytes, attempts, commit: got.commit };
                    return Ok(FetchedFile { located: self.find(manifest, file)?, download: Some(download) });
                }
                Err(fault) => {
                    let elsewhere = fault.is_not_found();
                    let error = transfer_error(manifest, file, &url, attempts, fault);
                    if !elsewhere {
                        return Err(error);
                    }
                    // The error names the official path, not the last alternative.
                    last.get_or_insert(error);
                }
            }
        }
        Err(last.unwrap_or_else(|| {
            FetchError::Missing(self.missing(manifest, vec![file.path.as_str().to_owned()]))
        }))
    }

    fn unpack(
        &self,
        context: &Context<'_>,
        manifest: &Manifest,
        source: &GitHubSource,
        wanted: &[(usize, &FileEntry)],
    ) -> Result<Vec<(usize, FetchedFile)>, FetchError> {
        let files: Vec<&FileEntry> = wanted.iter().map(|(_, file)| *file).collect();
        let url = archive::url(&self.options.github_archive, source);
        let Tried { attempts, result } = self.fetch_from_archive(context, manifest, source, &files);
        let mut transferred = result.map_err(|fault| match files.first() {
            Some(first) => transfer_error(manifest, first, &url, attempts, fault),
            None => FetchError::Missing(self.missing(manifest, Vec::new())),
        })?;
        wanted
            .iter()
            .map(|&(index, file)| {
                let transferred_bytes = std::mem::take(&mut transferred);
                let commit = source.commit.clone();
                let download = Download { url: url.clone(), transferred_bytes, attempts, commit };
                let located = self.find(manifest, file)?;
                Ok((index, FetchedFile { located, download: Some(download) }))
            })
            .collect()
    }
}

fn transfer_error(
    manifest: &Manifest,
    file: &FileEntry,
    url: &str,
    attempts: u32,
    fault: Fault,
) -> FetchError {
    FetchError::Transfer {
        dataset: manifest.name.clone(),
        file: file.path.as_str().to_owned(),
        revision: manifest.source.revision().to_owned(),
        url: url.to_owned(),
        attempts,
        fault: Box::new(fault),
    }
}
