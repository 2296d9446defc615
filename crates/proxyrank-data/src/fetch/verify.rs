//! Whether the files of a data set are there, whole and right. Nothing is downloaded or changed.

use std::path::PathBuf;

use serde::Serialize;

use super::error::FetchError;
use super::locate::{Located, Locator, Warning};
use crate::manifest::{Manifest, Need};

/// How a file stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum FileState {
    /// It is there and right; a mirror's copy may be truncated, which its warnings say.
    Good {
        /// Where, and what must be said of it.
        located: Located,
    },
    /// It is there, and it is another file.
    Corrupt {
        /// The wrong copy.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// It is not there, and the data set is incomplete without it.
    Missing,
    /// It is not there, and a run can do without it.
    Absent,
}

/// The verdict on one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileVerdict {
    /// The path in the manifest.
    pub file: String,
    /// How it stands.
    #[serde(flatten)]
    pub state: FileState,
}

/// The verdict on a data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The data set.
    pub dataset: String,
    /// Its files, in the order of the manifest.
    pub files: Vec<FileVerdict>,
}

impl Verification {
    /// Files that are there but wrong.
    pub fn corrupt(&self) -> impl Iterator<Item = &FileVerdict> {
        self.files.iter().filter(|file| matches!(file.state, FileState::Corrupt { .. }))
    }

    /// Required files that are not there.
    pub fn missing(&self) -> impl Iterator<Item = &FileVerdict> {
        self.files.iter().filter(|file| matches!(file.state, FileState::Missing))
    }

    /// Whether every required file is there and right.
    pub fn is_good(&self) -> bool {
        self.corrupt().next().is_none() && self.missing().next().is_none()
    }

    /// What must be said of the files that are there.
    pub fn warnings(&self) -> impl Iterator<Item = &Warning> {
        self.files.iter().flat_map(|file| match &file.state {
            FileState::Good { located } => located.warnings.as_slice(),
            _ => &[],
        })
    }
}

impl Locator {
    /// Checks every file of a data set: size and SHA-256, or columns and rows.
    pub fn verify(&self, manifest: &Manifest) -> Verification {
        let files = manifest.files.iter().map(|file| {
            let state = match self.find(manifest, file) {
                Ok(located) => FileState::Good { located },
                Err(FetchError::Corrupt { path, reason, .. }) => FileState::Corrupt { path, reason },
                Err(_) if file.need == Need::Optional => FileState::Absent,
                Err(_) => FileState::Missing,
            };
            FileVerdict { file: file.path.as_str().to_owned(), state }
        });
        Verification { dataset: manifest.name.clone(), files: files.collect() }
    }
}
