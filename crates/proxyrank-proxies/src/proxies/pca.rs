//! What V-PCA and W-PCA have in common.

use proxyrank_schema::Params;

use crate::forward::{Enough, Spectra};
use crate::{ParamSpec, Proxy};

/// The share of variance to reach.
pub(super) const ETA: ParamSpec = ParamSpec {
    name: "eta",
    default: 0.99,
    low: 0.01,
    high: 0.999_999,
    doc: "Share of the variance that the counted components reach together.",
};

/// Components summed over layers.
pub(super) fn sum(spectra: &Spectra, params: &Params, enough: Enough) -> f64 {
    spectra.components(Proxy::param(params, &ETA), enough).into_iter().sum()
}

/// Components averaged over layers.
pub(super) fn mean(spectra: &Spectra, params: &Params, enough: Enough) -> f64 {
    sum(spectra, params, enough) / spectra.layers.len() as f64
}
