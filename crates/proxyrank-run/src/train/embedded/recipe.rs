//! How the rows of the embedded benchmark are trained.

use std::path::Path;

use proxyrank_data::hash::sha256_bytes;
use proxyrank_nn::train::{Attention, Positions, Reader};
use proxyrank_space::QuarterArch;
use serde::{Deserialize, Serialize};

use crate::RunError;
use crate::train::recipe::{PretrainRecipe, TuneRecipe};
use crate::train::tasks::ProbeSize;

/// Everything that a row depends on but its architecture and its seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddedRecipe {
    /// Version of what the code does with the rest; it rises when rows change.
    pub version: u32,
    /// Seed of the corpus.
    pub corpus_seed: u64,
    /// Tokens of the corpus, at the least.
    pub corpus_tokens: usize,
    /// Pre-training.
    pub pretrain: PretrainRecipe,
    /// Fine-tuning.
    pub tune: TuneRecipe,
    /// Examples of each task.
    pub tasks: ProbeSize,
}

impl EmbeddedRecipe {
    /// The recipe of the benchmark.
    pub fn standard() -> Self {
        // One length for text and tasks, because the linear transforms of the space depend on it. Everything else is what brought
        // attention off the plateau of word frequencies; docs/training.md has the trials.
        let (steps, batch, seq_len) = (6000, 4, 40);
        Self {
            version: 3,
            corpus_seed: 0,
            corpus_tokens: 1_000_000,
            pretrain: PretrainRecipe {
                rate: 1e-3,
                warmup: 300,
                generator_divisor: 2,
                generator_least: 32,
                initial_scale: 4.0,
                positions: Positions::Sinusoids,
                attention: Attention::Mimetic,
                discriminator_weight: 1.0,
                dropout: false,
                window: 300,
                ..PretrainRecipe::electra(steps, batch, seq_len)
            },
            tune: TuneRecipe {
                epochs: 3,
                batch: 4,
                rate: 5e-4,
                warmup_percent: 10,
                layer_factor: 1.0,
                counted_layers: None,
                reader: Reader::Both,
                corrected: true,
                dropout: false,
            },
            tasks: ProbeSize { seed: 0, train: 2000, dev: 2000, seq_len },
        }
    }

    /// Reads a recipe from a JSON file.
    pub fn read(file: &Path) -> Result<Self, RunError> {
        let text = std::fs::read_to_string(file).map_err(RunError::read(file))?;
        let wrong = |reason: String| RunError::Usage(format!("{}: not a recipe: {reason}", file.display()));
        let recipe: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        recipe.fault().map_or(Ok(recipe), |fault| Err(wrong(fault)))
    }

    /// What no training can be run by.
    fn fault(&self) -> Option<String> {
        let Self { pretrain, tune, tasks, .. } = self;
        let counts = [
            ("pretrain.batch", pretrain.batch),
            ("pretrain.seq_len", pretrain.seq_len),
            ("pretrain.generator_divisor", pretrain.generator_divisor),
            ("pretrain.window", usize::from(pretrain.window > 0)),
            ("tune.batch", tune.batch),
            ("tasks.train", tasks.train),
            ("tasks.dev", tasks.dev),
            ("tasks.seq_len", tasks.seq_len),
        ];
        if let Some((name, _)) = counts.iter().find(|(_, count)| *count == 0) {
            return Some(format!("{name} is 0"));
        }
        let longest = pretrain.seq_len.max(tasks.seq_len);
        let limit = QuarterArch::MAX_POSITIONS;
        (longest > limit)
            .then(|| format!("sequences of {longest} tokens; these networks have {limit} positions"))
    }

    /// Hash of the recipe and of what the corpus is made of.
    pub fn fingerprint(&self) -> String {
        let recipe = serde_json::to_string(self).unwrap_or_default();
        let text = format!("{recipe}\n{}", proxyrank_data::corpus::DATASHEET);
        sha256_bytes(text.as_bytes()).chars().take(16).collect()
    }
}
