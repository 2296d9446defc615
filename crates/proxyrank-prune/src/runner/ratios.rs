//! Pairs of keep ratios and errors, and what a predictor makes of them.

use std::path::PathBuf;

use proxyrank_predict::Method;
use serde::{Deserialize, Serialize};

use super::claim::claim;
use super::journal::Journal;
use super::{Follow, Kept};
use crate::PruneError;
use crate::encoder::Weights;
use crate::hash::sha256_of_numbers;
use crate::importance::Norms;
use crate::random::{Purpose, stream};
use crate::ratios::{Keep, Pair, propose};
use crate::search::SearchError;
use crate::space::{Masks, ModelSize};
use crate::supernet::{Task, evaluate};

/// What a study's pairs have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RatioHeader {
    /// Version of these files.
    pub schema: u32,
    /// SHA-256 of the network's weights.
    pub weights_sha256: String,
    /// The whole network's sizes.
    pub size: ModelSize,
    /// Seed of draws, split and search.
    pub seed: u64,
    /// Pairs.
    pub pairs: usize,
    /// The predictor that the search asks.
    pub predictor: String,
    /// Proposals of the search that are evaluated at each size.
    pub proposals: usize,
}

/// A pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairRecord {
    /// Its number in the order of the draws.
    pub number: usize,
    /// What it keeps; the order of importance is that of magnitudes.
    #[serde(flatten)]
    pub kept: Kept,
    /// Error on the validation part.
    pub error: f64,
    /// Seconds that the evaluation took.
    pub seconds: f64,
}

/// Who chose a sub-network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chooser {
    /// The whole network.
    Whole,
    /// The search that asks the predictor.
    Predictor,
    /// The best pair that is small enough.
    Pairs,
    /// The same ratio everywhere.
    Uniform,
    /// The smallest weights of all layers go.
    Magnitude,
}

impl Chooser {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Whole, Self::Predictor, Self::Pairs, Self::Uniform, Self::Magnitude];

    /// In words, for tables.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Whole => "Whole network",
            Self::Predictor => "Predictor-driven search",
            Self::Pairs => "Best of the pairs",
            Self::Uniform => "Uniform ratios",
            Self::Magnitude => "Magnitude, over all layers",
        }
    }
}

/// A sub-network that was chosen for a size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PickRecord {
    /// Who chose it.
    pub chooser: Chooser,
    /// Share of the encoder's parameters that it may have at the most.
    pub target: f64,
    /// Its place among the chooser's proposals, from 0.
    pub place: usize,
    /// What it keeps.
    #[serde(flatten)]
    pub kept: Kept,
    /// The metric that was predicted, where one was.
    pub predicted: Option<f64>,
    /// Error on the validation part.
    pub error: f64,
    /// Error on the official validation split.
    pub test: f64,
}

/// What a study gives.
#[derive(Debug, Clone, PartialEq)]
pub struct RatioOutcome {
    /// Pairs of keep ratios and errors, in the order of the draws.
    pub pairs: Vec<PairRecord>,
    /// What was chosen at each size.
    pub picks: Vec<PickRecord>,
}

/// Pruning by an accuracy predictor.
#[derive(Debug)]
pub struct RatioStudy<'a> {
    /// The task.
    pub task: &'a Task,
    /// The fine-tuned network.
    pub weights: &'a Weights,
    /// Pairs to evaluate.
    pub pairs: usize,
    /// Shares of the encoder's parameters to search at.
    pub shares: Vec<f64>,
    /// What the search asks.
    pub predictor: Method,
    /// Proposals that are evaluated at each size.
    pub proposals: usize,
    /// Seed of draws, split and search.
    pub seed: u64,
    /// Where records are written: `ratios.json`, `pairs.jsonl`, `picks.jsonl`.
    pub folder: PathBuf,
}

impl PairRecord {
    /// As predictors see it.
    pub fn pair(&self) -> Pair {
        let keep = Keep { heads: self.kept.heads.clone(), units: self.kept.units.clone() };
        Pair { keep, metric: 1.0 - self.error }
    }
}

/// A choice to be evaluated.
struct Choice {
    chooser: Chooser,
    target: f64,
    place: usize,
    masks: Masks,
    predicted: Option<f64>,
}

impl RatioStudy<'_> {
    /// What is left to do, and everything that is done; nothing if it was stopped.
    pub fn run(&self, follow: &dyn Follow) -> Result<Option<RatioOutcome>, PruneError> {
        let size = self.weights.config.size(self.task.outputs);
        let header = RatioHeader {
            schema: 1,
            weights_sha256: sha256_of_numbers(&self.weights.values),
            size,
            seed: self.seed,
            pairs: self.pairs,
            predictor: self.predictor.to_string(),
            proposals: self.proposals,
        };
        claim(&self.folder.join("ratios.json"), &header)?;
        let importance = Norms::of(self.weights).importance();
        let (mut journal, mut pairs) = Journal::open::<PairRecord>(self.folder.join("pairs.jsonl"))?;
        for number in pairs.len()..self.pairs {
            if follow.stopped() {
                return Ok(None);
            }
            // Each from a stream of its own, so that a run that goes on need not draw the others again.
            let keep = Keep::sample(size.shape, &mut stream(self.seed, Purpose::Candidates, number as u64));
            let masks = keep.masks(&importance);
            let evaluation = evaluate(self.weights, &masks, &self.task.valid, self.task.metric)?;
            let (error, seconds) = (evaluation.error, evaluation.seconds);
            let record = PairRecord { number, kept: Kept::of(&size, &masks), error, seconds };
            journal.add(&record)?;
            pairs.push(record);
            follow.progressed("pairs", number + 1, self.pairs);
        }
        let (mut journal, mut picks) = Journal::open::<PickRecord>(self.folder.join("picks.jsonl"))?;
        let is_done = |picks: &[PickRecord], chooser: Chooser, target: f64, place: usize| {
            let same = |one: &PickRecord| {
                one.chooser == chooser && one.place == place && one.target.to_bits() == target.to_bits()
            };
            picks.iter().any(same)
        };
        let known: Vec<Pair> = pairs.iter().map(PairRecord::pair).collect();
        for (number, &target) in [1.0].iter().chain(&self.shares).enumerate() {
            let last = if number == 0 {
                (Chooser::Whole, 0)
            } else {
                (Chooser::Predictor, self.proposals.saturating_sub(1))
            };
            if is_done(&picks, last.0, target, last.1) {
                continue;
            }
            let choices = if number == 0 {
                let masks = Masks::full(size.shape);
                vec![Choice { chooser: Chooser::Whole, target, place: 0, masks, predicted: None }]
            } else {
                self.choices(&pairs, &known, target)?
            };
            for choice in choices {
                if follow.stopped() {
                    return Ok(None);
                }
                let Choice { chooser, target, place, masks, predicted } = choice;
                if is_done(&picks, chooser, target, place) {
                    continue;
                }
                let error = |examples| {
                    Ok::<f64, PruneError>(evaluate(self.weights, &masks, examples, self.task.metric)?.error)
                };
                let (error, test) = (error(&self.task.valid)?, error(&self.task.test)?);
                let kept = Kept::of(&size, &masks);
                let record = PickRecord { chooser, target, place, kept, predicted, error, test };
                journal.add(&record)?;
                picks.push(record);
            }
            follow.progressed("sizes", number + 1, self.shares.len() + 1);
        }
        Ok(Some(RatioOutcome { pairs, picks }))
    }

    /// All choices for a size, the predictor's last.
    fn choices(&self, pairs: &[PairRecord], known: &[Pair], target: f64) -> Result<Vec<Choice>, PruneError> {
        let importance = Norms::of(self.weights).importance();
        let size = self.weights.config.size(self.task.outputs);
        let mut choices = Vec::new();
        let mut add = |chooser, place, masks, predicted| {
            choices.push(Choice { chooser, target, place, masks, predicted });
        };
        add(Chooser::Uniform, 0, Keep::uniform(&size, target).masks(&importance), None);
        if let Some(masks) = importance.prune(true, &size, target) {
            add(Chooser::Magnitude, 0, masks, None);
        }
        let small = pairs.iter().filter(|pair| pair.kept.share(&size.full()) <= target);
        if let Some(best) = small.min_by(|one, other| one.error.total_cmp(&other.error)) {
            add(Chooser::Pairs, 0, best.pair().keep.masks(&importance), None);
        }
        let found = propose(known, &size, self.predictor, (target, self.seed), self.proposals);
        for (place, proposal) in found.map_err(SearchError::from)?.into_iter().enumerate() {
            add(Chooser::Predictor, place, proposal.keep.masks(&importance), Some(proposal.predicted));
        }
        Ok(choices)
    }
}
