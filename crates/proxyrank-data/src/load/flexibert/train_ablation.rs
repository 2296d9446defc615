//! `BERT_benchmark_train_ablation.json`: the first architectures, trained ten times as long and scored on the way.

use std::path::Path;

use proxyrank_space::FlexibertArch;

use super::raw::{self, RawEntry};
use super::tasks::TaskScores;
use crate::load::error::{LoadError, Place};
use crate::load::source;
use crate::load::unique_map::UniqueMap;

/// Scores after some training steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Checkpoint {
    /// Pre-training steps up to here.
    pub steps: u64,
    /// The scores. The stored GLUE score need not be the mean of the tasks, see [`TaskScores::glue_is_the_mean`].
    pub scores: TaskScores,
}

/// One architecture and its checkpoints.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainAblationEntry {
    /// Its number, the same as in the benchmark.
    pub id: usize,
    /// What the file declares.
    pub architecture: FlexibertArch,
    /// Whether training reached its end.
    pub completed: bool,
    /// Wall-clock time of its pre-training, in seconds.
    pub time_to_train_s: f64,
    /// Checkpoints by rising steps; empty where none was scored.
    pub checkpoints: Vec<Checkpoint>,
}

/// The training ablation: entry *i* has id *i*.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainAblation {
    /// The architectures.
    pub entries: Vec<TrainAblationEntry>,
}

impl TrainAblation {
    /// Reads `BERT_benchmark_train_ablation.json`.
    pub fn read(file: &Path) -> Result<Self, LoadError> {
        Self::parse(file, &source::read(file)?)
    }

    /// Parses the bytes of `BERT_benchmark_train_ablation.json`; `file` is named in errors only.
    pub fn parse(file: &Path, bytes: &[u8]) -> Result<Self, LoadError> {
        let entries: Vec<RawEntry<UniqueMap<TaskScores>>> = source::json(file, bytes)?;
        if entries.is_empty() {
            return Err(LoadError::missing(file, Place::File, "every entry"));
        }
        let entries = entries.into_iter().enumerate().map(|(index, entry)| read_entry(file, index, &entry));
        Ok(Self { entries: entries.collect::<Result<_, _>>()? })
    }
}

fn read_entry(
    file: &Path,
    index: usize,
    entry: &RawEntry<UniqueMap<TaskScores>>,
) -> Result<TrainAblationEntry, LoadError> {
    raw::check_id(file, index, entry.id)?;
    let id = entry.id;
    let last = entry.hparams.num_train_steps;
    let mut checkpoints = Vec::with_capacity(entry.scores.0.len());
    for (text, scores) in &entry.scores.0 {
        // A second spelling of a number, such as `050000`, would hide a duplicate.
        let steps = text.parse().ok().filter(|steps: &u64| *steps <= last && steps.to_string() == *text);
        let steps = steps.ok_or_else(|| {
            let place = Place::Node(format!("entry {id}, scores"));
            LoadError::unexpected(
                file,
                place,
                format!("training steps from 0 to {last}"),
                format!("`{text}`"),
            )
        })?;
        checkpoints.push(Checkpoint { steps, scores: *scores });
    }
    checkpoints.sort_by_key(|checkpoint| checkpoint.steps);
    Ok(TrainAblationEntry {
        id,
        architecture: entry.hparams.model_hparam_overrides.architecture(file, id)?,
        completed: entry.completed,
        time_to_train_s: entry.time_to_train,
        checkpoints,
    })
}
