//! What is done with a super-network once it is trained.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use proxyrank_predict::Method;
use proxyrank_prune::encoder::Weights;
use proxyrank_prune::runner::{Baselines, Follow, ProxyStudy, RatioStudy, Trials, Who};
use proxyrank_prune::space::Sampler;
use proxyrank_prune::supernet::{Settings, Strategy, Task};

use crate::RunError;

/// Examples that the scales of pruned networks are fitted on.
const TUNED_ON: usize = 64;
/// What the search for keep ratios asks: boosted trees, as in the paper.
const PREDICTOR: Method = Method::BoostedTrees;

/// Something that is done with a super-network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Searches for sub-networks, and their test errors.
    Search,
    /// Pruning without a search, where the whole network was fine-tuned (strategy `standard`).
    Baselines,
    /// Zero-cost proxies on sub-networks.
    Proxies,
    /// Pruning by an accuracy predictor of keep ratios.
    Ratios,
    /// Layers dropped from the top, and what is left fine-tuned from the pre-trained weights (with strategy `standard`).
    Layers,
    /// Random sub-networks fine-tuned from the pre-trained weights, which MO-ASHA stops (with strategy `standard`).
    Nas,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Search, Self::Baselines, Self::Proxies, Self::Ratios, Self::Layers, Self::Nas];

    /// The name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Baselines => "baselines",
            Self::Proxies => "proxies",
            Self::Ratios => "ratios",
            Self::Layers => "layers",
            Self::Nas => "nas",
        }
    }

    /// Whether it is done with a network that was trained like this.
    pub fn applies(self, strategy: Strategy) -> bool {
        !matches!(self, Self::Baselines | Self::Layers | Self::Nas) || strategy == Strategy::Standard
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names = Self::ALL.map(Self::as_str).join(", ");
        let found = Self::ALL.into_iter().find(|part| part.as_str() == text);
        found.ok_or_else(|| format!("there is no part `{text}`; the parts are {names}"))
    }
}

/// Numbers of the parts that are no searches.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// Shares of the encoder's parameters that baselines and predictors prune to.
    pub shares: Vec<f64>,
    /// Training examples that baselines measure derivatives on, at the most.
    pub importance_examples: usize,
    /// Sub-networks that proxies score.
    pub subnets: usize,
    /// Training examples that proxies see.
    pub probe_examples: usize,
    /// Pairs of keep ratios and errors.
    pub pairs: usize,
    /// Sub-networks that the predictor's search proposes for each size.
    pub proposals: usize,
    /// Sub-networks that are fine-tuned one by one.
    pub trials: usize,
    /// Seed of sub-networks, pairs and splits.
    pub seed: u64,
}

/// A trained super-network, and where its records are.
pub(super) struct Trained<'a> {
    pub(super) task: &'a Task,
    pub(super) pretrained: &'a Weights,
    pub(super) supernet: &'a Weights,
    /// How it was trained; sub-networks that are trained by themselves are trained likewise.
    pub(super) settings: &'a Settings,
    pub(super) folder: PathBuf,
    /// Steps between two checkpoints.
    pub(super) checkpoint_every: u64,
}

impl Trained<'_> {
    /// Runs what is left of a part that is no search; says whether it is done, which it is not if it was stopped.
    pub(super) fn run(&self, part: Part, numbers: &Beside, follow: &dyn Follow) -> Result<bool, RunError> {
        let (task, folder) = (self.task, self.folder.clone());
        Ok(match part {
            Part::Search => true,
            Part::Baselines => {
                let (shares, examples) = (numbers.shares.clone(), numbers.importance_examples);
                let weights = self.supernet;
                let baselines = Baselines { task, weights, shares, examples, tuned_on: TUNED_ON, folder };
                baselines.run(follow)?.is_some()
            }
            Part::Proxies => {
                let study = ProxyStudy {
                    task,
                    pretrained: self.pretrained,
                    supernet: self.supernet,
                    space: self.settings.space,
                    sampler: Sampler::Structured,
                    seed: numbers.seed,
                    candidates: numbers.subnets,
                    examples: numbers.probe_examples,
                    folder,
                };
                study.run(follow)?.is_some()
            }
            Part::Ratios => {
                let study = RatioStudy {
                    task,
                    weights: self.supernet,
                    pairs: numbers.pairs,
                    shares: numbers.shares.clone(),
                    predictor: PREDICTOR,
                    proposals: numbers.proposals,
                    seed: numbers.seed,
                    folder,
                };
                study.run(follow)?.is_some()
            }
            Part::Layers => self.trials(Who::Bottom, numbers).run(follow)?.is_some(),
            Part::Nas => self.trials(Who::Random { seed: numbers.seed }, numbers).run(follow)?.is_some(),
        })
    }

    fn trials(&self, who: Who, numbers: &Beside) -> Trials<'_> {
        let (task, pretrained, settings) = (self.task, self.pretrained, self.settings.clone());
        let (folder, checkpoint_every) = (self.folder.clone(), self.checkpoint_every);
        let trials = numbers.trials;
        Trials { task, pretrained, who, trials, settings, folder, checkpoint_every }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written_and_others_refused() {
        for part in Part::ALL {
            assert_eq!(part.to_string().parse(), Ok(part));
        }
        let error = "proxy".parse::<Part>().unwrap_err();
        assert_eq!(
            error,
            "there is no part `proxy`; the parts are search, baselines, proxies, ratios, layers, nas"
        );
    }

    #[test]
    fn some_parts_need_a_network_that_was_trained_as_a_whole() {
        let parts = |strategy| Part::ALL.into_iter().filter(|part| part.applies(strategy)).count();
        assert_eq!((parts(Strategy::Standard), parts(Strategy::OneShot)), (6, 3));
    }
}
