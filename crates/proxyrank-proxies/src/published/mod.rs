//! The scores that others released, column by column and file by file.
//!
//! A released score is a proxy like any other, with the suffix `.published`: it has a direction, a protocol and faults,
//! but is read from a file instead of computed. A name may occur once in each benchmark.

mod flexibert;
mod lts;

use proxyrank_schema::{Device, Direction, Dtype, Input, Mode, Protocol, ProxyName, Reading, Signal};

use crate::Paper;

pub use flexibert::FLEXIBERT;
pub use lts::{LTS_COUNTS, LTS_SCORES};

/// Every list of released scores; [`published`] walks them.
pub static PUBLISHED: &[&[PublishedProxy]] = &[FLEXIBERT, LTS_SCORES, LTS_COUNTS];

/// All released scores.
pub fn published() -> impl Iterator<Item = &'static PublishedProxy> {
    PUBLISHED.iter().copied().flatten()
}

/// A repository that released scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Repository {
    /// The FlexiBERT benchmark's.
    TrainingFreeNas,
    /// LPZero's, which carries the logs of LiteTransformerSearch.
    LpZero,
}

impl Repository {
    /// `owner/name`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TrainingFreeNas => "aaronserianni/training-free-nas",
            Self::LpZero => "pprp/LPZero",
        }
    }
}

/// Where in its file a score stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// A column of a CSV file with one row an architecture.
    Csv(&'static str),
    /// A YAML file that maps each architecture to one number.
    Whole,
    /// A YAML file that maps each architecture to named numbers: the sum of these.
    Sum(&'static [&'static str]),
}

/// Under which conditions released scores were computed, as far as their code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditions {
    reading: Reading,
    signal: Signal,
    input: Input,
    batch_size: u32,
    seq_len: u32,
    mode: Mode,
    seed: u64,
    dtype: Dtype,
}

impl Conditions {
    /// A count: the network and nothing else.
    const fn count(reading: Reading) -> Self {
        Self {
            reading,
            signal: Signal::None,
            input: Input::None,
            batch_size: 0,
            seq_len: 0,
            mode: Mode::None,
            seed: 0,
            dtype: Dtype::None,
        }
    }
}

/// One released score.
#[derive(Debug, Clone, Copy)]
pub struct PublishedProxy {
    /// Its name: that of the proxy with the suffix `.published`.
    pub name: &'static str,
    /// The proxy that was computed, whether or not this crate computes it too.
    pub base: &'static str,
    /// A short title for tables.
    pub title: &'static str,
    /// The benchmark whose architectures it scores.
    pub benchmark: &'static str,
    /// Who released it.
    pub repository: Repository,
    /// The file, from the repository's root.
    pub file: &'static str,
    /// Where in the file.
    pub column: Column,
    /// Which end of the score is the good one.
    pub direction: Direction,
    /// How it was computed.
    pub conditions: Conditions,
    /// The paper that proposes the proxy.
    pub paper: Option<&'static Paper>,
    /// What a reader of its scores must know against it.
    pub faults: &'static [&'static str],
}

impl PublishedProxy {
    /// Its name as an identifier.
    pub fn id(&self) -> ProxyName {
        ProxyName::new(self.name)
    }

    /// The protocol of its stored rows; the device is `published`, since nothing more is known of it.
    pub fn protocol(&self) -> Protocol {
        let Conditions { reading, signal, input, batch_size, seq_len, mode, seed, dtype } = self.conditions;
        Protocol {
            reading,
            signal,
            input,
            batch_size,
            seq_len,
            mode,
            init_seed: seed,
            data_seed: seed,
            dtype,
            device: Device("published".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_name_occurs_once_in_a_benchmark() {
        let names: HashSet<_> = published().map(|score| (score.benchmark, score.name)).collect();
        assert_eq!(names.len(), published().count());
        assert!(published().all(|score| score.name.contains(".published")));
        assert!(published().all(|score| score.name.starts_with(score.base)));
    }

    #[test]
    fn counts() {
        assert_eq!(FLEXIBERT.len(), 15 + 2);
        assert_eq!(LTS_SCORES.len(), 17);
        assert_eq!(LTS_COUNTS.len(), 11 * 6);
    }
}
