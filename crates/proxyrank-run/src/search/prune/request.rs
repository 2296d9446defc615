//! What is trained and searched.

use std::path::{Path, PathBuf};

use proxyrank_data::load::text::GlueConfig;
use proxyrank_prune::encoder::EncoderConfig;
use proxyrank_prune::runner::Second;
use proxyrank_prune::search::Method;
use proxyrank_prune::space::{Sampler, Space, SpaceKind};
use proxyrank_prune::supernet::{Settings, Strategy};

use super::parts::{Beside, Part};
use super::summary::folder;
use crate::RunError;

/// A study for every task and strategy.
#[derive(Debug, Clone, PartialEq)]
pub struct PruneRequest {
    /// The tasks.
    pub tasks: Vec<GlueConfig>,
    /// How super-networks are trained.
    pub strategies: Vec<Strategy>,
    /// Which sub-networks there are.
    pub space: SpaceKind,
    /// How training draws them.
    pub sampler: Sampler,
    /// Passes over the training part.
    pub epochs: usize,
    /// Examples of a step.
    pub batch: usize,
    /// Learning rate of the first step; it falls in a line to zero.
    pub rate: f64,
    /// Tokens of a text, at the most.
    pub seq_len: usize,
    /// Seed of training, and of the fresh classifier.
    pub train_seed: u64,
    /// The searches.
    pub methods: Vec<Method>,
    /// Each of them from so many seeds.
    pub seeds: u64,
    /// Evaluations of each.
    pub evaluations: usize,
    /// Examples of the training part that are trained with, at the most; all where absent.
    pub most_train: Option<usize>,
    /// Examples that searches measure errors on, at the most.
    pub most_valid: Option<usize>,
    /// The second objective.
    pub second: Second,
    /// What is done with each super-network.
    pub parts: Vec<Part>,
    /// Numbers of the parts that are no searches.
    pub beside: Beside,
}

impl PruneRequest {
    /// Training of one strategy.
    pub(super) fn settings(&self, strategy: Strategy, config: &EncoderConfig) -> Settings {
        let space = Space::new(self.space, config.shape());
        Settings {
            sampler: self.sampler,
            epochs: self.epochs,
            batch: self.batch,
            rate: self.rate,
            ..Settings::new(space, strategy, self.train_seed)
        }
    }

    /// Every search: method and seed.
    pub(super) fn searches(&self) -> Vec<(Method, u64)> {
        (0..self.seeds).flat_map(|seed| self.methods.iter().map(move |method| (*method, seed))).collect()
    }

    /// Where a study is written below a folder of results.
    pub fn place(&self, results: &Path, task: GlueConfig, strategy: Strategy) -> PathBuf {
        let name = format!("{}-{}-{strategy}-{}", task.as_str(), self.space, self.train_seed);
        folder(results).join(name)
    }

    /// The parts of a study, in the order in which they are run.
    pub(super) fn parts_of(&self, strategy: Strategy) -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().filter(move |part| self.parts.contains(part) && part.applies(strategy))
    }

    /// Refuses what cannot be run as asked for.
    pub(super) fn check(&self) -> Result<(), RunError> {
        if let Some(share) = self.beside.shares.iter().find(|share| !(**share > 0.0 && **share < 1.0)) {
            return Err(RunError::Usage(format!("--shares: {share} does not lie between 0 and 1")));
        }
        if self.parts.is_empty() {
            return Err(RunError::Usage("--parts names nothing to do".to_owned()));
        }
        let idle = |part: &&Part| !self.strategies.iter().any(|&strategy| part.applies(strategy));
        match self.parts.iter().find(idle) {
            Some(part) => Err(RunError::Usage(format!(
                "--parts {part} needs a network that was fine-tuned as a whole; add `standard` to --strategies"
            ))),
            None => Ok(()),
        }
    }
}
