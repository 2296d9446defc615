//! From the name of a data set to its files on this machine, downloading what is missing.

use std::path::Path;

use proxyrank_data::fetch::{FetchError, FetchOptions, LocatedSet, Locator};
use proxyrank_data::manifest::{Manifest, manifest};

use crate::RunError;

/// A data set whose files are on this machine and checked.
pub(crate) struct Dataset {
    /// What the data set consists of.
    pub(crate) manifest: &'static Manifest,
    located: LocatedSet,
}

/// Finds a data set, or downloads it unless the locator is offline.
pub(crate) fn dataset(locator: &Locator, name: &str) -> Result<Dataset, RunError> {
    let manifest = manifest(name)?;
    let located = match locator.locate(manifest) {
        Err(FetchError::Missing(_)) => {
            locator.fetch(manifest, FetchOptions::default())?;
            locator.locate(manifest)?
        }
        found => found?,
    };
    Ok(Dataset { manifest, located })
}

impl Dataset {
    /// One file by its path in the manifest.
    pub(crate) fn path(&self, file: &str) -> Result<&Path, RunError> {
        self.located.path(file).ok_or_else(|| {
            RunError::Usage(format!("data set {} has no file `{file}` in its manifest", self.manifest.name))
        })
    }

    /// The first file, whatever name a mirror keeps it under.
    pub(crate) fn first_path(&self) -> Result<&Path, RunError> {
        self.located
            .files
            .first()
            .map(|located| located.path.as_path())
            .ok_or_else(|| RunError::Usage(format!("data set {} has no file", self.manifest.name)))
    }

    /// The folder of all files, for readers of whole folders.
    pub(crate) fn folder(&self) -> Result<&Path, RunError> {
        Ok(self.located.folder()?)
    }

    /// What tables made from these files must repeat.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.located.warnings().map(|warning| format!("{}: {warning}", self.manifest.name)).collect()
    }
}
