//! Genotypes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The genes of a sub-network, in the order of its space.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Genes(pub Vec<u32>);

/// Which sub-networks there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpaceKind {
    /// Three genes: layers, and heads and units that all of them have. The first ones of each are kept.
    Small,
    /// Two genes for each layer, heads and units, layer by layer; the first ones are kept.
    Medium,
    /// One bit for each layer.
    Layer,
    /// One bit for each head and each unit: layer by layer, heads first.
    Large,
}

impl SpaceKind {
    /// All of them, smallest first.
    pub const ALL: [Self; 4] = [Self::Small, Self::Medium, Self::Layer, Self::Large];

    /// The name in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Layer => "layer",
            Self::Large => "large",
        }
    }
}

impl fmt::Display for SpaceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for SpaceKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| {
            format!("there is no space `{text}`; the spaces are small, medium, layer and large")
        })
    }
}
