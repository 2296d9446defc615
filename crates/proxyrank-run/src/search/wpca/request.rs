//! What a search is asked for, and what it will cost.

use proxyrank_schema::Input;
use proxyrank_search::wpca::evolution::{Rules, Settings};
use proxyrank_search::wpca::objective::Objective;
use proxyrank_search::wpca::supernet::Eta;
use proxyrank_space::wpca::{BLOCKS, WpcaSpace};

use crate::standard::BATCH_SIZE;

/// One of the paper's two spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WpcaVariant {
    /// 12 layers, 15.7 million parameters.
    Small,
    /// 6 layers, 10 million parameters.
    Tiny,
}

impl WpcaVariant {
    /// Its name in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Tiny => "tiny",
        }
    }

    /// The space.
    pub const fn space(self) -> WpcaSpace {
        match self {
            Self::Small => WpcaSpace::SMALL,
            Self::Tiny => WpcaSpace::TINY,
        }
    }
}

/// Where counting components stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EtaChoice {
    /// At 0.99 in every block.
    Paper,
    /// At 0.9 in MobileBERT blocks.
    Released,
}

impl EtaChoice {
    /// Its name in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Released => "released",
        }
    }

    /// The shares.
    pub const fn eta(self) -> Eta {
        match self {
            Self::Paper => Eta::PAPER,
            Self::Released => Eta::RELEASED,
        }
    }
}

/// A search.
#[derive(Debug, Clone, PartialEq)]
pub struct WpcaRequest {
    /// Name of the space, in files and titles.
    pub name: String,
    /// The space.
    pub space: WpcaSpace,
    /// Where counting stops.
    pub eta: EtaChoice,
    /// Where token ids come from.
    pub input: Input,
    /// Sequences that every network is run on.
    pub batch_size: u32,
    /// Tokens of a sequence.
    pub seq_len: u32,
    /// Seed of the weights.
    pub init_seed: u64,
    /// Seed of drawn token ids.
    pub data_seed: u64,
    /// Searches that score their candidates by forward passes.
    pub rules: Vec<Rules>,
    /// Candidates at their beginning, and children of a generation.
    pub population: usize,
    /// Generations.
    pub generations: usize,
    /// Seed of those searches, of the table and of the sample; the searches on the table have the seeds from it on.
    pub seed: u64,
    /// Times that every block is in every layer for the table of counts.
    pub sweeps: usize,
    /// Random networks that are small enough, for correlations and the table's error.
    pub sample: usize,
    /// Searches of each kind on the table.
    pub repeats: u64,
}

/// The passes that a search makes at the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WpcaPlan {
    /// For the table of counts.
    pub table: usize,
    /// Random networks.
    pub sample: usize,
    /// The best networks by the table, for each objective.
    pub optimum: usize,
    /// Candidates of the searches by passes.
    pub searches: usize,
    /// The best of the searches on the table.
    pub found: usize,
}

impl WpcaPlan {
    /// All passes.
    pub const fn total(&self) -> usize {
        self.table + self.sample + self.optimum + self.searches + self.found
    }
}

/// Tokens of a sequence in the standard protocol.
const SEQ_LEN: u32 = 128;

/// Best networks by the table that are run for each objective.
pub(super) const RUN_BEST: usize = 20;

/// Kinds of searches that are repeated on the table.
pub(super) const KINDS: usize = 7;

impl WpcaRequest {
    /// The settings of a search by passes, or of its like on the table.
    pub(super) fn settings(&self, rules: Rules, objective: Objective, seed: u64) -> Settings {
        let published = Settings {
            population: self.population,
            children: self.population,
            generations: self.generations,
            ..Settings::published(objective, seed)
        };
        match rules {
            Rules::Published => published,
            Rules::Random => published.at_random(),
            Rules::Released => {
                Settings { generations: self.generations, ..Settings::released(objective, seed) }
            }
        }
    }

    /// What a pass depends on, in one text that differs where that differs.
    pub(super) fn protocol(&self) -> String {
        let Self { space, eta, input, batch_size, seq_len, init_seed, data_seed, .. } = self;
        let eta = eta.eta();
        format!(
            "passes 1; {:?}, {} layers; eta {} {} {:?}; {input} {batch_size} x {seq_len}, data seed {data_seed}; init seed {init_seed}",
            space.shape, space.layers, eta.bert, eta.mobile, eta.enough
        )
    }

    /// Whether it is the search that documents and the ledger speak of: the standard batch, seeds 0, and as many repetitions as a
    /// range needs.
    pub(super) fn is_standard(&self) -> bool {
        let Self { input, batch_size, seq_len, init_seed, data_seed, seed, .. } = *self;
        (input, batch_size, seq_len) == (Input::Zipf, BATCH_SIZE, SEQ_LEN)
            && [init_seed, data_seed, seed] == [0; 3]
            && self.sweeps >= 5
            && self.repeats >= 20
    }

    /// The passes that a search makes at the most, none of them made before.
    pub fn plan(&self) -> WpcaPlan {
        let budget = |rules: &Rules| {
            let settings = self.settings(*rules, Objective::WPca, self.seed);
            settings.population + settings.children * settings.generations
        };
        WpcaPlan {
            table: self.sweeps * BLOCKS,
            sample: self.sample,
            optimum: Objective::ALL.len() * RUN_BEST,
            searches: self.rules.iter().map(budget).sum(),
            found: KINDS * usize::try_from(self.repeats).unwrap_or(usize::MAX),
        }
    }
}
