//! What a search is asked for.

use proxyrank_schema::Reading;
use proxyrank_search::lpzero::evolution::{Settings, Strategy};
use proxyrank_search::lpzero::fitness::Objective;
use proxyrank_search::lpzero::split::Protocol;

use crate::benchmark::Metric;
use crate::evaluate::{Request, Selection};

/// A search.
#[derive(Debug, Clone)]
pub struct LpzeroRequest {
    /// Benchmark, signal, batch, input, mode, seeds, type and device, and how many networks. Its proxies are not looked at.
    pub protocol: Request,
    /// Which networks.
    pub reading: Reading,
    /// What trees are judged by.
    pub metric: Metric,
    /// What is made as large as possible.
    pub objective: Objective,
    /// Which networks choose and which judge.
    pub split: Protocol,
    /// Seed of the split.
    pub split_seed: u64,
    /// Elements of a tensor that are kept.
    pub sample: usize,
    /// The searches.
    pub strategies: Vec<Strategy>,
    /// How often each is run, from seeds 0, 1, ...
    pub runs: u64,
    /// Individuals at a time.
    pub population: usize,
    /// Children.
    pub iterations: usize,
    /// Seeds of weights and ids under which everything that was found is scored again.
    pub other_seeds: Vec<u64>,
    /// Another benchmark, on which everything is scored too and with which a formula for both is looked for.
    pub other: Option<OtherBenchmark>,
}

/// A benchmark beside the one that is searched on.
#[derive(Debug, Clone)]
pub struct OtherBenchmark {
    /// Its benchmark and protocol.
    pub protocol: Request,
    /// Which networks.
    pub reading: Reading,
    /// What trees are judged by.
    pub metric: Metric,
}

impl LpzeroRequest {
    /// The settings of every run.
    pub(super) fn settings(&self) -> Vec<Settings> {
        let (population, iterations) = (self.population, self.iterations);
        let of = |strategy: Strategy| {
            (0..self.runs).map(move |seed| Settings { strategy, population, iterations, seed })
        };
        self.strategies.iter().copied().flat_map(of).collect()
    }

    /// Whether a report may show it: all networks, seeds 0, and searches no shorter than LPZero's, so that a trial takes no
    /// reference's place.
    pub fn is_whole(&self) -> bool {
        let Request { selection, init_seed, data_seed, .. } = &self.protocol;
        *selection == Selection::Whole
            && [*init_seed, *data_seed, self.split_seed] == [0; 3]
            && self.strategies.len() == Strategy::ALL.len()
            && self.population >= 80
            && self.iterations >= 1000
            && self.runs >= 5
    }

    /// What trees are judged by, in one text that differs where that differs.
    pub(super) fn contest(&self, table: &str) -> String {
        let Self { split, split_seed, metric, objective, .. } = self;
        let (objective, split) = (objective.as_str(), split.as_str());
        format!("table {table}, metric {}, objective {objective}, split {split} {split_seed}", metric.name)
    }
}
