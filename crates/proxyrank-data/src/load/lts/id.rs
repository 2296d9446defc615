//! Identifiers of decoders, ordered by their numbers so that `config_10_j0` comes after `config_9_j0`.

use std::fmt;
use std::str::FromStr;

use proxyrank_schema::ArchId;

/// One architecture of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LtsId {
    /// `config_3_j5` in the random sets.
    Config {
        /// The batch of jobs.
        config: u32,
        /// The job.
        job: u32,
    },
    /// `M12` in the Pareto sets.
    Model(u32),
}

/// A text that is no [`LtsId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an architecture such as `config_3_j5` or `M12`, found `{0}`")]
pub struct NotAnLtsId(pub String);

impl LtsId {
    /// The folder of its configuration, relative to the set's.
    pub(super) fn folder(self) -> String {
        match self {
            Self::Config { config, job } => format!("config_{config}/j{job}"),
            Self::Model(model) => format!("M{model}"),
        }
    }

    /// Its name in results.
    pub fn arch_id(self) -> ArchId {
        ArchId::new(self.to_string())
    }
}

impl fmt::Display for LtsId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config { config, job } => f.pad(&format!("config_{config}_j{job}")),
            Self::Model(model) => f.pad(&format!("M{model}")),
        }
    }
}

impl FromStr for LtsId {
    type Err = NotAnLtsId;

    fn from_str(text: &str) -> Result<Self, NotAnLtsId> {
        let id = if let Some(model) = text.strip_prefix('M') {
            number(model).map(Self::Model)
        } else {
            text.strip_prefix("config_")
                .and_then(|rest| rest.split_once("_j"))
                .and_then(|(config, job)| Some(Self::Config { config: number(config)?, job: number(job)? }))
        };
        id.ok_or_else(|| NotAnLtsId(text.to_owned()))
    }
}

/// A number in its one spelling: two spellings would be two keys for one architecture.
pub(super) fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_parse_back_and_sort_by_number() {
        let mut ids = ["config_10_j0", "config_9_j12", "config_9_j3"].map(|id| id.parse::<LtsId>().unwrap());
        ids.sort();
        assert_eq!(ids.map(|id| id.to_string()), ["config_9_j3", "config_9_j12", "config_10_j0"]);
        assert!("M2".parse::<LtsId>().unwrap() < "M10".parse().unwrap());
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["", "M", "M01", "M+1", "m1", "config_1", "config_1_j", "config_1_j2_j3", "config_-1_j0"]
        {
            assert_eq!(text.parse::<LtsId>(), Err(NotAnLtsId(text.into())), "{text}");
        }
    }
}
