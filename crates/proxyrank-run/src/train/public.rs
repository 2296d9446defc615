//! GLUE and SQuAD by their names.

use proxyrank_data::fetch::Locator;
use proxyrank_data::load::text::{GlueConfig, SquadVersion};
use serde::{Deserialize, Serialize};

use super::spans::SpanTask;
use super::tasks::{Assignment, glue};
use super::text::Tokenizer;
use crate::RunError;

/// A public task. In files it is its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Public {
    /// A task of GLUE.
    Glue(GlueConfig),
    /// A version of SQuAD.
    Squad(SquadVersion),
}

impl Public {
    /// All of them, GLUE first.
    pub fn all() -> Vec<Self> {
        let squad = [SquadVersion::V1, SquadVersion::V2].map(Self::Squad);
        GlueConfig::ALL.into_iter().map(Self::Glue).chain(squad).collect()
    }

    /// Its name, as the hub has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Glue(config) => config.as_str(),
            Self::Squad(SquadVersion::V1) => "squad",
            Self::Squad(SquadVersion::V2) => "squad_v2",
        }
    }

    /// Reads it, at most so many examples to learn from; also what is wrong with the files.
    pub fn read(
        self,
        tokenizer: &Tokenizer,
        locator: &Locator,
        size: (Option<usize>, usize),
    ) -> Result<(Assignment, Vec<String>), RunError> {
        match (self, tokenizer) {
            (Self::Squad(version), Tokenizer::WordPiece(pieces)) => {
                let (task, warnings) = SpanTask::read(version, pieces, locator, size)?;
                Ok((Assignment::Spans(task), warnings))
            }
            (Self::Squad(_), Tokenizer::Words(_)) => {
                Err(RunError::Usage(format!("`{}` needs BERT's word pieces", self.as_str())))
            }
            (Self::Glue(config), _) => {
                let (task, warnings) = glue(config, tokenizer, locator, size)?;
                Ok((Assignment::Sequences(task), warnings))
            }
        }
    }
}

impl From<Public> for &'static str {
    fn from(task: Public) -> Self {
        task.as_str()
    }
}

impl TryFrom<String> for Public {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let all = Self::all();
        all.iter().copied().find(|task| task.as_str() == name).ok_or_else(|| {
            let known: Vec<&str> = all.iter().map(|task| task.as_str()).collect();
            format!("unknown task `{name}`; there are {}", known.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_go_by_their_names() {
        let all = Public::all();
        assert_eq!(all.len(), 11);
        for task in all {
            let text = serde_json::to_string(&task).unwrap();
            assert_eq!(text, format!("\"{}\"", task.as_str()));
            assert_eq!(serde_json::from_str::<Public>(&text).unwrap(), task);
        }
        let error = serde_json::from_str::<Public>("\"sst3\"").unwrap_err().to_string();
        assert!(error.contains("unknown task `sst3`; there are cola,"), "{error}");
    }
}
