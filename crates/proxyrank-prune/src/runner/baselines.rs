//! Pruning without a search.

use std::fmt;
use std::path::PathBuf;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::claim::claim;
use super::journal::Journal;
use super::{Follow, Kept};
use crate::PruneError;
use crate::encoder::Weights;
use crate::hash::sha256_of_numbers;
use crate::importance::{Norms, Sensitivities, drop_top, rearrange, tune};
use crate::space::{Masks, ModelSize};
use crate::supernet::{Task, evaluate};

/// A way to prune a network that was fine-tuned as a whole. None of them trains what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// The whole network.
    Whole,
    /// The top layers are dropped.
    Layers,
    /// The least important heads go, by the mean absolute derivative (Michel et al. 2019); units stay.
    Heads,
    /// The same for heads and units, divided by parameters.
    HeadsAndUnits,
    /// The heads and units with the smallest weights go.
    Magnitude,
    /// Masks that lose the least diagonal Fisher information (Kwon et al. 2022).
    Fisher,
    /// These, rearranged inside layers.
    FisherRearranged,
    /// These, with scales by least squares.
    FisherTuned,
}

impl Baseline {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Whole,
        Self::Layers,
        Self::Heads,
        Self::HeadsAndUnits,
        Self::Magnitude,
        Self::Fisher,
        Self::FisherRearranged,
        Self::FisherTuned,
    ];

    /// The name in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Layers => "layers",
            Self::Heads => "heads",
            Self::HeadsAndUnits => "heads_and_units",
            Self::Magnitude => "magnitude",
            Self::Fisher => "fisher",
            Self::FisherRearranged => "fisher_rearranged",
            Self::FisherTuned => "fisher_tuned",
        }
    }

    /// Whether it can make an encoder so small: heads alone are a third of it.
    fn reaches(self, size: &ModelSize, share: f64) -> bool {
        let Masks { heads, units } = Masks::full(size.shape);
        let headless = heads.iter().map(|row| vec![false; row.len()]).collect();
        self != Self::Heads || size.relative_encoder(&Masks { heads: headless, units }) <= share
    }

    /// In words, for tables.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Whole => "Whole network",
            Self::Layers => "Top layers dropped",
            Self::Heads => "Head importance (Michel et al.), heads alone",
            Self::HeadsAndUnits => "The same measure, heads and units",
            Self::Magnitude => "Magnitude",
            Self::Fisher => "Fisher mask search (Kwon et al.)",
            Self::FisherRearranged => "Fisher, rearranged",
            Self::FisherTuned => "Fisher, rearranged and tuned",
        }
    }
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What the baselines of a network have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineHeader {
    /// Version of these files.
    pub schema: u32,
    /// SHA-256 of the network's weights.
    pub weights_sha256: String,
    /// Training examples that derivatives are measured on: the first ones of the training part, which is shuffled.
    pub examples: usize,
    /// Of them those that scales are fitted on.
    pub tuned_on: usize,
}

/// A pruned network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineRecord {
    /// How it was pruned.
    pub baseline: Baseline,
    /// Share of the encoder's parameters that it may have at the most.
    pub target: f64,
    /// What is left.
    #[serde(flatten)]
    pub kept: Kept,
    /// Error on the validation part.
    pub error: f64,
    /// Error on the official validation split.
    pub test: f64,
    /// Seconds from importances to the pruned network, evaluation left out.
    pub seconds: f64,
}

/// Baselines on a fine-tuned network.
#[derive(Debug)]
pub struct Baselines<'a> {
    /// The task.
    pub task: &'a Task,
    /// The network.
    pub weights: &'a Weights,
    /// Shares of the encoder's parameters.
    pub shares: Vec<f64>,
    /// Training examples that derivatives are measured on, at the most.
    pub examples: usize,
    /// Of them those that scales are fitted on.
    pub tuned_on: usize,
    /// Where records are written: `baselines.json`, `baselines.jsonl`.
    pub folder: PathBuf,
}

impl Baselines<'_> {
    /// What is left to do, and everything that is done; nothing if it was stopped.
    pub fn run(&self, follow: &dyn Follow) -> Result<Option<Vec<BaselineRecord>>, PruneError> {
        let header = BaselineHeader {
            schema: 1,
            weights_sha256: sha256_of_numbers(&self.weights.values),
            examples: self.examples.min(self.task.train.len()),
            tuned_on: self.tuned_on.min(self.examples).min(self.task.train.len()),
        };
        claim(&self.folder.join("baselines.json"), &header)?;
        let (mut journal, mut records) =
            Journal::open::<BaselineRecord>(self.folder.join("baselines.jsonl"))?;
        let of_shares = |baseline: Baseline| self.shares.iter().map(move |&share| (baseline, share));
        let size = self.weights.config.size(self.task.outputs);
        let pruned = Baseline::ALL[1..].iter().flat_map(|&baseline| of_shares(baseline));
        let pruned = pruned.filter(|&(baseline, share)| baseline.reaches(&size, share));
        let wanted: Vec<(Baseline, f64)> = [(Baseline::Whole, 1.0)].into_iter().chain(pruned).collect();
        let is_done = |records: &[BaselineRecord], (baseline, share): (Baseline, f64)| {
            records.iter().any(|one| one.baseline == baseline && one.target.to_bits() == share.to_bits())
        };
        if wanted.iter().all(|&one| is_done(&records, one)) {
            return Ok(Some(records));
        }
        let first: Vec<usize> = (0..header.examples).collect();
        let examples = self.task.train.select(&first);
        let tuning = examples.select(&first[..header.tuned_on]);
        let sensitivities = Sensitivities::of(self.weights, &examples)?;
        for (number, &one) in wanted.iter().enumerate() {
            if follow.stopped() {
                return Ok(None);
            }
            if is_done(&records, one) {
                continue;
            }
            let (baseline, target) = one;
            let start = Instant::now();
            let Some(masks) = self.masks(baseline, target, &sensitivities, &size) else { continue };
            let tuned = match baseline {
                Baseline::FisherTuned => Some(tune(self.weights, &masks, &tuning)?),
                _ => None,
            };
            let seconds = start.elapsed().as_secs_f64();
            let error = |examples| {
                let weights = tuned.as_ref().unwrap_or(self.weights);
                Ok::<f64, PruneError>(evaluate(weights, &masks, examples, self.task.metric)?.error)
            };
            let record = BaselineRecord {
                baseline,
                target,
                kept: Kept::of(&size, &masks),
                error: error(&self.task.valid)?,
                test: error(&self.task.test)?,
                seconds,
            };
            journal.add(&record)?;
            records.push(record);
            follow.progressed("baselines", number + 1, wanted.len());
        }
        Ok(Some(records))
    }

    /// The masks of a baseline; nothing where it cannot become as small.
    fn masks(
        &self,
        baseline: Baseline,
        share: f64,
        sensitivities: &Sensitivities,
        size: &ModelSize,
    ) -> Option<Masks> {
        match baseline {
            Baseline::Whole => Some(Masks::full(size.shape)),
            Baseline::Layers => Some(drop_top(size, share)),
            Baseline::Heads => sensitivities.importance().prune(false, size, share),
            Baseline::HeadsAndUnits => {
                sensitivities.importance().per_parameter(size.shape).prune(true, size, share)
            }
            Baseline::Magnitude => Norms::of(self.weights).importance().prune(true, size, share),
            Baseline::Fisher => sensitivities.fisher().keep_most(size, share),
            Baseline::FisherRearranged | Baseline::FisherTuned => {
                sensitivities.fisher().keep_most(size, share).map(|masks| rearrange(&masks, sensitivities))
            }
        }
    }
}
