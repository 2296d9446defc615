//! A search in a few lines, for those who do not repeat it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use proxyrank_report::file::write_atomic;
use proxyrank_search::wpca::evolution::{Rules, Settings};
use proxyrank_search::wpca::objective::Objective;
use serde::{Deserialize, Serialize};

use super::WpcaRequest;
use super::run::{Found, Scored};
use crate::RunError;

/// A network and its scores by forward pass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// Its blocks, first layer to last.
    pub architecture: String,
    /// #params.
    pub parameters: u64,
    /// Components over all layers.
    pub v_pca: f64,
    /// That times #params.
    pub w_pca: f64,
}

impl From<&Scored> for Network {
    fn from(scored: &Scored) -> Self {
        Self {
            architecture: scored.arch.to_string(),
            parameters: scored.parameters,
            v_pca: scored.v_pca(),
            w_pca: scored.w_pca(),
        }
    }
}

/// What a search as published found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The space.
    pub space: String,
    /// What a forward pass depended on.
    pub protocol: String,
    /// What the search depended on.
    pub settings: Settings,
    /// What it found.
    pub found: Network,
    /// The exact optimum of W-PCA by the table of counts.
    pub w_pca_optimum: Network,
    /// The same of V-PCA.
    pub v_pca_optimum: Network,
    /// The mean W-PCA of what searches for #params alone find.
    pub params_w_pca: f64,
}

/// The file of a space and eta.
fn path(folder: &Path, space: &str, eta: &str) -> PathBuf {
    folder.join("search").join("wpca").join(format!("summary-{space}-{eta}.json"))
}

impl Summary {
    /// The summary of a search; nothing unless it has a search as published, with the paper's settings and under the standard
    /// protocol, so that a trial takes no reference's place.
    pub(super) fn of(request: &WpcaRequest, found: &Found) -> Option<Self> {
        if !request.is_standard() {
            return None;
        }
        let settings = Settings::published(Objective::WPca, request.seed);
        let search = found.searches.iter().find(|search| search.history.settings == settings)?;
        let best_of = |objective| found.best_of_others.iter().find(|(other, _)| *other == objective);
        let by_params = found.repeated.iter().find(|kind| {
            let mut settings = kind.histories.iter().map(|history| history.settings);
            settings.any(|s| s.objective == Objective::Params && s.rules == Rules::Published)
        })?;
        let total: f64 = by_params.best.iter().map(Scored::w_pca).sum();
        Some(Self {
            space: request.name.clone(),
            protocol: request.protocol(),
            settings,
            found: Network::from(&search.best),
            w_pca_optimum: Network::from(&found.yardstick),
            v_pca_optimum: Network::from(
                best_of(Objective::VPca)?.1.iter().max_by(|a, b| a.v_pca().total_cmp(&b.v_pca()))?,
            ),
            params_w_pca: total / by_params.best.len() as f64,
        })
    }

    /// Keeps it below the folder of results.
    pub(super) fn write(&self, request: &WpcaRequest, results: &Path) -> Result<(), RunError> {
        let text = serde_json::to_string_pretty(self).unwrap_or_default() + "\n";
        Ok(write_atomic(&path(results, &self.space, request.eta.as_str()), text.as_bytes())?)
    }

    /// The summary of a space under the paper's eta, from the first of some folders that has one.
    pub(super) fn read(space: &str, folders: &[&Path]) -> Result<Option<Self>, RunError> {
        for folder in folders {
            let path = path(folder, space, "paper");
            match fs::read(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(RunError::read(&path)(error)),
                Ok(bytes) => {
                    let summary = serde_json::from_slice(&bytes);
                    return Ok(Some(summary.map_err(|error| RunError::read(&path)(error.into()))?));
                }
            }
        }
        Ok(None)
    }
}
