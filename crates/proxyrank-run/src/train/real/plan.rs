//! What is trained on what.

use std::path::Path;

use proxyrank_data::batch::Vocabulary;
use proxyrank_data::hash::sha256_bytes;
use proxyrank_data::load::text::{GlueConfig, SquadVersion};
use proxyrank_nn::train::Reader;
use proxyrank_schema::Reading;
use proxyrank_space::EncoderNetwork;
use serde::{Deserialize, Serialize};

use crate::RunError;
use crate::train::embedded::{EmbeddedRecipe, architectures};
use crate::train::public::Public;
use crate::train::recipe::{PretrainRecipe, TuneRecipe};

/// A task and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedTask {
    /// The task.
    pub task: Public,
    /// Tokens of a sequence.
    pub seq_len: usize,
    /// Examples to learn from (questions, of SQuAD); all where absent.
    pub most: Option<usize>,
    /// Times that each is seen.
    pub epochs: u64,
    /// What the head reads, where that is not what the plan's recipe says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<Reader>,
    /// Peak of the learning rate, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Whether dropout is on, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropout: Option<bool>,
}

/// Networks, seeds, tasks and recipes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Architectures of the embedded benchmark, with BERT's vocabulary.
    pub architectures: Vec<usize>,
    /// Trainings of each.
    pub seeds: u64,
    /// The tasks.
    pub tasks: Vec<PlannedTask>,
    /// Rows of each training split of GLUE whose texts are pre-trained on, without their labels, beside WikiText-2.
    pub unlabelled: usize,
    /// Pre-training.
    pub pretrain: PretrainRecipe,
    /// Fine-tuning; epochs are the task's.
    pub tune: TuneRecipe,
}

impl Plan {
    /// Tokens of the longest sequence.
    const POSITIONS: usize = 128;

    /// The plan of `train real`: attention with a convolution, and with three, which learn best on the project's own corpus. Small
    /// tasks are seen often, those of which the first part is enough for a network of this size once.
    pub fn standard() -> Self {
        let task = |config, seq_len, most, epochs| PlannedTask {
            task: Public::Glue(config),
            seq_len,
            most,
            epochs,
            reader: None,
            rate: None,
            dropout: None,
        };
        // These networks are too small to learn from some thousand examples how two texts are compared; a cosine begins with it.
        let compared = |task| PlannedTask { reader: Some(Reader::Cosine), ..task };
        // Its training examples are phrases that overlap, so a second epoch lowers the loss and brings little (docs/training.md).
        let phrases =
            |task| PlannedTask { reader: Some(Reader::Mean), rate: Some(1e-3), dropout: Some(true), ..task };
        let squad = |version| PlannedTask {
            task: Public::Squad(version),
            seq_len: Self::POSITIONS,
            most: Some(4000),
            epochs: 1,
            reader: None,
            rate: None,
            dropout: None,
        };
        let embedded = EmbeddedRecipe::standard();
        let (batch, seq_len) = (8, 64);
        Self {
            architectures: vec![9, 33],
            seeds: 3,
            tasks: vec![
                compared(task(GlueConfig::Stsb, 64, None, 4)),
                phrases(task(GlueConfig::Sst2, 48, None, 1)),
                task(GlueConfig::Rte, 96, None, 4),
                task(GlueConfig::Cola, 32, None, 4),
                task(GlueConfig::Mrpc, 96, None, 3),
                task(GlueConfig::Wnli, 64, None, 4),
                task(GlueConfig::Qnli, 64, Some(10_000), 1),
                task(GlueConfig::Qqp, 64, Some(10_000), 1),
                task(GlueConfig::Mnli, 64, Some(10_000), 1),
                squad(SquadVersion::V1),
                squad(SquadVersion::V2),
            ],
            unlabelled: 20_000,
            pretrain: PretrainRecipe { steps: 5000, batch, seq_len, ..embedded.pretrain },
            tune: TuneRecipe { batch: 8, ..embedded.tune },
        }
    }

    /// Fine-tuning on one of the tasks.
    pub fn tuning(&self, task: &PlannedTask) -> TuneRecipe {
        TuneRecipe {
            epochs: task.epochs,
            reader: task.reader.unwrap_or(self.tune.reader),
            rate: task.rate.unwrap_or(self.tune.rate),
            dropout: task.dropout.unwrap_or(self.tune.dropout),
            ..self.tune.clone()
        }
    }

    /// Hash of all that the rows of one of the tasks follow from, so that a plan can change for one task and keep the rows of the others.
    pub fn fingerprint(&self, task: &PlannedTask) -> String {
        let examples = (task.task, task.seq_len, task.most);
        short_hash(&(examples, self.tuning(task), &self.pretrain, self.unlabelled))
    }

    /// Reads a plan from a JSON file.
    pub fn read(file: &Path) -> Result<Self, RunError> {
        let text = std::fs::read_to_string(file).map_err(RunError::read(file))?;
        let wrong = |reason: String| RunError::Usage(format!("{}: not a plan: {reason}", file.display()));
        let plan: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        plan.fault().map_or(Ok(plan), |fault| Err(wrong(fault)))
    }

    /// What cannot be trained.
    fn fault(&self) -> Option<String> {
        let lengths = self.tasks.iter().map(|task| task.seq_len).chain([self.pretrain.seq_len]);
        let counts = [
            ("pretrain.batch", self.pretrain.batch),
            ("pretrain.generator_divisor", self.pretrain.generator_divisor),
            ("pretrain.window", usize::from(self.pretrain.window > 0)),
            ("tune.batch", self.tune.batch),
        ];
        if let Some((name, _)) = counts.iter().find(|(_, count)| *count == 0) {
            return Some(format!("{name} is 0"));
        }
        if let Some(length) = lengths.into_iter().find(|length| !(4..=Self::POSITIONS).contains(length)) {
            let limit = Self::POSITIONS;
            return Some(format!("sequences of {length} tokens; these networks take 4 to {limit}"));
        }
        let wrong = self.architectures.iter().find_map(|place| Self::network(*place).err());
        wrong.map(|error| error.to_string())
    }

    /// A network by the place of its architecture.
    pub fn network(place: usize) -> Result<EncoderNetwork, RunError> {
        let archs = architectures();
        let arch = archs.get(place).ok_or_else(|| {
            RunError::Usage(format!("there is no architecture {place}; they are 0 to {}", archs.len() - 1))
        })?;
        let network = arch.network(Reading::Declared);
        let mut network = network.map_err(RunError::space("embedded".into(), &place.to_string().into()))?;
        network.vocab_size = Vocabulary::BERT_SIZE as usize;
        network.max_positions = Self::POSITIONS;
        Ok(network)
    }
}

/// The first 16 digits of the SHA-256 of what a value looks like.
pub(super) fn short_hash(what: &impl std::fmt::Debug) -> String {
    sha256_bytes(format!("{what:?}").as_bytes()).chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_has_every_small_task_in_full_and_fits_the_networks() {
        let plan = Plan::standard();
        assert_eq!(plan.fault(), None);
        for task in Public::all() {
            let planned = plan.tasks.iter().find(|planned| planned.task == task).unwrap();
            assert!(planned.epochs > 0);
            let large = match task {
                Public::Glue(config) => {
                    matches!(config, GlueConfig::Qnli | GlueConfig::Qqp | GlueConfig::Mnli)
                }
                Public::Squad(_) => true,
            };
            assert_eq!(planned.most.is_some(), large, "{task:?}");
        }
        for place in &plan.architectures {
            assert_eq!(Plan::network(*place).unwrap().vocab_size, 30_522);
        }
        assert!(Plan::network(96).is_err());
    }

    #[test]
    fn the_settings_of_a_task_change_its_own_fingerprint_only() {
        let plan = Plan::standard();
        let hashes = |plan: &Plan| plan.tasks.iter().map(|task| plan.fingerprint(task)).collect::<Vec<_>>();
        let before = hashes(&plan);
        let changes: [fn(&mut PlannedTask); 5] = [
            |task| task.rate = Some(2e-3),
            |task| task.dropout = Some(false),
            |task| task.epochs += 1,
            |task| task.reader = Some(Reader::First),
            |task| task.most = Some(10),
        ];
        for change in changes {
            let mut other = plan.clone();
            change(&mut other.tasks[1]);
            let after = hashes(&other);
            assert_ne!(after[1], before[1]);
            assert!((0..before.len()).filter(|place| *place != 1).all(|place| after[place] == before[place]));
        }
        let fewer = Plan { architectures: vec![9], seeds: 1, ..plan.clone() };
        assert_eq!(hashes(&fewer), before);
        let other = Plan { unlabelled: 1, ..plan };
        assert!(hashes(&other).iter().zip(&before).all(|(after, before)| after != before));
    }

    #[test]
    fn a_file_says_the_same_and_what_is_wrong_with_it_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plan.json");
        let plan = Plan::standard();
        let read = |plan: &Plan| {
            std::fs::write(&file, serde_json::to_string(plan).unwrap()).unwrap();
            Plan::read(&file).map_err(|error| error.to_string())
        };
        assert_eq!(read(&plan).unwrap(), plan);
        let mut long = plan.clone();
        long.tasks[0].seq_len = 129;
        assert!(read(&long).unwrap_err().contains("sequences of 129 tokens; these networks take 4 to 128"));
        let unknown = Plan { architectures: vec![96], ..plan };
        assert!(read(&unknown).unwrap_err().contains("there is no architecture 96"));
    }
}
