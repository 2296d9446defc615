//! Files of the hub: ask for a file's metadata, download it into the hub's cache, point the snapshot at it.
//!
//! The layout is the hub's own, so Python tools find what is fetched here and the other way round:
//! `blobs/<etag>` holds the bytes, `snapshots/<commit>/<path>` is a relative link to them, and `refs/<branch>` holds
//! the commit of a branch. For a large file the (linked) `ETag` is its SHA-256, which is what a download is checked
//! against. The `ETag` of a small file is a git blob id (SHA-1); such files are recognised by the manifest's own
//! SHA-256 instead.

use std::path::Path;

use hf_hub::api::sync::ApiBuilder;
use hf_hub::{Cache, Repo};
use serde::Serialize;
use ureq::http::Uri;
use ureq::http::header::HeaderMap;

use super::check::inspect;
use super::disk::{self, Lock};
use super::download::{Context, Job, Received};
use super::error::Fault;
use super::http::{self, Client};
use super::locate::hub_repo;
use super::options::LocatorOptions;
use super::retry::{Advance, Tried};
use crate::hash::{is_commit, is_sha256, sha256_file};
use crate::manifest::{Check, FileEntry, HubSource, RelativePath};

/// What the hub says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Metadata {
    /// Commit that the revision stands for.
    commit: String,
    /// Name of the bytes.
    etag: String,
    bytes: u64,
}

impl Metadata {
    fn sha256(&self) -> Option<&str> {
        is_sha256(&self.etag).then_some(self.etag.as_str())
    }
}

/// Written to our own cache for each file, because a link in the hub's cache does not say when and whence.
#[derive(Serialize)]
struct Provenance<'a> {
    url: &'a str,
    revision: &'a str,
    commit: &'a str,
    etag: &'a str,
    bytes: u64,
    fetched_at_unix_s: u64,
}

/// A hub repository, and the places that a download touches.
pub(crate) struct HubRepository<'a> {
    options: &'a LocatorOptions,
    source: &'a HubSource,
    repo: Repo,
    cache: Cache,
}

/// A file that came from the hub.
pub(crate) struct FromHub {
    pub(crate) received: Received,
    pub(crate) commit: String,
}

impl<'a> HubRepository<'a> {
    pub(crate) fn new(options: &'a LocatorOptions, source: &'a HubSource) -> Self {
        let cache = Cache::new(options.hub_cache.clone());
        Self { options, source, repo: hub_repo(source), cache }
    }

    /// The address of a file, as hf-hub builds it.
    pub(crate) fn url(&self, path: &RelativePath) -> Result<String, Fault> {
        let api = ApiBuilder::from_cache(self.cache.clone())
            .with_endpoint(self.options.hub_endpoint.clone())
            .build()
            .map_err(|error| Fault::Protocol(error.to_string()))?;
        Ok(api.repo(self.repo.clone()).url(&path.url()))
    }

    /// Downloads a file under one of its names into the hub's cache.
    pub(crate) fn fetch(
        &self,
        context: &Context<'_>,
        file: &FileEntry,
        name: &RelativePath,
        url: &str,
    ) -> Tried<FromHub> {
        let token = self.options.hub_token.as_deref();
        let asked = context.retry.run(
            context.stop,
            |fault, wait| context.progress.retry(name.as_str(), fault, wait),
            || (self.metadata(context.client, url, token), Advance::NoFurther),
        );
        let metadata = match asked.result {
            Ok(metadata) => metadata,
            Err(fault) => return Tried { attempts: asked.attempts, result: Err(fault) },
        };
        let blob = self.cache.repo(self.repo.clone()).blob_path(&metadata.etag);
        let _lock = match Lock::acquire(&self.options.cache, &blob, self.options.timeouts.lock, context.stop)
        {
            Ok(lock) => lock,
            Err(fault) => return Tried { attempts: asked.attempts, result: Err(fault) },
        };
        let body = self.body(context, file, name, url, &metadata, &blob);
        let result = body.result.and_then(|received| {
            self.point(name, &metadata, &blob)?;
            self.record(name, url, &metadata)?;
            Ok(FromHub { received, commit: metadata.commit })
        });
        Tried { attempts: body.attempts, result }
    }

    /// The bytes: those that an earlier run or another tool has left, or else a download.
    fn body(
        &self,
        context: &Context<'_>,
        file: &FileEntry,
        name: &RelativePath,
        url: &str,
        metadata: &Metadata,
        blob: &Path,
    ) -> Tried<Received> {
        if let Some(inspection) = good_blob(blob, metadata, &file.check) {
            return Tried { attempts: 1, result: Ok(Received { transferred: 0, inspection }) };
        }
        let sha256 = metadata.sha256().or(match &file.check {
            Check::Digest { sha256, .. } => Some(sha256.as_str()),
            Check::Parquet { .. } => None,
        });
        let partial = blob.with_file_name(format!("{}.proxyrank-partial", metadata.etag));
        context.download(&Job {
            name: name.as_str(),
            url,
            token: self.options.hub_token.as_deref(),
            partial: &partial,
            target: blob,
            bytes: Some(metadata.bytes),
            sha256,
            check: &file.check,
        })
    }

    /// Asks for a file's metadata. Redirects are followed up to the answer that names the bytes: a renamed
    /// repository sends on, and a large file is then redirected to where its bytes are stored.
    fn metadata(&self, client: &Client, url: &str, token: Option<&str>) -> Result<Metadata, Fault> {
        let mut url = url.to_owned();
        let mut token = token;
        for _ in 0..=http::MAX_REDIRECTS {
            let response = client.head(&url, token)?;
            let headers = response.headers();
            let status = response.status();
            if status.is_success() || (status.is_redirection() && headers.contains_key("x-linked-etag")) {
                return self.read_metadata(headers);
            }
            if !status.is_redirection() {
                return Err(http::status_fault(&response));
            }
            let location = http::text(headers, "location")
                .ok_or_else(|| Fault::Protocol("a redirect without a location".into()))?;
            let next = absolute(&url, location)?;
            if authority(&next) != authority(&url) {
                // The token is for the hub alone.
                token = None;
            }
            url = next;
        }
        Err(Fault::Redirects)
    }

    fn read_metadata(&self, headers: &HeaderMap) -> Result<Metadata, Fault> {
        let lacks = |name: &str| {
            Fault::Protocol(format!("no usable {name} header; is {} a hub?", self.options.hub_endpoint))
        };
        let commit = http::text(headers, "x-repo-commit").filter(|commit| is_commit(commit));
        let commit = commit.ok_or_else(|| lacks("x-repo-commit"))?.to_owned();
        if is_commit(&self.source.revision) && commit != self.source.revision {
            return Err(Fault::Protocol(format!("it answers for commit {commit}, not the one asked for")));
        }
        let etag = http::text(headers, "x-linked-etag").or_else(|| http::text(headers, "etag"));
        let etag = etag.map(|etag| etag.trim_start_matches("W/").trim_matches('"').to_owned());
        // The ETag becomes a file name.
        let plain = |etag: &String| {
            !etag.is_empty()
                && etag.len() <= 128
                && etag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let etag = etag.filter(plain).ok_or_else(|| lacks("etag"))?;
        let bytes =
            http::number(headers, "x-linked-size").or_else(|| http::number(headers, "content-length"));
        Ok(Metadata { commit, etag, bytes: bytes.ok_or_else(|| lacks("x-linked-size"))? })
    }

    /// Lets the snapshot's path point at the bytes, and the branch at the snapshot.
    fn point(&self, name: &RelativePath, metadata: &Metadata, blob: &Path) -> Result<(), Fault> {
        let snapshot = self.cache.repo(self.repo.clone()).pointer_path(&metadata.commit);
        let pointer = name.below(&snapshot);
        let depth = name.as_str().split('/').count() + 1;
        let relative = Path::new(&"../".repeat(depth)).join("blobs").join(&metadata.etag);
        let points_there = std::fs::read_link(&pointer).is_ok_and(|link| link == relative);
        if !points_there {
            disk::point_at(&pointer, blob, &relative)?;
        }
        if !is_commit(self.repo.revision()) {
            let folder = self.options.hub_cache.join(self.repo.folder_name());
            disk::write_whole(&folder.join("refs").join(self.repo.revision()), metadata.commit.as_bytes())?;
        }
        Ok(())
    }

    fn record(&self, name: &RelativePath, url: &str, metadata: &Metadata) -> Result<(), Fault> {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let provenance = Provenance {
            url,
            revision: &self.source.revision,
            commit: &metadata.commit,
            etag: &metadata.etag,
            bytes: metadata.bytes,
            fetched_at_unix_s: now.map_or(0, |since| since.as_secs()),
        };
        let folder = self.options.cache.join("provenance/hub").join(self.source.kind.plural());
        let file = folder.join(&self.source.id).join(&metadata.commit).join(format!("{name}.json"));
        let json = serde_json::to_vec_pretty(&provenance).map_err(|error| Fault::Disk {
            action: "write",
            path: file.clone(),
            source: error.into(),
        })?;
        disk::write_whole(&file, &json)
    }
}

/// Bytes that lie there already, if they are the right ones.
fn good_blob(blob: &Path, metadata: &Metadata, check: &Check) -> Option<super::check::Inspection> {
    let inspection = inspect(blob, check).ok().filter(|found| found.bytes == metadata.bytes)?;
    match metadata.sha256() {
        Some(sha256) if sha256_file(blob).ok()? != sha256 => None,
        _ => Some(inspection),
    }
}

/// A redirect's target, relative to the address that gave it.
fn absolute(base: &str, location: &str) -> Result<String, Fault> {
    let bad = || Fault::Protocol(format!("a redirect to `{location}`"));
    if location.starts_with("http://") || location.starts_with("https://") {
        return Ok(location.to_owned());
    }
    let base: Uri = base.parse().map_err(|_| bad())?;
    let (scheme, authority) = base.scheme_str().zip(base.authority()).ok_or_else(bad)?;
    if location.starts_with('/') && !location.starts_with("//") {
        Ok(format!("{scheme}://{authority}{location}"))
    } else {
        Err(bad())
    }
}

fn authority(url: &str) -> Option<(String, String)> {
    let uri: Uri = url.parse().ok()?;
    Some((uri.scheme_str()?.to_owned(), uri.authority()?.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_stay_addresses() {
        let base = "https://hub/datasets/glue/resolve/main/x";
        assert_eq!(
            absolute(base, "/datasets/nyu-mll/glue/x").unwrap(),
            "https://hub/datasets/nyu-mll/glue/x"
        );
        assert_eq!(absolute(base, "http://cdn/x").unwrap(), "http://cdn/x");
        for bad in ["//evil/x", "x", "", "file:///etc/passwd"] {
            assert!(absolute(base, bad).is_err(), "{bad}");
        }
        assert_ne!(authority("https://hub/x"), authority("https://cdn/x"));
        assert_ne!(authority("https://hub/x"), authority("http://hub/x"));
    }
}
