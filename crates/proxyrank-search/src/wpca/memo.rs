//! Every forward pass that was ever made under a protocol, on disk.
//!
//! A genetic algorithm costs nothing but its evaluations and is a function of its seed. So nothing of a search is stored but the
//! components of the networks it ran; a search that was killed is started again, finds these in the file, and is where it
//! was in a moment. One file serves all searches of a protocol.
//!
//! A line is a network; the first one says of what. A process that is killed while it writes leaves half a line, which is cut
//! off.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use proxyrank_space::wpca::WpcaArch;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a network gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Pass {
    /// Components of each layer.
    pub components: Vec<f64>,
    /// What it took, shared work included in equal parts, in nanoseconds.
    pub wall_ns: u64,
}

impl Pass {
    /// Over all layers: V-PCA.
    pub fn sum(&self) -> f64 {
        self.components.iter().sum()
    }
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    arch: String,
    /// Nothing where a count is not a number.
    components: Vec<Option<f64>>,
    wall_ns: u64,
}

/// The first line.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Head {
    protocol: String,
}

/// Why a memo cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MemoError {
    /// The file cannot be read or written.
    #[error("cannot use {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process writes to it.
    #[error("{}: another search of the same protocol is running; wait for it, or choose another folder of results", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// A line in the middle of the file is not one of ours.
    #[error("{}, line {line}: not a forward pass of this search; move the file away to begin anew", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// The file is of another protocol.
    #[error("{} holds passes of another protocol ({found}); move it away to begin anew", path.display())]
    Protocol {
        /// The file.
        path: PathBuf,
        /// Which.
        found: String,
    },
}

/// The passes of one protocol.
#[derive(Debug)]
pub struct Memo {
    path: PathBuf,
    file: File,
    passes: HashMap<WpcaArch, Pass>,
}

impl Memo {
    /// Opens the file of a protocol in a folder, or begins it. `protocol` says in one text what a pass depends on.
    pub fn open(folder: &Path, protocol: &str) -> Result<Self, MemoError> {
        let digest = Sha256::digest(protocol.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        let path = folder.join(format!("passes-{:016x}.jsonl", u64::from_be_bytes(first)));
        let fails = |source| MemoError::Io { path: path.clone(), source };
        fs::create_dir_all(folder).map_err(fails)?;
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(&path).map_err(fails)?;
        // Two searches of one protocol would cut off each other's last lines.
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => MemoError::Busy { path: path.clone() },
            TryLockError::Error(source) => fails(source),
        })?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(fails)?;
        // Whatever follows the last end of a line was being written when the process ended.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut passes = HashMap::new();
        for (index, line) in text[..whole].lines().enumerate() {
            let wrong = || MemoError::Line { path: path.clone(), line: index + 1 };
            if index == 0 {
                let head: Head = serde_json::from_str(line).map_err(|_| wrong())?;
                if head.protocol != protocol {
                    return Err(MemoError::Protocol { path: path.clone(), found: head.protocol });
                }
                continue;
            }
            let Line { arch, components, wall_ns } = serde_json::from_str(line).map_err(|_| wrong())?;
            let arch: WpcaArch = arch.parse().map_err(|_| wrong())?;
            let components = components.into_iter().map(|count| count.unwrap_or(f64::NAN)).collect();
            passes.insert(arch, Pass { components, wall_ns });
        }
        file.set_len(whole as u64).map_err(fails)?;
        let mut memo = Self { path, file, passes };
        if whole == 0 {
            let head = serde_json::to_string(&Head { protocol: protocol.to_owned() }).unwrap_or_default();
            memo.append(&(head + "\n"))?;
        }
        Ok(memo)
    }

    /// What a network gave, if it ran.
    pub fn get(&self, arch: &WpcaArch) -> Option<&Pass> {
        self.passes.get(arch)
    }

    /// How many ran.
    pub fn len(&self) -> usize {
        self.passes.len()
    }

    /// Whether none did.
    pub fn is_empty(&self) -> bool {
        self.passes.is_empty()
    }

    /// Keeps passes; they are on the disk when it returns.
    pub fn insert(&mut self, passes: Vec<(WpcaArch, Pass)>) -> Result<(), MemoError> {
        let line = |(arch, pass): &(WpcaArch, Pass)| {
            let components = pass.components.iter().map(|&count| Some(count).filter(|c| c.is_finite()));
            let (arch, components) = (arch.to_string(), components.collect());
            // Texts and finite numbers always have a JSON form.
            serde_json::to_string(&Line { arch, components, wall_ns: pass.wall_ns }).unwrap_or_default()
                + "\n"
        };
        self.append(&passes.iter().map(line).collect::<String>())?;
        self.passes.extend(passes);
        Ok(())
    }

    fn append(&mut self, text: &str) -> Result<(), MemoError> {
        let fails = |source| MemoError::Io { path: self.path.clone(), source };
        self.file.write_all(text.as_bytes()).map_err(fails)?;
        self.file.sync_data().map_err(fails)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(value: f64) -> Pass {
        Pass { components: vec![value, 2.0], wall_ns: 5 }
    }

    fn arch(text: &str) -> WpcaArch {
        text.parse().unwrap()
    }

    #[test]
    fn passes_are_found_again_and_half_a_line_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let mut memo = Memo::open(folder.path(), "a").unwrap();
        memo.insert(vec![(arch("[1,2]"), pass(0.1)), (arch("[3,4]"), pass(7.0))]).unwrap();
        let path = memo.path.clone();
        drop(memo);
        let mut text = fs::read_to_string(&path).unwrap();
        text.truncate(text.len() - 3);
        fs::write(&path, text).unwrap();
        let mut memo = Memo::open(folder.path(), "a").unwrap();
        assert_eq!((memo.len(), memo.get(&arch("[1,2]"))), (1, Some(&pass(0.1))));
        memo.insert(vec![(arch("[3,4]"), pass(7.0))]).unwrap();
        drop(memo);
        let memo = Memo::open(folder.path(), "a").unwrap();
        assert_eq!(memo.get(&arch("[3,4]")), Some(&pass(7.0)));
        assert!(Memo::open(folder.path(), "b").unwrap().is_empty());
    }

    #[test]
    fn what_is_not_ours_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = Memo::open(folder.path(), "a").unwrap().path;
        fs::write(&path, "{\"protocol\":\"other\"}\n").unwrap();
        assert!(Memo::open(folder.path(), "a").unwrap_err().to_string().contains("other"));
        fs::write(&path, "{\"protocol\":\"a\"}\nnonsense\n").unwrap();
        assert!(Memo::open(folder.path(), "a").unwrap_err().to_string().contains("line 2"));
    }
}
