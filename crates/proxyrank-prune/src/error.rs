//! What can go wrong with an encoder and its training.

use std::path::PathBuf;

use crate::search::SearchError;
use crate::space::SpaceError;

/// Why an encoder could not be read, run or trained.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A JSON file is not what it should be.
    #[error("{what}: {source}")]
    Json {
        /// Which file, in words.
        what: String,
        /// Why.
        source: serde_json::Error,
    },
    /// A safetensors file is damaged.
    #[error("the weights are no safetensors file: {0}")]
    Safetensors(#[from] safetensors::SafeTensorError),
    /// A configuration that is no plain BERT.
    #[error("config.json: {0}")]
    Config(String),
    /// A parameter is missing from a file.
    #[error("parameter `{path}` is missing from the safetensors file")]
    Missing {
        /// Its name.
        path: String,
    },
    /// A parameter has another shape or type than the configuration says.
    #[error("parameter `{path}` is {found}; config.json wants {wanted}")]
    Shape {
        /// Its name.
        path: String,
        /// What the file has.
        found: String,
        /// What the configuration wants.
        wanted: String,
    },
    /// A text that the encoder cannot read.
    #[error("text {text}: {what}")]
    Text {
        /// Which, from 0.
        text: usize,
        /// What is wrong.
        what: String,
    },
    /// Masks of another encoder.
    #[error("the masks are not those of an encoder of {layers} layers, {heads} heads and {units} units")]
    Masks {
        /// Layers of the encoder.
        layers: usize,
        /// Its heads.
        heads: usize,
        /// Its units.
        units: usize,
    },
    /// Examples and labels that do not belong together.
    #[error("{0}")]
    Examples(String),
    /// The loss is no number any more.
    #[error("the loss of step {step} is {loss}; lower the learning rate or start again from another seed")]
    Diverged {
        /// The step, from 0.
        step: u64,
        /// The loss.
        loss: f64,
    },
    /// A checkpoint of another run.
    #[error("the checkpoint {} belongs to other settings or other data; go on with the same options, remove its folder, or write elsewhere (--results)", .0.display())]
    OtherRun(PathBuf),
    /// Genes are no sub-network.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// The search failed.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// Candle failed.
    #[error("candle: {0}")]
    Candle(#[from] candle_core::Error),
}
