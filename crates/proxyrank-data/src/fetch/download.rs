//! One file over an unreliable line: continue, check, put in place.
//!
//! The state on disk is one partial file, and its length is all that is known of an earlier run. It is continued
//! only if the caller knows the SHA-256 of the whole, in which case its name contains it; so a partial file of
//! another version is never continued, and any torn tail is found by the hash and fetched anew.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::check::{Inspection, Refusal, inspect};
use super::disk;
use super::error::Fault;
use super::http::{self, Client};
use super::progress::{Meter, Progress};
use super::retry::{Advance, RetryPolicy, Tried};
use super::stop::Stop;
use crate::hash::sha256_file;
use crate::manifest::Check;

/// New bytes that make an attempt worth forgetting the failures before it. A server that breaks off after a few bytes
/// each time would otherwise be asked a million times.
const WORTHWHILE_BYTES: u64 = 256 * 1024;

/// What every download of a run shares.
pub(crate) struct Context<'a> {
    pub(crate) client: &'a Client,
    pub(crate) retry: &'a RetryPolicy,
    pub(crate) stop: &'a Stop,
    pub(crate) progress: &'a dyn Progress,
}

/// One file to download.
pub(crate) struct Job<'a> {
    /// The name shown to people.
    pub(crate) name: &'a str,
    /// The address.
    pub(crate) url: &'a str,
    /// Access token for the address.
    pub(crate) token: Option<&'a str>,
    /// Where the partial file lies; on the same file system as the target.
    pub(crate) partial: &'a Path,
    /// Where the complete file goes.
    pub(crate) target: &'a Path,
    /// Size of the whole, where it is known beforehand.
    pub(crate) bytes: Option<u64>,
    /// SHA-256 of the whole, where it is known beforehand; without it nothing is continued.
    pub(crate) sha256: Option<&'a str>,
    /// What the manifest says of the file.
    pub(crate) check: &'a Check,
}

/// A completed download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Received {
    /// Bytes that came over the network, those of failed attempts included.
    pub(crate) transferred: u64,
    pub(crate) inspection: Inspection,
}

struct Attempt<'a> {
    context: &'a Context<'a>,
    job: &'a Job<'a>,
    meter: &'a dyn Meter,
    transferred: u64,
    /// The longest that the partial file has ever been.
    furthest: u64,
}

impl Context<'_> {
    /// Downloads a file. On success it lies at its target, whole and right; on failure the target is as before.
    pub(crate) fn download(&self, job: &Job<'_>) -> Tried<Received> {
        let meter = self.progress.file(job.name, job.bytes);
        let furthest = if job.sha256.is_some() { length(job.partial) } else { 0 };
        let mut attempt = Attempt { context: self, job, meter: &*meter, transferred: 0, furthest };
        let tried = self.retry.run(
            self.stop,
            |fault, wait| self.progress.retry(job.name, fault, wait),
            || {
                let before = attempt.furthest;
                let result = attempt.make();
                let further = attempt.furthest - before >= WORTHWHILE_BYTES;
                (result, if further { Advance::Further } else { Advance::NoFurther })
            },
        );
        if tried.result.is_ok() {
            meter.done();
        }
        tried
    }
}

impl Attempt<'_> {
    fn make(&mut self) -> Result<Received, Fault> {
        disk::create_parent(self.job.partial)?;
        let mut have = if self.job.sha256.is_some() { length(self.job.partial) } else { 0 };
        if self.job.bytes.is_some_and(|bytes| have > bytes) {
            have = 0;
        }
        if have == 0 || self.job.bytes != Some(have) {
            self.transfer(have)?;
        }
        let inspection = self.judge()?;
        disk::put_in_place(self.job.partial, self.job.target)?;
        Ok(Received { transferred: self.transferred, inspection })
    }

    /// Receives the bytes from `have` on into the partial file.
    fn transfer(&mut self, have: u64) -> Result<(), Fault> {
        let partial = self.job.partial;
        let response = self.context.client.get(self.job.url, have, self.job.token)?;
        let (start, announced) = match response.status().as_u16() {
            200 => (0, http::number(response.headers(), "content-length")),
            206 => match http::content_range(response.headers()) {
                Some((first, total)) if first == have => (have, Some(total)),
                _ => {
                    remove(partial)?;
                    return Err(Fault::Broken("it answers with another range than asked for".into()));
                }
            },
            416 => {
                // The partial file is as long as the whole or longer, so it is of no use.
                remove(partial)?;
                return Err(http::status_fault(&response));
            }
            _ => return Err(http::status_fault(&response)),
        };
        if let (Some(announced), Some(want)) = (announced, self.job.bytes)
            && announced != want
        {
            return Err(Fault::Length { announced, want });
        }
        let want = self.job.bytes.or(announced);
        let mut file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(partial)
            .map_err(Fault::disk("open", partial))?;
        file.set_len(start)
            .and_then(|()| file.seek(SeekFrom::Start(start)))
            .map_err(Fault::disk("write", partial))?;
        let got = self.receive(response.into_body().into_reader(), &mut file, start, want)?;
        file.sync_all().map_err(Fault::disk("write", partial))?;
        match want {
            Some(want) if got < want => Err(Fault::Truncated { got, want }),
            _ => Ok(()),
        }
    }

    /// Copies a body into the file; returns the file's new length.
    fn receive(
        &mut self,
        mut body: impl std::io::Read,
        file: &mut File,
        start: u64,
        want: Option<u64>,
    ) -> Result<u64, Fault> {
        let mut buffer = vec![0_u8; 64 * 1024];
        let mut at = start;
        loop {
            let read = match self.context.client.read(&mut body, &mut buffer) {
                Ok(0) => return Ok(at),
                Ok(read) => read,
                // Clients report a body that ends early as a broken connection; its length says more.
                Err(Fault::Broken(_)) if want.is_some_and(|want| at < want) && at > start => return Ok(at),
                Err(fault) => return Err(fault),
            };
            let end = at + read as u64;
            if let Some(want) = want.filter(|want| end > *want) {
                remove(self.job.partial)?;
                return Err(Fault::Length { announced: end, want });
            }
            file.write_all(&buffer[..read]).map_err(Fault::disk("write", self.job.partial))?;
            at = end;
            self.transferred += read as u64;
            self.furthest = self.furthest.max(at);
            self.meter.at(at);
            self.context.stop.check()?;
        }
    }

    /// Checks the whole partial file; a wrong one is removed, so that the next attempt begins anew.
    fn judge(&self) -> Result<Inspection, Fault> {
        let partial = self.job.partial;
        if let Some(want) = self.job.sha256 {
            let found = sha256_file(partial).map_err(Fault::disk("read", partial))?;
            if found != want {
                remove(partial)?;
                return Err(Fault::Content(format!("its SHA-256 is {found}, not {want}")));
            }
        }
        inspect(partial, self.job.check).map_err(|refusal| match refusal {
            Refusal::Unreadable(source) => Fault::Disk { action: "read", path: partial.to_owned(), source },
            Refusal::Wrong(reason) => {
                let _ = fs::remove_file(partial);
                // Bytes with the right hash were not damaged on the way.
                if self.job.sha256.is_some() { Fault::Unexpected(reason) } else { Fault::Content(reason) }
            }
        })
    }
}

/// A partial file's length; 0 where there is none.
fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

fn remove(path: &Path) -> Result<(), Fault> {
    fs::remove_file(path).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(Fault::disk("remove", path)(error)),
    })
}

/// Where the partial file of a download lies in our cache. The name depends on all that identifies the content, so
/// that another version starts anew.
pub(crate) fn partial_path(cache: &Path, target: &Path, identity: &str) -> PathBuf {
    let mut key = target.as_os_str().as_encoded_bytes().to_vec();
    key.push(0);
    key.extend_from_slice(identity.as_bytes());
    cache.join("partial").join(format!("{}.partial", &crate::hash::sha256_bytes(&key)[..32]))
}
