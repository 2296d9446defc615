//! W-PCA averaged over layers.
//!
//! Formula: #params x `v_pca_mean`, as in the released code of Wang, W-PCA (ICLR 2025), whose networks all have the same
//! depth. Needs: as `v_pca`. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use super::pca;
use super::size::size;
use crate::forward::{Enough, Measure, Spectra};
use crate::{Proxy, Subject, papers};

/// W-PCA, mean.
pub static W_PCA_MEAN: Proxy = Proxy {
    paper: Some(&papers::WPCA_2025),
    params: &[pca::ETA],
    faults: FAULTS,
    families: WITH_DECODERS,
    ..Proxy::forward(
        "w_pca_mean",
        "W-PCA, mean",
        "#params x mean over layers of k(eta), share at least eta",
        Measure::Spectra(at_least),
    )
};

/// W-PCA, mean, with the released code's rule.
pub static W_PCA_MEAN_STRICT: Proxy = Proxy {
    paper: Some(&papers::WPCA_2025),
    params: &[pca::ETA],
    faults: FAULTS,
    families: WITH_DECODERS,
    ..Proxy::forward(
        "w_pca_mean.strict",
        "W-PCA, mean, released rule",
        "#params x mean over layers of k(eta), share above eta",
        Measure::Spectra(above),
    )
};

const FAULTS: &[&str] = &["Not meant for networks of different depth: what V-PCA ranks by is divided away."];

fn at_least(spectra: &Spectra, subject: &Subject, params: &Params) -> Outcome {
    score(spectra, subject, params, Enough::AtLeast)
}

fn above(spectra: &Spectra, subject: &Subject, params: &Params) -> Outcome {
    score(spectra, subject, params, Enough::Above)
}

fn score(spectra: &Spectra, subject: &Subject, params: &Params, enough: Enough) -> Outcome {
    Outcome::from_value(size(&subject.network) as f64 * pca::mean(spectra, params, enough))
}
