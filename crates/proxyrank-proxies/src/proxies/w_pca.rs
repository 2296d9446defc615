//! W-PCA: V-PCA times the number of parameters.
//!
//! Formula: #params x sum over layers of k(eta), #params being all parameters of the network that the reading builds.
//! Wang, W-PCA (ICLR 2025), equation 8. Needs: as `v_pca`. Direction: larger is better. `w_pca.strict` has the released
//! code's stopping rule.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use super::pca;
use super::size::size;
use crate::forward::{Enough, Measure, Spectra};
use crate::{Proxy, Subject, papers};

/// W-PCA.
pub static W_PCA: Proxy = Proxy {
    paper: Some(&papers::WPCA_2025),
    params: &[pca::ETA],
    faults: FAULTS,
    families: WITH_DECODERS,
    ..Proxy::forward(
        "w_pca",
        "W-PCA",
        "#params x sum over layers of k(eta), share at least eta",
        Measure::Spectra(at_least),
    )
};

/// W-PCA with the released code's rule.
pub static W_PCA_STRICT: Proxy = Proxy {
    paper: Some(&papers::WPCA_2025),
    params: &[pca::ETA],
    faults: FAULTS,
    families: WITH_DECODERS,
    ..Proxy::forward(
        "w_pca.strict",
        "W-PCA, released rule",
        "#params x sum over layers of k(eta), share above eta",
        Measure::Spectra(above),
    )
};

const FAULTS: &[&str] = &[
    "Where V-PCA counts layers, this is layers_times_params, which needs no network; compare it with that.",
];

fn at_least(spectra: &Spectra, subject: &Subject, params: &Params) -> Outcome {
    score(spectra, subject, params, Enough::AtLeast)
}

fn above(spectra: &Spectra, subject: &Subject, params: &Params) -> Outcome {
    score(spectra, subject, params, Enough::Above)
}

fn score(spectra: &Spectra, subject: &Subject, params: &Params, enough: Enough) -> Outcome {
    Outcome::from_value(size(&subject.network) as f64 * pca::sum(spectra, params, enough))
}
