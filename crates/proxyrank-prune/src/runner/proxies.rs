//! Candidates that proxies score and whose errors are measured.

use std::collections::HashSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::claim::claim;
use super::journal::Journal;
use super::{Follow, Kept};
use crate::PruneError;
use crate::encoder::Weights;
use crate::hash::sha256_of_numbers;
use crate::random::{Purpose, stream};
use crate::space::{Genes, Sampler, Space};
use crate::supernet::{Task, evaluate};
use crate::zero_cost::{Prober, Scored};

/// Draws after which it is taken that a space has no more sub-networks.
const DRAWS: usize = 1000;

/// What a study's candidates have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProxyHeader {
    /// Version of these files.
    pub schema: u32,
    /// The space that candidates are drawn from.
    pub space: Space,
    /// How they are drawn.
    pub sampler: Sampler,
    /// Seed of the draws.
    pub seed: u64,
    /// Training examples that proxies see: the first ones of the training part, which is shuffled.
    pub examples: usize,
    /// SHA-256 of the pre-trained weights and of the super-network's.
    pub weights_sha256: [String; 2],
}

/// A candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProxyRecord {
    /// Its number in the order of the draws.
    pub number: usize,
    /// What it keeps.
    #[serde(flatten)]
    pub kept: Kept,
    /// Error on the validation part, with the super-network's weights.
    pub error: f64,
    /// Seconds that the evaluation took.
    pub seconds: f64,
    /// Scores on the pre-trained weights, whose classifier is fresh.
    pub pretrained: Scored,
    /// Scores on the super-network's weights.
    pub supernet: Scored,
}

/// Zero-cost proxies on sub-networks of a space.
#[derive(Debug)]
pub struct ProxyStudy<'a> {
    /// The task.
    pub task: &'a Task,
    /// Pre-trained weights with a fresh classifier.
    pub pretrained: &'a Weights,
    /// The super-network.
    pub supernet: &'a Weights,
    /// The space.
    pub space: Space,
    /// How candidates are drawn.
    pub sampler: Sampler,
    /// Seed of the draws.
    pub seed: u64,
    /// Candidates, none twice; fewer where the space has no more.
    pub candidates: usize,
    /// Training examples that proxies see, at the most.
    pub examples: usize,
    /// Where records are written: `proxies.json`, `proxies.jsonl`.
    pub folder: PathBuf,
}

impl ProxyStudy<'_> {
    /// What is left to do, and everything that is done; nothing if it was stopped.
    pub fn run(&self, follow: &dyn Follow) -> Result<Option<Vec<ProxyRecord>>, PruneError> {
        let count = self.examples.min(self.task.train.len());
        let header = ProxyHeader {
            schema: 1,
            space: self.space,
            sampler: self.sampler,
            seed: self.seed,
            examples: count,
            weights_sha256: [self.pretrained, self.supernet]
                .map(|weights| sha256_of_numbers(&weights.values)),
        };
        claim(&self.folder.join("proxies.json"), &header)?;
        let (mut journal, mut records) = Journal::open::<ProxyRecord>(self.folder.join("proxies.jsonl"))?;
        let candidates = self.draw();
        if records.len() >= candidates.len() {
            return Ok(Some(records));
        }
        let examples = self.task.train.select(&(0..count).collect::<Vec<_>>());
        let mut before = Prober::new(self.pretrained, &examples)?;
        let mut after = Prober::new(self.supernet, &examples)?;
        let size = self.supernet.config.size(self.task.outputs);
        for (number, genes) in candidates.iter().enumerate().skip(records.len()) {
            if follow.stopped() {
                return Ok(None);
            }
            let masks = self.space.masks(genes)?;
            let evaluation = evaluate(self.supernet, &masks, &self.task.valid, self.task.metric)?;
            let (pretrained, supernet) = rayon::join(|| before.score(&masks), || after.score(&masks));
            let record = ProxyRecord {
                number,
                kept: Kept::of(&size, &masks),
                error: evaluation.error,
                seconds: evaluation.seconds,
                pretrained: pretrained?,
                supernet: supernet?,
            };
            journal.add(&record)?;
            records.push(record);
            follow.progressed("proxies", number + 1, candidates.len());
        }
        Ok(Some(records))
    }

    /// The candidates, in the order of the draws.
    fn draw(&self) -> Vec<Genes> {
        let mut rng = stream(self.seed, Purpose::Candidates, 0);
        let (mut seen, mut candidates, mut in_vain) = (HashSet::new(), Vec::new(), 0);
        while candidates.len() < self.candidates && in_vain < DRAWS {
            let genes = self.space.sample(self.sampler, &mut rng);
            if seen.insert(genes.clone()) {
                candidates.push(genes);
                in_vain = 0;
            } else {
                in_vain += 1;
            }
        }
        candidates
    }
}
