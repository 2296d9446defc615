//! What is trained on what.

use proxyrank_data::batch::Vocabulary;
use proxyrank_data::load::text::GlueConfig;
use proxyrank_schema::Reading;
use proxyrank_space::EncoderNetwork;

use crate::RunError;
use crate::train::embedded::{EmbeddedRecipe, architectures};
use crate::train::recipe::{PretrainRecipe, TuneRecipe};

/// A task and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedTask {
    /// The task.
    pub config: GlueConfig,
    /// Tokens of a sequence.
    pub seq_len: usize,
    /// Examples to learn from; all where absent.
    pub most: Option<usize>,
    /// Times that each is seen.
    pub epochs: u64,
}

/// Networks, seeds, tasks and recipes.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Architectures of the embedded benchmark, with BERT's vocabulary.
    pub architectures: Vec<usize>,
    /// Trainings of each.
    pub seeds: u64,
    /// The tasks.
    pub tasks: Vec<PlannedTask>,
    /// Pre-training on WikiText-2.
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
        let task = |config, seq_len, most, epochs| PlannedTask { config, seq_len, most, epochs };
        let embedded = EmbeddedRecipe::standard();
        let (batch, seq_len) = (8, 64);
        Self {
            architectures: vec![9, 33],
            seeds: 3,
            tasks: vec![
                task(GlueConfig::Stsb, 64, None, 6),
                task(GlueConfig::Sst2, 48, None, 1),
                task(GlueConfig::Rte, 96, None, 4),
                task(GlueConfig::Cola, 32, None, 4),
                task(GlueConfig::Mrpc, 96, None, 3),
                task(GlueConfig::Wnli, 64, None, 4),
                task(GlueConfig::Qnli, 64, Some(10_000), 1),
                task(GlueConfig::Qqp, 64, Some(10_000), 1),
                task(GlueConfig::Mnli, 64, Some(10_000), 1),
            ],
            pretrain: PretrainRecipe { steps: 5000, batch, seq_len, ..embedded.pretrain },
            tune: TuneRecipe { batch: 8, ..embedded.tune },
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_has_every_small_task_in_full_and_fits_the_networks() {
        let plan = Plan::standard();
        for config in GlueConfig::ALL {
            let task = plan.tasks.iter().find(|task| task.config == config).unwrap();
            assert!(task.seq_len <= Plan::POSITIONS && task.epochs > 0);
            let large = matches!(config, GlueConfig::Qnli | GlueConfig::Qqp | GlueConfig::Mnli);
            assert_eq!(task.most.is_some(), large, "{config:?}");
        }
        for place in &plan.architectures {
            assert_eq!(Plan::network(*place).unwrap().vocab_size, 30_522);
        }
        assert!(Plan::network(96).is_err());
    }
}
