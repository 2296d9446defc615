//! V-PCA averaged over layers.
//!
//! Formula: `v_pca` / number of layers, as in the released code of Wang, W-PCA (ICLR 2025), whose networks all have the
//! same depth. Needs: as `v_pca`. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use super::pca;
use crate::forward::{Enough, Measure, Spectra};
use crate::{Proxy, Subject, papers};

/// V-PCA, mean.
pub static V_PCA_MEAN: Proxy = Proxy {
    paper: Some(&papers::WPCA_2025),
    params: &[pca::ETA],
    faults: FAULTS,
    families: WITH_DECODERS,
    ..Proxy::forward(
        "v_pca_mean",
        "V-PCA, mean",
        "mean over layers of k(eta), share at least eta",
        Measure::Spectra(at_least),
    )
};

/// V-PCA, mean, with the released code's rule.
pub static V_PCA_MEAN_STRICT: Proxy = Proxy {
    paper: Some(&papers::WPCA_2025),
    params: &[pca::ETA],
    faults: FAULTS,
    families: WITH_DECODERS,
    ..Proxy::forward(
        "v_pca_mean.strict",
        "V-PCA, mean, released rule",
        "mean over layers of k(eta), share above eta",
        Measure::Spectra(above),
    )
};

const FAULTS: &[&str] = &["Not meant for networks of different depth: what V-PCA ranks by is divided away."];

fn at_least(spectra: &Spectra, _: &Subject, params: &Params) -> Outcome {
    Outcome::from_value(pca::mean(spectra, params, Enough::AtLeast))
}

fn above(spectra: &Spectra, _: &Subject, params: &Params) -> Outcome {
    Outcome::from_value(pca::mean(spectra, params, Enough::Above))
}
