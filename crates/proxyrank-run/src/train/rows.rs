//! Finished trainings, one a line, in a file that only grows.
//!
//! A line is written and synced before the next training begins, so a kill loses the one in hand and nothing else. A line
//! that was cut short by a kill is cut off when the file is opened again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::curve::Point;
use crate::RunError;

/// One network, trained once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The architecture.
    pub arch_id: String,
    /// Seed of everything random in the training.
    pub train_seed: u64,
    /// Hash of the recipe and the corpus; rows of different recipes are not comparable.
    pub recipe: String,
    /// Percent on the development splits by task; `TASK.MEASURE` where a task has a second measure, and `probe`, the mean over
    /// tasks.
    pub scores: BTreeMap<String, f64>,
    /// Mean fine-tuning loss at the end, by task.
    pub losses: BTreeMap<String, f64>,
    /// Of pre-training.
    pub curve: Vec<Point>,
    /// Wall time of pre-training and of fine-tuning, on one thread each.
    pub seconds: [f64; 2],
    /// Hash of the machine's model.
    pub machine: String,
}

impl Row {
    /// The same but for what the machine has to do with it.
    #[must_use]
    pub fn without_times(&self) -> Self {
        Self { seconds: [0.0; 2], machine: String::new(), ..self.clone() }
    }
}

/// What a file of rows holds.
pub trait Training: Serialize + DeserializeOwned {
    /// Which training it is, in words; no two rows of a file have the same.
    fn name(&self) -> String;

    /// What came of it, in a few words.
    fn outcome(&self) -> String;
}

impl Training for Row {
    fn name(&self) -> String {
        format!("architecture {} with seed {}", self.arch_id, self.train_seed)
    }

    fn outcome(&self) -> String {
        let probe = self.scores.get("probe").copied().unwrap_or(f64::NAN);
        format!("probe {probe:.2}, {:.0} s + {:.0} s", self.seconds[0], self.seconds[1])
    }
}

/// The file of rows, open for more. Only one process has it at a time.
#[derive(Debug)]
pub struct Rows<R = Row> {
    file: File,
    path: PathBuf,
    finished: Vec<R>,
}

impl<R: Training> Rows<R> {
    /// Opens the file, which is created where it is missing.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        let failed = |error| RunError::read(path)(error);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                RunError::Usage(format!("{}: another process is adding rows to this file", path.display()))
            }
            TryLockError::Error(error) => failed(error),
        })?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            file.set_len(whole as u64).map_err(failed)?;
            file.seek(SeekFrom::End(0)).map_err(failed)?;
        }
        let finished = parse(&text[..whole]).map_err(|reason| {
            RunError::Usage(format!("{}: {reason}; move the file away to begin anew", path.display()))
        })?;
        Ok(Self { file, path: path.to_owned(), finished })
    }

    /// The rows so far.
    pub fn all(&self) -> &[R] {
        &self.finished
    }

    /// Adds a row; when it returns, the disk has it.
    pub fn push(&mut self, row: R) -> Result<(), RunError> {
        let failed = |error| RunError::read(&self.path)(error);
        let mut line = serde_json::to_string(&row).map_err(|error| RunError::Usage(error.to_string()))?;
        line.push('\n');
        self.file.write_all(line.as_bytes()).map_err(failed)?;
        self.file.sync_data().map_err(failed)?;
        self.finished.push(row);
        Ok(())
    }
}

/// Reads whole lines. The same training must not stand there twice.
pub fn parse<R: Training>(text: &str) -> Result<Vec<R>, String> {
    let (mut rows, mut names) = (Vec::new(), BTreeSet::new());
    for (index, line) in text.lines().enumerate() {
        let row: R = serde_json::from_str(line).map_err(|error| format!("line {}: {error}", index + 1))?;
        if !names.insert(row.name()) {
            return Err(format!("line {}: {} stands there twice", index + 1, row.name()));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// The whole lines of a file that may not be there yet.
pub fn read<R: Training>(path: &Path) -> Result<Vec<R>, RunError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(RunError::read(path)(error)),
    };
    // Half a line is a row that was being written.
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    parse(&text[..whole]).map_err(|reason| RunError::Usage(format!("{}: {reason}", path.display())))
}

/// The rows of the file that has most: one's own, once they are more than the committed ones.
pub fn longest<R: Training>(paths: &[PathBuf]) -> Result<Vec<R>, RunError> {
    let files = paths.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    // The last of several maxima: the committed file comes last.
    Ok(files.into_iter().max_by_key(Vec::len).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(arch_id: &str, train_seed: u64) -> Row {
        Row {
            arch_id: arch_id.to_owned(),
            train_seed,
            recipe: "r".to_owned(),
            scores: BTreeMap::from([("probe".to_owned(), 61.0 / 3.0)]),
            losses: BTreeMap::new(),
            curve: vec![Point { step: 1, generator: 0.1, discriminator: 0.2, replaced: 0.3, work: 1.0 }],
            seconds: [1.5, 2.5],
            machine: "m".to_owned(),
        }
    }

    #[test]
    fn what_a_kill_cut_short_is_cut_off_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/rows.jsonl");
        let mut rows: Rows = Rows::open(&path).unwrap();
        rows.push(row("0", 0)).unwrap();
        assert!(Rows::<Row>::open(&path).unwrap_err().to_string().contains("another process"));
        rows.push(row("1", 0)).unwrap();
        drop(rows);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &text[..text.len() - 7]).unwrap();
        let mut rows = Rows::open(&path).unwrap();
        assert_eq!(rows.all(), [row("0", 0)]);
        rows.push(row("2", 0)).unwrap();
        drop(rows);
        assert_eq!(Rows::<Row>::open(&path).unwrap().all(), [row("0", 0), row("2", 0)]);
        assert!(parse::<Row>(&(text.clone() + &text)).unwrap_err().contains("stands there twice"));
    }
}
