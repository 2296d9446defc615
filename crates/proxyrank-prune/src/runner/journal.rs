//! Lines of JSON that are on the disk once they are written.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::PruneError;

/// A file of records.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens a file and gives what it holds. A last line without its end is cut off: its record was never whole.
    pub(super) fn open<T: DeserializeOwned>(path: PathBuf) -> Result<(Self, Vec<T>), PruneError> {
        let failed = |source| PruneError::File { path: path.clone(), source };
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
        let text = std::fs::read_to_string(&path).map_err(failed)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64).map_err(failed)?;
        file.flush().map_err(failed)?;
        let line = |(number, line): (usize, &str)| {
            let what = || format!("{}, line {}", path.display(), number + 1);
            serde_json::from_str(line).map_err(|source| PruneError::Json { what: what(), source })
        };
        let records = text[..whole].lines().enumerate().map(line).collect::<Result<_, _>>()?;
        Ok((Self { path, file }, records))
    }

    /// Adds a record.
    pub(super) fn add(&mut self, record: &impl Serialize) -> Result<(), PruneError> {
        let mut line = json(&self.path, record)?;
        line.push('\n');
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|source| PruneError::File { path: self.path.clone(), source })
    }
}

/// As JSON on one line.
pub(super) fn json(path: &Path, value: &impl Serialize) -> Result<String, PruneError> {
    let what = || path.display().to_string();
    serde_json::to_string(value).map_err(|source| PruneError::Json { what: what(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_come_back_and_a_torn_one_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        let (mut journal, none) = Journal::open::<u32>(path.clone()).unwrap();
        assert!(none.is_empty());
        journal.add(&7).unwrap();
        journal.add(&8).unwrap();
        journal.file.write_all(b"12").unwrap();
        drop(journal);
        let (mut journal, records) = Journal::open::<u32>(path.clone()).unwrap();
        assert_eq!(records, [7, 8]);
        journal.add(&9).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "7\n8\n9\n");
        std::fs::write(&path, "7\nx\n").unwrap();
        let error = Journal::open::<u32>(path).unwrap_err().to_string();
        assert!(error.contains("x.jsonl, line 2"), "{error}");
    }
}
