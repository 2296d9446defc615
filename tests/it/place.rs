//! Where a test runs the binary: a folder of its own, nothing inherited from the caller's environment, and no way out
//! to the network.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use proxyrank_data::hash::sha256_file;
use proxyrank_store::Store;
use tempfile::TempDir;

use crate::run::Run;

/// Nothing listens here, so whoever tries to leave the machine is refused at once.
pub(crate) const NOWHERE: &str = "http://127.0.0.1:1";

/// A folder with caches, results and reports of its own.
pub(crate) struct Place {
    folder: TempDir,
    mirror: Option<PathBuf>,
}

impl Place {
    /// A place without any data.
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), mirror: None }
    }

    /// A place with the public data, if this machine has them.
    pub(crate) fn with_mirror(mirror: &Path) -> Self {
        Self { mirror: Some(mirror.to_owned()), ..Self::new() }
    }

    /// A path in the folder, which is also the working directory of every run.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// The results folder that runs use unless told otherwise.
    pub(crate) fn store(&self) -> Store {
        Store::open(self.path("results"))
    }

    /// The binary with words separated by spaces.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_proxyrank"));
        command.args(words.split_whitespace()).current_dir(self.folder.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for (variable, folder) in
            [("HOME", "home"), ("PROXYRANK_CACHE", "cache"), ("HF_HOME", "hub"), ("TMPDIR", "")]
        {
            command.env(variable, self.path(folder));
        }
        for variable in ["PROXYRANK_GITHUB_RAW", "PROXYRANK_GITHUB_ARCHIVE", "HF_ENDPOINT"] {
            command.env(variable, NOWHERE);
        }
        if let Some(mirror) = &self.mirror {
            command.env("PROXYRANK_MIRROR", mirror);
        }
        // Wide enough for whole names in tables.
        command.env("COLUMNS", "200");
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, words: &str) -> Run {
        Run::of(&mut self.command(words))
    }

    /// Starts the binary and leaves it running, its output unread.
    pub(crate) fn start(&self, words: &str) -> Child {
        self.command(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Every file below a folder with the hash of its content, sorted by path. Lock files, which say who wrote last,
    /// do not count.
    pub(crate) fn files(&self, below: &str) -> Vec<(PathBuf, String)> {
        let files = files_below(&self.path(below)).into_iter();
        let files = files.filter(|file| file.extension().is_none_or(|extension| extension != "lock"));
        files.map(|file| (file.clone(), sha256_file(&file).unwrap())).collect()
    }
}

/// Every file below a folder, sorted.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// Says that a test did not run.
pub(crate) fn skipped(test: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {test} ({why})");
}
