//! What a study writes.

use serde::{Deserialize, Serialize};

use crate::pareto::{Point, RankRule};
use crate::protocol::Evaluated;
use crate::search::Method;
use crate::space::{Counts, Genes};
use crate::supernet::{Metric, Settings};

/// The second objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Second {
    /// Share of the whole network's parameters, as the paper counts them.
    Parameters,
    /// Median latency of a text of so many tokens, as a share of the whole network's.
    Latency {
        /// Tokens of the text.
        tokens: usize,
    },
}

/// What every record of a study has in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Version of these files.
    pub schema: u32,
    /// The task.
    pub task: String,
    /// What errors are one minus of.
    pub metric: Metric,
    /// Examples for training, validation and test.
    pub examples: [usize; 3],
    /// SHA-256 of these examples.
    pub data_sha256: String,
    /// SHA-256 of the weights that training began with.
    pub model_sha256: String,
    /// Training: space, sampler, strategy, hyper-parameters, seed.
    pub settings: Settings,
    /// The second objective.
    pub second: Second,
    /// How searches order points.
    pub rule: RankRule,
    /// Parameters of the whole network.
    pub full: Counts,
    /// Where it was computed.
    pub device: String,
}

/// One evaluation of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The search.
    pub method: Method,
    /// Its seed.
    pub seed: u64,
    /// Its evaluation, from 0.
    pub number: usize,
    /// The sub-network.
    pub genes: Genes,
    /// Error on the validation part.
    pub error: f64,
    /// The second objective.
    pub second: f64,
    /// Its parameters.
    pub params: Counts,
    /// Share of the encoder's parameters, embeddings and head left out.
    pub relative_encoder: f64,
    /// Multiplications and additions of its layers for 128 tokens.
    pub macs: u64,
    /// Seconds that the search took to ask.
    pub ask_seconds: f64,
    /// Seconds that the evaluation took, when it was made.
    pub seconds: f64,
}

impl Record {
    /// Both objectives.
    pub const fn point(&self) -> Point {
        [self.error, self.second]
    }

    /// Share of the encoder and validation error.
    pub const fn evaluated(&self) -> Evaluated {
        Evaluated { size: self.relative_encoder, valid: self.error }
    }
}

/// The test error of a sub-network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    /// The sub-network.
    pub genes: Genes,
    /// Error on the official validation split, which no search has seen.
    pub error: f64,
}
