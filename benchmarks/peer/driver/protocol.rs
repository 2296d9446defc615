//! What the driver and PyTorch's side say to each other: one JSON object a line, a reply to each request.

use std::collections::BTreeMap;
use std::path::PathBuf;

use proxyrank_space::EncoderNetwork;
use serde::{Deserialize, Serialize};

use crate::error::PeerError;
use crate::task::Torch;

/// Scores by name; none where a score is not finite.
pub(crate) type Scores = BTreeMap<String, Option<f64>>;

/// What the worker is asked.
#[derive(Debug, Serialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Request {
    /// Who are you? And run on so many threads.
    Hello { threads: usize },
    /// Take this network; boxed, since it holds a batch.
    Load(Box<Problem>),
    /// Take these two networks, to be trained.
    LoadTraining(Box<Training>),
    /// Do this with the network, and time it.
    Run { task: Torch },
}

impl Request {
    /// The request in an error message, after "asked to".
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "say who it is",
            Self::Load(_) => "load a network",
            Self::LoadTraining(_) => "load networks to train",
            Self::Run { task } => match task {
                Torch::Forward => "run forward",
                Torch::ForwardBackward => "run forward and backward",
                Torch::WPca | Torch::WPcaDrawn => "compute W-PCA",
                Torch::ProxiesSeparate | Torch::ProxiesShared => "compute all proxies",
                Torch::Grasp => "compute GraSP",
                Torch::Train => "train",
                Torch::Matmul => "multiply matrices",
            },
        }
    }
}

/// A network, where its weights are, and what it reads.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Problem {
    pub(crate) network: Sizes,
    /// A safetensors file.
    pub(crate) weights: PathBuf,
    pub(crate) batch: usize,
    pub(crate) seq_len: usize,
    /// (B·S).
    pub(crate) ids: Vec<u32>,
    /// With some tokens replaced by others.
    pub(crate) corrupted: Vec<u32>,
    /// Which ones.
    pub(crate) replaced: Vec<bool>,
}

/// Two networks with shared embeddings, and the batch that every step of their pre-training sees.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Training {
    pub(crate) discriminator: Sizes,
    pub(crate) generator: Sizes,
    /// Safetensors files.
    pub(crate) discriminator_weights: PathBuf,
    pub(crate) generator_weights: PathBuf,
    pub(crate) batch: usize,
    pub(crate) seq_len: usize,
    /// (B·S).
    pub(crate) ids: Vec<u32>,
    /// With some tokens hidden.
    pub(crate) hidden: Vec<u32>,
    /// Which ones.
    pub(crate) rows: Vec<usize>,
    /// Steps in a turn.
    pub(crate) steps: usize,
    pub(crate) discriminator_weight: f32,
    pub(crate) rate: f64,
}

/// A network as the worker builds it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Sizes {
    vocab_size: usize,
    embedding_size: usize,
    max_positions: usize,
    token_types: usize,
    hidden_size: usize,
    layers: Vec<Layer>,
}

#[derive(Debug, Clone, Serialize)]
struct Layer {
    operation: String,
    heads: usize,
    ffn_widths: Vec<usize>,
}

impl From<&EncoderNetwork> for Sizes {
    fn from(network: &EncoderNetwork) -> Self {
        let layers = network.layers.iter().map(|layer| Layer {
            operation: layer.operation.to_string(),
            heads: layer.heads,
            ffn_widths: layer.ffn_widths.clone(),
        });
        Self {
            vocab_size: network.vocab_size,
            embedding_size: network.embedding_size,
            max_positions: network.max_positions,
            token_types: network.token_types,
            hidden_size: network.hidden_size,
            layers: layers.collect(),
        }
    }
}

/// What the worker answers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub(crate) enum Reply {
    Hello(Peer),
    Loaded { parameters: u64 },
    Ran(Timing),
    Failed { message: String },
}

/// Who the worker is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Peer {
    pub(crate) torch: String,
    pub(crate) python: String,
    pub(crate) threads: usize,
}

/// What a piece of work took and gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Timing {
    pub(crate) wall_ns: u64,
    pub(crate) scores: Scores,
}

impl Reply {
    /// Reads a line; `asked` is the request's name.
    pub(crate) fn parse(line: &str, asked: &'static str) -> Result<Self, PeerError> {
        /// Of a garbled line, enough to recognise what it is.
        const SHOWN: usize = 200;
        match serde_json::from_str(line) {
            Ok(Self::Failed { message }) => Err(PeerError::Failed { asked, message }),
            Ok(reply) => Ok(reply),
            Err(source) => {
                Err(PeerError::Garbled { asked, line: line.trim().chars().take(SHOWN).collect(), source })
            }
        }
    }

    /// Its kind, as the worker writes it.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Hello(_) => "hello",
            Self::Loaded { .. } => "loaded",
            Self::Ran(_) => "ran",
            Self::Failed { .. } => "failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use proxyrank_space::Operation;
    use proxyrank_space::flexibert::{DscKernel, EncoderLayer};

    use super::*;

    #[test]
    fn requests_have_the_words_that_the_worker_knows() {
        let line = |request: &Request| serde_json::to_string(request).unwrap();
        assert_eq!(line(&Request::Hello { threads: 2 }), r#"{"do":"hello","threads":2}"#);
        assert_eq!(line(&Request::Run { task: Torch::WPcaDrawn }), r#"{"do":"run","task":"w_pca_drawn"}"#);
        let operation = Operation::Dsc { kernel: DscKernel::Nine };
        let layer = EncoderLayer { operation, heads: 4, ffn_widths: vec![8, 16, 8] };
        let network = Sizes::from(&EncoderNetwork::new(8, vec![layer]));
        let problem = Problem {
            network,
            weights: "weights".into(),
            batch: 1,
            seq_len: 2,
            ids: vec![5, 6],
            corrupted: vec![5, 7],
            replaced: vec![false, true],
        };
        assert_eq!(
            line(&Request::Load(Box::new(problem))),
            r#"{"do":"load","network":{"vocab_size":30522,"embedding_size":128,"max_positions":512,"token_types":2,"hidden_size":8,"layers":[{"operation":"dsc9","heads":4,"ffn_widths":[8,16,8]}]},"weights":"weights","batch":1,"seq_len":2,"ids":[5,6],"corrupted":[5,7],"replaced":[false,true]}"#
        );
    }

    #[test]
    fn replies_are_read_with_scores_that_are_none() {
        let reply =
            Reply::parse(r#"{"reply":"ran","wall_ns":12,"scores":{"a":1e-3,"b":null}}"#, "x").unwrap();
        let scores = Scores::from([("a".to_owned(), Some(1e-3)), ("b".to_owned(), None)]);
        assert_eq!(reply, Reply::Ran(Timing { wall_ns: 12, scores }));
        assert_eq!(
            Reply::parse("{\"reply\":\"loaded\",\"parameters\":7}\n", "x").unwrap(),
            Reply::Loaded { parameters: 7 }
        );
    }

    #[test]
    fn what_is_no_reply_is_quoted() {
        let message = |line: &str| Reply::parse(line, "run forward").unwrap_err().to_string();
        assert!(message("Segmentation fault").contains("`Segmentation fault`"));
        assert!(message(r#"{"reply":"sulked"}"#).contains("sulked"));
        assert!(message(r#"{"reply":"ran","wall_ns":-1,"scores":{}}"#).contains("run forward"));
        assert!(message(&"x".repeat(9000)).len() < 500);
        let failed = message(r#"{"reply":"failed","message":"ValueError: no network is loaded"}"#);
        assert!(failed.ends_with("failed: ValueError: no network is loaded"));
    }
}
