//! Which part of a benchmark's architectures one process works on.

use std::fmt;
use std::str::FromStr;

/// Why a text or a pair of numbers is no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// The index is not within the count.
    #[error("shard {index}/{count} does not exist: shards are counted from 1 to the number of shards")]
    OutOfRange {
        /// What was given as the shard's number.
        index: u32,
        /// What was given as the number of shards.
        count: u32,
    },
    /// The text is not of the form `I/N`.
    #[error("`{0}` is no shard: write I/N, such as 1/4 for the first of four")]
    Malformed(String),
}

/// One of `count` equal shares of the work, numbered from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shard {
    index: u32,
    count: u32,
}

impl Shard {
    /// Shard number `index` (from 1) of `count`.
    pub fn new(index: u32, count: u32) -> Result<Self, ShardError> {
        if (1..=count).contains(&index) {
            Ok(Self { index, count })
        } else {
            Err(ShardError::OutOfRange { index, count })
        }
    }

    /// All of the work in one process: `1/1`.
    pub const fn whole() -> Self {
        Self { index: 1, count: 1 }
    }

    /// The shard's number, from 1.
    pub const fn index(self) -> u32 {
        self.index
    }

    /// The number of shards.
    pub const fn count(self) -> u32 {
        self.count
    }

    /// Whether the architecture at `position` (from 0) in the benchmark's order is this shard's.
    ///
    /// Shares are dealt out like cards, so that a benchmark sorted by size gives every shard large and small ones.
    pub const fn owns(self, position: usize) -> bool {
        position % self.count as usize == (self.index - 1) as usize
    }

    /// The spelling in file names: `1of4`.
    pub(crate) fn file_stem(self) -> String {
        format!("{}of{}", self.index, self.count)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.index, self.count))
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        let (index, count) = numbers.ok_or_else(|| ShardError::Malformed(text.to_owned()))?;
        Self::new(index, count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_architecture_has_exactly_one_owner() {
        for count in 1..6 {
            let shards: Vec<Shard> = (1..=count).map(|i| Shard::new(i, count).unwrap()).collect();
            for position in 0..40 {
                assert_eq!(shards.iter().filter(|s| s.owns(position)).count(), 1);
            }
        }
    }

    #[test]
    fn the_spelling_parses_back_and_others_are_refused() {
        assert_eq!("2/3".parse(), Shard::new(2, 3));
        assert_eq!(Shard::new(2, 3).unwrap().to_string(), "2/3");
        assert_eq!("0/3".parse::<Shard>(), Err(ShardError::OutOfRange { index: 0, count: 3 }));
        assert_eq!("4/3".parse::<Shard>(), Err(ShardError::OutOfRange { index: 4, count: 3 }));
        for text in ["", "3", "a/b", "1/", "-1/2", "1/2/3"] {
            assert_eq!(text.parse::<Shard>(), Err(ShardError::Malformed(text.to_owned())));
        }
    }
}
