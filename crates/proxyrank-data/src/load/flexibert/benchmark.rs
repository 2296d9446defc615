//! `BERT_benchmark.json`.

use std::path::Path;

use proxyrank_schema::ArchId;
use proxyrank_space::FlexibertArch;

use super::raw::{self, RawDeclared, RawEntry};
use super::tasks::TaskScores;
use crate::load::error::{LoadError, Place};
use crate::load::source;

/// One trained architecture.
#[derive(Debug, Clone, PartialEq)]
pub struct FlexibertEntry {
    /// Its number, which is also its index in the file.
    pub id: usize,
    /// What the file declares.
    pub architecture: FlexibertArch,
    /// What it reached.
    pub scores: TaskScores,
    /// Wall-clock time of its pre-training, in seconds.
    pub time_to_train_s: f64,
}

impl FlexibertEntry {
    /// Its name in results.
    pub fn arch_id(&self) -> ArchId {
        ArchId::new(self.id.to_string())
    }
}

/// The benchmark: entry *i* has id *i*.
#[derive(Debug, Clone, PartialEq)]
pub struct FlexibertBenchmark {
    /// The trained architectures.
    pub entries: Vec<FlexibertEntry>,
}

impl FlexibertBenchmark {
    /// Reads `BERT_benchmark.json`.
    pub fn read(file: &Path) -> Result<Self, LoadError> {
        Self::parse(file, &source::read(file)?)
    }

    /// Parses the bytes of `BERT_benchmark.json`; `file` is named in errors only.
    pub fn parse(file: &Path, bytes: &[u8]) -> Result<Self, LoadError> {
        let entries: Vec<RawEntry<TaskScores>> = source::json(file, bytes)?;
        if entries.is_empty() {
            return Err(LoadError::missing(file, Place::File, "every entry"));
        }
        let entries = entries.into_iter().enumerate().map(|(index, entry)| read_entry(file, index, &entry));
        Ok(Self { entries: entries.collect::<Result<_, _>>()? })
    }
}

/// The architectures of a file in the benchmark's layout, whatever else their entries hold.
pub(crate) fn declared(file: &Path, bytes: &[u8]) -> Result<Vec<(ArchId, FlexibertArch)>, LoadError> {
    let entries: Vec<RawDeclared> = source::json(file, bytes)?;
    let read = |entry: RawDeclared| {
        let architecture = entry.hparams.model_hparam_overrides.architecture(file, entry.id)?;
        Ok((ArchId::new(entry.id.to_string()), architecture))
    };
    entries.into_iter().map(read).collect()
}

fn read_entry(file: &Path, index: usize, entry: &RawEntry<TaskScores>) -> Result<FlexibertEntry, LoadError> {
    raw::check_id(file, index, entry.id)?;
    let (id, scores) = (entry.id, entry.scores);
    if !entry.completed {
        return Err(LoadError::unexpected(
            file,
            raw::entry(id),
            "a completed training run",
            "an unfinished one",
        ));
    }
    if !scores.glue_is_the_mean() {
        let place = Place::Node(format!("entry {id}, scores.glue"));
        let expected = format!("the mean of the eight tasks, {}", scores.mean());
        return Err(LoadError::unexpected(file, place, expected, scores.glue()));
    }
    Ok(FlexibertEntry {
        id,
        architecture: entry.hparams.model_hparam_overrides.architecture(file, id)?,
        scores,
        time_to_train_s: entry.time_to_train,
    })
}
