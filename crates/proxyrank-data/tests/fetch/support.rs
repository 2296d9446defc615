//! Manifests, caches and bytes that the tests share.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use proxyrank_data::fetch::{
    FetchError, FetchOptions, FetchReport, Locator, LocatorOptions, Quiet, RetryPolicy, Timeouts,
};
use proxyrank_data::hash::sha256_bytes;
use proxyrank_data::manifest::Manifest;

use crate::server::{Fault, Server};

pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Bytes that differ everywhere, so that a shifted continuation shows.
pub(crate) fn bytes(seed: u8, length: usize) -> Vec<u8> {
    let mut state = u32::from(seed) + 1;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect()
}

/// A fresh pair of caches, removed at the end of the test.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    pub(crate) options: LocatorOptions,
}

impl Place {
    /// Caches and impatient options that speak to a server.
    pub(crate) fn new(server: &Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = options(folder.path(), &server.url());
        Self { folder, options }
    }

    /// Makes a server that stands still be noticed soon. Not for every test: a busy machine stands still as well.
    pub(crate) fn expect(&mut self, fault: &Fault) {
        if matches!(fault, Fault::Stall(_)) {
            self.options.timeouts.stall = Duration::from_millis(150);
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn locator(&self) -> Locator {
        Locator::new(self.options.clone(), Arc::new(Quiet)).unwrap()
    }

    pub(crate) fn fetch(&self, manifest: &Manifest) -> Result<FetchReport, FetchError> {
        self.locator().fetch(manifest, FetchOptions::default())
    }

    /// Partial files of our own cache and of the hub's.
    pub(crate) fn partials(&self) -> Vec<PathBuf> {
        files_below(self.path())
            .into_iter()
            .filter(|path| {
                path.extension().is_some_and(|e| e == "partial" || e == "tmp") || name_ends(path, "-partial")
            })
            .collect()
    }
}

/// Impatient options with caches below a folder and all servers below an address.
pub(crate) fn options(folder: &Path, url: &str) -> LocatorOptions {
    let mut options = LocatorOptions::new(folder.join("own"), folder.join("hub"));
    url.clone_into(&mut options.hub_endpoint);
    options.github_raw = format!("{url}/raw");
    options.github_archive = format!("{url}/archive");
    options.retry = RetryPolicy {
        attempts: 3,
        first_wait: Duration::from_millis(2),
        longest_wait: Duration::from_millis(10),
        longest_retry_after: Duration::from_secs(5),
    };
    options.timeouts = Timeouts {
        connect: Duration::from_secs(2),
        stall: Duration::from_secs(10),
        lock: Duration::from_secs(10),
    };
    options
}

fn name_ends(path: &Path, end: &str) -> bool {
    path.to_string_lossy().ends_with(end)
}

/// Every plain file below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

const HEAD: &str =
    "title='t'\nlicence='l'\nhomepage='https://h'\ncitation='@misc{a, author={b}}'\nfaults=[]\n";

/// A set of files of GitHub; `transfer` is `raw` or `archive`.
pub(crate) fn github_manifest(transfer: &str, files: &[(&str, &[u8])]) -> Manifest {
    let mut text = format!("{HEAD}[github]\nowner='o'\nrepo='r'\ncommit='{COMMIT}'\ntransfer='{transfer}'\n");
    for (path, body) in files {
        let sha256 = sha256_bytes(body);
        let _ = write!(text, "[[files]]\npath='{path}'\nbytes={}\nsha256='{sha256}'\n", body.len());
    }
    Manifest::parse("demo", &text, None).unwrap()
}

pub(crate) fn raw_path(path: &str) -> String {
    format!("/raw/o/r/{COMMIT}/{path}")
}

/// A set of one Parquet file of the hub with a column `text`, under a revision.
pub(crate) fn hub_manifest(revision: &str, path: &str, extra: &str) -> Manifest {
    let text = format!(
        "{HEAD}[hub]\nkind='dataset'\nid='o/n'\nrevision='{revision}'\n[schemas]\ns=['text: string']\n\
         [[files]]\npath='{path}'\nschema='s'\nofficial_rows=10\n{extra}"
    );
    Manifest::parse("demo", &text, None).unwrap()
}

pub(crate) fn resolve_path(revision: &str, path: &str) -> String {
    format!("/datasets/o/n/resolve/{revision}/{path}")
}

/// A Parquet file with a text column of so many rows.
pub(crate) fn parquet(column: &str, rows: usize) -> Vec<u8> {
    use arrow::array::{RecordBatch, StringArray};
    let text = StringArray::from_iter_values((0..rows).map(|row| format!("row {row}")));
    let batch = RecordBatch::try_from_iter([(column, Arc::new(text) as _)]).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}
