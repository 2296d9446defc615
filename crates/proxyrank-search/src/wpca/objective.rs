//! What a search makes as large as possible.

use serde::{Deserialize, Serialize};

/// One of the three scores of the released code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// The sum over layers of the number of principal components; the released code's default.
    VPca,
    /// The number of parameters.
    Params,
    /// Their product.
    WPca,
}

impl Objective {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::VPca, Self::Params, Self::WPca];

    /// Its name in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VPca => "v_pca",
            Self::Params => "params",
            Self::WPca => "w_pca",
        }
    }

    /// The score of a network with `components` over all layers.
    pub fn score(self, components: f64, parameters: u64) -> f64 {
        match self {
            Self::VPca => components,
            Self::Params => parameters as f64,
            Self::WPca => components * parameters as f64,
        }
    }
}
