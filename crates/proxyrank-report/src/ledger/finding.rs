//! A fault of published data, with the numbers that show it.

use serde::{Deserialize, Serialize};

/// Something about published data that a reader of the numbers must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable name, unique in the ledger.
    pub id: String,
    /// The fault in a few words.
    pub title: String,
    /// What is the case and what follows from it.
    pub statement: String,
    /// The recomputed values that bear it out.
    pub evidence: Vec<Evidence>,
    /// Whether the data at hand show it.
    pub verdict: FindingVerdict,
}

/// One recomputed value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What was computed.
    pub label: String,
    /// What came out, as text with its unit.
    pub value: String,
}

impl Evidence {
    /// A value with its label.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

/// Whether the data at hand show a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingVerdict {
    /// They do.
    Confirmed,
    /// They do not.
    NotConfirmed,
    /// Data are lacking; the evidence names which.
    CouldNotCheck,
}

impl FindingVerdict {
    /// Every verdict.
    pub const ALL: [Self; 3] = [Self::Confirmed, Self::NotConfirmed, Self::CouldNotCheck];

    /// The verdict in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::NotConfirmed => "not confirmed",
            Self::CouldNotCheck => "could not be checked",
        }
    }
}
