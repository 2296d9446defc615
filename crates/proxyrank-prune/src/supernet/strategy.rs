//! What a step of super-network training trains.

use std::fmt;
use std::str::FromStr;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::Settings;
use crate::space::Genes;

/// A way to train a super-network. Losses of a step are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The whole network: plain fine-tuning.
    Standard,
    /// k random sub-networks.
    Random,
    /// k random sub-networks with a probability that rises from 0 to 1, else the whole network.
    LinearRandom,
    /// The whole network, the smallest, and k random ones.
    Sandwich,
    /// With a probability that rises from 0 to 1, k random sub-networks that learn from the whole one; else the whole network.
    Kd,
    /// The whole network; the smallest and k random ones learn from it.
    OneShot,
}

impl Strategy {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Standard, Self::Random, Self::LinearRandom, Self::Sandwich, Self::Kd, Self::OneShot];

    /// The name in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Random => "random",
            Self::LinearRandom => "linear_random",
            Self::Sandwich => "sandwich",
            Self::Kd => "kd",
            Self::OneShot => "one_shot",
        }
    }

    /// The k of the paper's figures.
    pub const fn usual_count(self) -> usize {
        match self {
            Self::Standard => 0,
            Self::Random | Self::LinearRandom => 1,
            Self::Sandwich | Self::Kd | Self::OneShot => 2,
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Strategy {
    type Err = String;

    /// The released names are understood as well.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = match text {
            "random_linear" => "linear_random",
            "inplace-kd" => "kd",
            "full" => "one_shot",
            other => other,
        };
        let names = Self::ALL.map(Self::as_str).join(", ");
        let found = Self::ALL.into_iter().find(|strategy| strategy.as_str() == text);
        found.ok_or_else(|| format!("there is no training strategy `{text}`; the strategies are {names}"))
    }
}

/// What a pass is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// The labels.
    Task,
    /// The whole network's answers to the same batch in the same step, and the labels.
    Teacher,
    /// Nothing: it is the teacher, and has no gradient.
    Teach,
}

/// A pass over the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pass {
    /// The sub-network.
    pub genes: Genes,
    /// What it is judged by.
    pub aim: Aim,
}

impl Settings {
    /// The passes of a step, the teacher first. `p_t` is linspace(0, 1, steps) at step t.
    pub(super) fn passes(&self, step: u64, steps: u64, rng: &mut ChaCha8Rng) -> Vec<Pass> {
        let whole = || self.only.clone().unwrap_or_else(|| self.space.full());
        let full = |aim| Pass { genes: whole(), aim };
        let smallest = |aim| Pass { genes: self.space.smallest(self.smallest), aim };
        let rising = step as f64 / (steps.max(2) - 1) as f64;
        // Drawn in any case, so that sub-networks do not depend on the strategy.
        let is_random = rng.random::<f64>() < rising;
        let mut random = |aim| {
            let genes = (0..self.count).map(|_| self.space.sample(self.sampler, rng));
            genes.map(|genes| Pass { genes, aim }).collect::<Vec<_>>()
        };
        match self.strategy {
            Strategy::Random => random(Aim::Task),
            Strategy::LinearRandom if is_random => random(Aim::Task),
            Strategy::Kd if is_random => [vec![full(Aim::Teach)], random(Aim::Teacher)].concat(),
            Strategy::Standard | Strategy::LinearRandom | Strategy::Kd => vec![full(Aim::Task)],
            Strategy::Sandwich => [vec![full(Aim::Task), smallest(Aim::Task)], random(Aim::Task)].concat(),
            Strategy::OneShot => {
                [vec![full(Aim::Task), smallest(Aim::Teacher)], random(Aim::Teacher)].concat()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};
    use crate::space::{BlockShape, Space, SpaceKind};

    /// Which passes a step has: F the whole network, S the smallest, R another; t for the task, k for distillation, - for a teacher.
    fn shape(strategy: Strategy, step: u64) -> String {
        let space = Space::new(SpaceKind::Medium, BlockShape::MINILM_L6);
        let settings = Settings { count: 2, ..Settings::new(space, strategy, 0) };
        let passes = settings.passes(step, 101, &mut stream(0, Purpose::SubNetworks, step));
        let one = |pass: &Pass| {
            let which = if pass.genes == space.full() {
                'F'
            } else if pass.genes == space.smallest(settings.smallest) {
                'S'
            } else {
                'R'
            };
            let aim = match pass.aim {
                Aim::Task => 't',
                Aim::Teacher => 'k',
                Aim::Teach => '-',
            };
            format!("{which}{aim}")
        };
        passes.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_strategy_is_that_of_the_specification() {
        for step in [0, 50, 100] {
            assert_eq!(shape(Strategy::Standard, step), "Ft");
            assert_eq!(shape(Strategy::Random, step), "Rt Rt");
            assert_eq!(shape(Strategy::Sandwich, step), "Ft St Rt Rt");
            assert_eq!(shape(Strategy::OneShot, step), "Ft Sk Rk Rk");
        }
        assert_eq!((shape(Strategy::LinearRandom, 0), shape(Strategy::Kd, 0)), ("Ft".into(), "Ft".into()));
        assert_eq!(shape(Strategy::LinearRandom, 100), "Rt Rt");
        assert_eq!(shape(Strategy::Kd, 100), "F- Rk Rk");
    }

    #[test]
    fn a_sub_network_can_be_trained_by_itself() {
        let space = Space::new(SpaceKind::Medium, BlockShape::MINILM_L6);
        let only = Some(space.midpoint());
        let settings = Settings { only, ..Settings::new(space, Strategy::Standard, 0) };
        let passes = settings.passes(5, 10, &mut stream(0, Purpose::SubNetworks, 5));
        assert_eq!(passes, [Pass { genes: space.midpoint(), aim: Aim::Task }]);
        // Settings without one are written as before there was such a thing.
        let text = serde_json::to_string(&Settings { only: None, ..settings.clone() }).unwrap();
        assert!(!text.contains("only"), "{text}");
        let again: Settings = serde_json::from_str(&serde_json::to_string(&settings).unwrap()).unwrap();
        assert_eq!(again, settings);
    }

    #[test]
    fn the_share_of_random_steps_rises_in_a_line() {
        let random = |from: u64| (from..from + 25).filter(|&step| shape(Strategy::Kd, step) != "Ft").count();
        let shares = [0, 25, 50, 75].map(random);
        // Expected: 3, 9, 15.5, 21.75.
        assert!(
            shares[0] <= 8
                && (3..=16).contains(&shares[1])
                && (9..=22).contains(&shares[2])
                && shares[3] >= 16,
            "{shares:?}"
        );
    }

    #[test]
    fn names_and_released_names_are_understood() {
        for strategy in Strategy::ALL {
            assert_eq!(strategy.as_str().parse(), Ok(strategy));
        }
        assert_eq!("full".parse(), Ok(Strategy::OneShot));
        assert!("half".parse::<Strategy>().unwrap_err().contains("sandwich"));
    }
}
