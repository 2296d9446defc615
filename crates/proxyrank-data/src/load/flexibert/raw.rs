//! The JSON layout of both FlexiBERT files, and the way from there to an architecture.

use std::fmt::Display;
use std::path::Path;

use proxyrank_space::flexibert::{DscKernel, FlexibertArch, FlexibertLayer, Operation};
use serde::Deserialize;

use crate::load::error::{LoadError, LoadErrorKind, Place};

/// One entry; `S` is what its scores look like. Keys that say nothing about the network or its result are skipped.
#[derive(Deserialize)]
pub(super) struct RawEntry<S> {
    pub(super) id: usize,
    pub(super) completed: bool,
    pub(super) time_to_train: f64,
    pub(super) scores: S,
    pub(super) hparams: RawHparams,
}

#[derive(Deserialize)]
pub(super) struct RawHparams {
    pub(super) num_train_steps: u64,
    pub(super) model_hparam_overrides: RawOverrides,
}

/// An entry of which only the architecture is wanted.
#[derive(Deserialize)]
pub(super) struct RawDeclared {
    pub(super) id: usize,
    pub(super) hparams: RawDeclaredHparams,
}

#[derive(Deserialize)]
pub(super) struct RawDeclaredHparams {
    pub(super) model_hparam_overrides: RawOverrides,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOverrides {
    hidden_size: usize,
    nas_config: RawNasConfig,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNasConfig {
    encoder_layers: Vec<RawLayer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLayer {
    operation_type: String,
    operation_parameter: RawParameter,
    num_operation_heads: usize,
    feed_forward_dimension: usize,
    num_feed_forward: usize,
}

/// The file has a text for attention and linear transforms, and an integer for convolutions.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawParameter {
    Name(String),
    Kernel(usize),
}

impl Display for RawParameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => write!(f, "{name:?}"),
            Self::Kernel(tokens) => write!(f, "{tokens}"),
        }
    }
}

const OPERATIONS: &str =
    r#"an operation: "SA" with "SDP" or "WMA", "LT" with "DFT" or "DCT", or "DSC" with 5 or 9"#;

/// An entry's place in messages.
pub(super) fn entry(id: usize) -> Place {
    Place::Node(format!("entry {id}"))
}

/// Checks that an entry stands at the index that it claims as its id.
pub(super) fn check_id(file: &Path, index: usize, id: usize) -> Result<(), LoadError> {
    if index == id {
        return Ok(());
    }
    let place = Place::Node(format!("entry at index {index}"));
    Err(LoadError::unexpected(file, place, format!("id {index}"), id))
}

impl RawOverrides {
    /// The architecture, checked against the search space.
    pub(super) fn architecture(&self, file: &Path, id: usize) -> Result<FlexibertArch, LoadError> {
        let layers = self
            .nas_config
            .encoder_layers
            .iter()
            .enumerate()
            .map(|(index, layer)| {
                let operation = layer.operation().ok_or_else(|| {
                    let place = Place::Node(format!("entry {id}, layer {index}"));
                    let found = format!("{:?} with {}", layer.operation_type, layer.operation_parameter);
                    LoadError::unexpected(file, place, OPERATIONS, found)
                })?;
                Ok(FlexibertLayer {
                    operation,
                    heads: layer.num_operation_heads,
                    ffn_width: layer.feed_forward_dimension,
                    ffn_count: layer.num_feed_forward,
                })
            })
            .collect::<Result<Vec<_>, LoadError>>()?;
        let architecture = FlexibertArch { hidden_size: self.hidden_size, layers };
        architecture
            .validate()
            .map_err(|error| LoadError::new(file, entry(id), LoadErrorKind::Space(Box::new(error))))?;
        Ok(architecture)
    }
}

impl RawLayer {
    fn operation(&self) -> Option<Operation> {
        use RawParameter::{Kernel, Name};
        match (self.operation_type.as_str(), &self.operation_parameter) {
            ("SA", Name(name)) if name == "SDP" => Some(Operation::Sdp),
            ("SA", Name(name)) if name == "WMA" => Some(Operation::Wma),
            ("LT", Name(name)) if name == "DFT" => Some(Operation::Dft),
            ("LT", Name(name)) if name == "DCT" => Some(Operation::Dct),
            ("DSC", Kernel(tokens)) => {
                DscKernel::from_tokens(*tokens).map(|kernel| Operation::Dsc { kernel })
            }
            _ => None,
        }
    }
}
