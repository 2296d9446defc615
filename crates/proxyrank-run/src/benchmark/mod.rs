//! A benchmark in memory: architectures with what they reached, and what is needed to judge a proxy on them.

mod catalogue;
mod embedded;
pub(crate) mod flexibert;
mod lts;
mod own;

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use proxyrank_data::fetch::Locator;
use proxyrank_schema::{ArchId, BenchmarkId, Reading, TruthRow};
use proxyrank_space::{Architecture, EncoderNetwork, Network, counts};

pub use catalogue::{
    BENCHMARKS, BenchmarkInfo, Metric, Source, Tokens, UnknownBenchmark, UnknownMetric, UnknownReading, find,
};
pub(crate) use lts::read as read_lts;
pub use own::{open, resolve};

use crate::RunError;

/// One architecture of a benchmark.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name.
    pub id: ArchId,
    /// What the file declares.
    pub architecture: Architecture,
    /// What it reached, by metric. A metric that is missing was not measured.
    pub truth: BTreeMap<&'static str, f64>,
}

/// One training of an architecture from a seed that is known.
#[derive(Debug, Clone)]
pub struct Training {
    /// Place of the architecture among the entries.
    pub entry: usize,
    /// Its seed.
    pub seed: u64,
    /// What it reached, by metric.
    pub truth: BTreeMap<&'static str, f64>,
}

/// A loaded benchmark.
#[derive(Debug, Clone)]
pub struct Benchmark {
    /// What is peculiar to it.
    pub info: &'static BenchmarkInfo,
    /// SHA-256 over the files that define it.
    pub sha256: String,
    /// Its architectures in the order of the files.
    pub entries: Vec<Entry>,
    /// Every training, where the source tells them apart; an entry's ground truth is then their mean.
    pub trainings: Vec<Training>,
    /// What every table made from it must repeat.
    pub warnings: Vec<String>,
}

impl Benchmark {
    /// Finds or downloads the benchmark's files and reads them.
    pub fn load(info: &'static BenchmarkInfo, locator: &Locator) -> Result<Self, RunError> {
        match info.source {
            Source::Flexibert => flexibert::load(info, locator),
            Source::Lts => lts::load(info, locator),
            Source::Embedded => embedded::load(info),
            Source::Own(_) => own::load(info),
        }
    }

    /// What training each architecture took, in seconds; nothing where the files do not say.
    pub fn training_seconds(&self, locator: &Locator) -> Result<Option<Vec<f64>>, RunError> {
        match self.info.source {
            Source::Flexibert => flexibert::training_seconds(self.info, locator).map(Some),
            Source::Lts | Source::Embedded | Source::Own(_) => Ok(None),
        }
    }

    /// Its name.
    pub fn id(&self) -> BenchmarkId {
        self.info.benchmark_id()
    }

    /// The ground truth as rows for the store: one a training where they are told apart, else one an architecture, under
    /// seed 0.
    pub fn truth_rows(&self) -> Vec<TruthRow> {
        let row = |entry: &Entry, train_seed: u64, name: &str, value: f64| {
            let metric = self.info.metrics.iter().find(|metric| metric.name == name)?;
            Some(TruthRow {
                benchmark: self.id(),
                arch_id: entry.id.clone(),
                metric: metric.name.to_owned(),
                value,
                higher_is_better: metric.higher_is_better,
                train_seed,
            })
        };
        if self.trainings.is_empty() {
            let of_entry = |entry: &Entry| {
                entry.truth.iter().filter_map(|(name, value)| row(entry, 0, name, *value)).collect::<Vec<_>>()
            };
            return self.entries.iter().flat_map(of_entry).collect();
        }
        let of_training = |training: &Training| {
            let entry = &self.entries[training.entry];
            let rows =
                training.truth.iter().filter_map(|(name, value)| row(entry, training.seed, name, *value));
            rows.collect::<Vec<_>>()
        };
        self.trainings.iter().flat_map(of_training).collect()
    }

    /// The encoder of an architecture under a reading. What is compiled in has all of its architectures, trained or not.
    pub fn encoder(
        info: &'static BenchmarkInfo,
        id: &ArchId,
        reading: Reading,
        locator: &Locator,
    ) -> Result<EncoderNetwork, RunError> {
        let architecture = if info.source == Source::Embedded {
            embedded::architecture(id)
        } else {
            let entries = Self::load(info, locator)?.entries;
            entries.into_iter().find(|entry| entry.id == *id).map(|entry| entry.architecture)
        };
        let architecture =
            architecture.ok_or_else(|| RunError::Usage(format!("{} has no architecture `{id}`", info.id)))?;
        match architecture.network(reading).map_err(RunError::space(info.benchmark_id(), id))? {
            Network::Encoder(network) => Ok(network),
            Network::Decoder(_) => Err(RunError::Usage(format!(
                "{}: only encoders can be trained, and {id} is a decoder",
                info.id
            ))),
        }
    }

    /// The ground truths that some architecture has.
    pub fn measured(&self) -> Vec<Metric> {
        let there = |metric: &&Metric| self.entries.iter().any(|e| e.truth.contains_key(metric.name));
        self.info.metrics.iter().filter(there).copied().collect()
    }

    /// Adds a ground truth that the benchmark's files do not hold.
    pub(crate) fn add_truth(&mut self, metric: Metric, values: &BTreeMap<ArchId, f64>) {
        for entry in &mut self.entries {
            entry.truth.extend(values.get(&entry.id).map(|value| (metric.name, *value)));
        }
    }

    /// The network of every architecture under a reading.
    pub fn networks(&self, reading: Reading) -> Result<Vec<Network>, RunError> {
        let network = |entry: &Entry| {
            entry.architecture.network(reading).map_err(RunError::space(self.id(), &entry.id))
        };
        self.entries.iter().map(network).collect()
    }

    /// #params of every architecture under a reading, in the sense that partial correlations use on this benchmark.
    pub fn sizes(&self, reading: Reading) -> Result<Vec<f64>, RunError> {
        let size = |network: &Network| {
            let parameters = counts::parameters(network);
            let count =
                if self.info.size_proxy == "num_parameters" { parameters.total() } else { parameters.body() };
            count as f64
        };
        Ok(self.networks(reading)?.iter().map(size).collect())
    }

    /// A number for each architecture, equal where depth and width are equal.
    pub fn cells(&self) -> Vec<u32> {
        numbered(self.entries.iter().map(|entry| (entry.architecture.depth(), entry.architecture.width())))
    }

    /// A number for each architecture, equal where the reading builds the same network.
    pub fn equivalents(&self, reading: Reading) -> Result<Vec<u32>, RunError> {
        Ok(numbered(self.networks(reading)?.into_iter()))
    }

    /// A number for each architecture, equal where the declared entries are equal.
    pub fn duplicates(&self) -> Vec<u32> {
        numbered(self.entries.iter().map(|entry| entry.architecture.clone()))
    }
}

/// Numbers things by first appearance; equal things get equal numbers.
fn numbered<T: Hash + Eq>(things: impl Iterator<Item = T>) -> Vec<u32> {
    let mut numbers = HashMap::new();
    things
        .map(|thing| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry(thing).or_insert(next)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_things_get_equal_numbers() {
        assert_eq!(numbered(["a", "b", "a", "c", "b"].into_iter()), [0, 1, 0, 2, 1]);
    }
}
